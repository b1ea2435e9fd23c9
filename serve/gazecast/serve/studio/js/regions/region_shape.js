/** One region as SVG over the design, with the handles it has when it is selected. */

import { shape } from "../ui/element.js";
import { SMALLEST, between, clamp, polygon } from "./geometry.js";

const HANDLE = 9; // px
const TOUCHED = 24; // px that react to a finger

// Of a rectangle: which sides each handle moves; and what the pointer looks like there.
const SIDES = [
  ["left", "top", "nwse"],
  ["right", "top", "nesw"],
  ["right", "bottom", "nwse"],
  ["left", "bottom", "nesw"],
  [null, "top", "ns"],
  ["right", null, "ew"],
  [null, "bottom", "ns"],
  ["left", null, "ew"],
];

/**
 * onPress(event, handle), onKey(event, handle): handle null for the region itself, else {at(region),
 * drag(region, point)}, of a polygon's corner also {remove(region), split(region)}.
 */
export function regionShape(region, viewer, { isSelected, isGoal, label, description, onPress, onKey, onClick }) {
  const halo = shape("polygon", { class: "halo" });
  const line = shape("polygon", { class: "line" });
  const words = shape("text", { class: "label" }, label);
  const body = shape(
    "g",
    {
      class: "body",
      tabindex: 0,
      role: "button",
      "aria-label": `${description}. Arrows move it, with Shift they resize it, Enter names it, Delete removes it.`,
      "aria-pressed": isSelected,
      "data-key": `region-${region.id}`,
      onpointerdown: (event) => onPress(event, null),
      onkeydown: (event) => onKey(event, null),
      onclick: onClick,
    },
    halo,
    line,
    words,
  );
  const handles = isSelected ? handlesOf(region) : [];
  const marks = handles.map((handle) => mark(handle, onPress, onKey));
  const classes = ["region", isSelected && "selected", isGoal && "goal", region.automatic && "automatic"];
  const group = shape("g", { class: classes.filter(Boolean).join(" ") }, body, marks);

  /** Where it is now; `nextLabel` replaces what stands beside it. */
  function place(now, nextLabel) {
    const corners = now.kind === "polygon" ? now.points : cornersOf(now);
    const points = corners.map((each) => viewer.toScreen(each).map((side) => side.toFixed(1)).join()).join(" ");
    halo.setAttribute("points", points);
    line.setAttribute("points", points);
    const [left, top] = viewer.toScreen([now.x, now.y]);
    const inside = top < 18;
    words.setAttribute("x", left + (inside ? 5 : 1));
    words.setAttribute("y", inside ? top + 15 : top - 5);
    if (nextLabel) words.textContent = nextLabel;
    handles.forEach((handle, i) => {
      const [x, y] = viewer.toScreen(handle.at(now));
      marks[i].setAttribute("transform", `translate(${x} ${y})`);
    });
  }
  place(region);

  return {
    element: group,
    place,
    focus: () => body.focus(),
    /** The box of what stands beside the region. */
    labelBox: () => words.getBBox(),
    /** Without its label until it is pointed at. */
    crowd: (isCrowded) => group.classList.toggle("crowded", isCrowded),
  };
}

function mark(handle, onPress, onKey) {
  const focusable = handle.name
    ? { tabindex: 0, role: "button", "aria-label": handle.name, "data-key": handle.key, onkeydown: (event) => onKey(event, handle) }
    : { "aria-hidden": "true" };
  return shape(
    "g",
    { class: `handle ${handle.cursor}`, ...focusable, onpointerdown: (event) => onPress(event, handle) },
    shape("circle", { r: TOUCHED / 2, class: "touch" }),
    shape("rect", { x: -HANDLE / 2, y: -HANDLE / 2, width: HANDLE, height: HANDLE, rx: 2 }),
  );
}

function handlesOf(region) {
  return region.kind === "polygon" ? region.points.map((_, i) => cornerHandle(region, i)) : SIDES.map(sideHandle);
}

function sideHandle([across, down, cursor]) {
  return {
    cursor,
    at: ({ x, y, width, height }) => [
      x + width * ({ left: 0, right: 1 }[across] ?? 0.5),
      y + height * ({ top: 0, bottom: 1 }[down] ?? 0.5),
    ],
    drag(region, [toX, toY]) {
      const { x, y, width, height } = region;
      const [x1, x2] = { left: [toX, x + width], right: [x, toX] }[across] ?? [x, x + width];
      const [y1, y2] = { top: [toY, y + height], bottom: [y, toY] }[down] ?? [y, y + height];
      const box = between([x1, y1], [x2, y2]);
      if (box.width < SMALLEST || box.height < SMALLEST) return region;
      return { ...region, ...box };
    },
  };
}

function cornerHandle(region, i) {
  return {
    cursor: "corner",
    key: `corner-${region.id}-${i}`,
    name: `Corner ${i + 1} of ${region.points.length} of ${region.name}. Arrows move it, Enter adds one after it, Delete removes it.`,
    at: ({ points }) => points[i],
    drag: (now, to) => ({ ...now, ...polygon(now.points.with(i, to.map(clamp))) }),
    remove: (now) => ({ ...now, ...polygon(now.points.toSpliced(i, 1)) }),
    split(now) {
      const [a, b] = [now.points[i], now.points[(i + 1) % now.points.length]];
      return { ...now, ...polygon(now.points.toSpliced(i + 1, 0, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])) };
    },
  };
}

function cornersOf({ x, y, width, height }) {
  return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
}
