/** Regions on the design: shown, drawn, moved, resized and deleted, by mouse, touch and keyboard. */

import { shareOf } from "../../web/density.js";
import { freeName, measured, shownDensity } from "../state/designs.js";
import { shape } from "../ui/element.js";
import { keepFocus } from "../ui/keep_focus.js";
import { percent } from "../ui/numbers.js";
import { SMALLEST, between, clamp, crossesItself, moved, polygon } from "./geometry.js";
import { regionShape } from "./region_shape.js";
import { newId } from "../state/id.js";

const STEP = 8; // px on screen that an arrow key moves by
const NEAR = 12; // px on screen: a click this close to the first corner closes a polygon
const WHOLE = 0.18; // of the picture that is in sight: half a side of what the keyboard adds

/**
 * onName(id): the name of a region is to be written. onRank(id): a region was picked while they are
 * ranked. Returns {insert(kind), removeRegion(id)}.
 */
export function createEditor(viewer, { store, designs, announce, notify }, { onName, onRank }) {
  const layer = shape("g", { class: "regions" });
  const sketch = shape("g", { class: "sketch" });
  const { overlay } = viewer;
  overlay.append(layer, sketch);
  let shapes = new Map(); // of each region on the page
  let drag = null; // {move(place), end()}
  let corners = null; // of a polygon that is being drawn

  const design = () => store.selected();
  const place = (event) => {
    const box = viewer.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const onPicture = (event) => viewer.toPicture(place(event)).map(clamp);
  const find = (id) => design()?.regions.find((region) => region.id === id);

  // ---- Drawing what there is ----

  function draw() {
    const { state } = store;
    const current = design();
    const ranks = current?.hidden;
    const visible = current ? current.regions.filter((each) => state.outlines || ranks || each.id === state.region) : [];
    overlay.classList.toggle("drawing", Boolean(current) && state.tool !== "select");
    keepFocus(layer, () => {
      shapes = new Map(
        visible.map((region) => [
          region.id,
          regionShape(region, viewer, {
            isSelected: region.id === state.region,
            isGoal: region.id === current.goal,
            label: label(region),
            description: description(region),
            onPress: (event, handle) => press(event, region.id, handle),
            onKey: (event, handle) => pressKey(event, region.id, handle),
            onClick: () => pick(region.id),
          }),
        ]),
      );
      // The selected one last, above the others; the rest large to small, so that all can be hit.
      const order = [...visible].sort(
        (a, b) => Number(a.id === state.region) - Number(b.id === state.region) || b.width * b.height - a.width * a.height,
      );
      layer.replaceChildren(...order.map((region) => shapes.get(region.id).element));
    });
    thin();
  }

  /** Hides labels that would lie over others; those of larger shares stay. */
  function thin() {
    const current = design();
    const weight = (region) => (region.id === store.state.region ? 2 : (shareInWindow(region) ?? 0));
    const taken = [];
    const all = [...shapes.keys()].map((id) => find(id)).filter((region) => region && !region.automatic);
    for (const region of current ? all.sort((a, b) => weight(b) - weight(a)) : []) {
      const own = shapes.get(region.id);
      own.crowd(false);
      const box = own.labelBox();
      const crowded = taken.some((other) => overlap(box, other));
      own.crowd(crowded);
      if (!crowded) taken.push(box);
    }
  }

  function overlap(a, b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  }

  function label(region) {
    const current = design();
    if (current.hidden) {
      const rank = current.intended.indexOf(region.id) + 1;
      return rank ? `${rank}. ${region.name}` : region.name;
    }
    const share = shareInWindow(region);
    return share === null ? region.name : `${region.name}  ${percent(share)}`;
  }

  function shareInWindow(region) {
    return measured(design(), region)?.by_window[store.state.window].share ?? null;
  }

  function description(region) {
    const share = design().hidden ? null : shareInWindow(region);
    const kind = region.kind === "polygon" ? `polygon with ${region.points.length} corners` : "rectangle";
    const goal = region.id === design().goal ? ", the goal" : "";
    return `${region.name}, ${kind}${goal}${share === null ? "" : `, ${percent(share)} of all looks`}`;
  }

  // ---- Changing regions ----

  function put(region) {
    const current = design();
    if (region.kind === "polygon" && crossesItself(region.points)) {
      notify({ title: "The outline crosses itself", detail: "Move its corners so that no two sides cross." });
      draw();
      return false;
    }
    const there = current.regions.some((each) => each.id === region.id);
    const regions = there
      ? current.regions.map((each) => (each.id === region.id ? region : each))
      : [...current.regions, region];
    designs.setRegions(current.id, regions);
    return true;
  }

  function addRegion(fields) {
    const names = design().regions.map((region) => region.name);
    const region = {
      id: newId(),
      name: freeName("region", names),
      kind: fields.points ? "polygon" : "rectangle",
      points: null,
      automatic: false,
      ...fields,
    };
    if (!put(region)) return null;
    store.update({ tool: "select", region: region.id, outlines: true });
    announce(`${region.name} added.`);
    return region.id;
  }

  function removeRegion(id) {
    const { id: designId, regions } = design();
    const { name } = find(id);
    if (store.state.region === id) store.update({ region: null });
    designs.setRegions(designId, regions.filter((region) => region.id !== id));
    announce(`${name} removed.`);
  }

  function pick(id) {
    if (design().hidden) onRank(id);
    else store.update({ region: id });
  }

  // ---- By mouse and touch ----

  function press(event, id, handle) {
    if (event.button || store.state.tool !== "select" || design().hidden) return;
    if (store.state.region !== id) return; // a drag pans, a click selects
    event.stopPropagation();
    const start = viewer.toPicture(place(event));
    const before = find(id);
    let now = before;
    begin(event, {
      move(to) {
        now = handle ? handle.drag(before, to) : moved(before, to[0] - start[0], to[1] - start[1]);
        shapes.get(id)?.place(now, liveLabel(now));
      },
      end: () => now !== before && put(now),
    });
  }

  /** What a rectangle's share would be, from the density that is shown. */
  function liveLabel(region) {
    const density = shownDensity(design(), store.state.window);
    if (!density || region.kind === "polygon") return region.name;
    return `${region.name}  ${percent(shareOf(density, region))}`;
  }

  function begin(event, next) {
    drag = { ...next, pointer: event.pointerId };
    overlay.setPointerCapture(event.pointerId);
  }

  overlay.addEventListener("pointerdown", (event) => {
    const { tool } = store.state;
    if (event.button || tool === "select") return;
    event.stopPropagation();
    if (tool === "rectangle") drawRectangle(event);
    else addCorner(event);
  });
  overlay.addEventListener("pointermove", (event) => {
    if (drag?.pointer === event.pointerId) drag.move(viewer.toPicture(place(event)));
    else if (corners) drawSketch(onPicture(event));
  });
  overlay.addEventListener("pointerup", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const ended = drag;
    drag = null;
    ended.end();
  });
  overlay.addEventListener("pointercancel", () => {
    drag = null;
    sketch.replaceChildren();
    draw();
  });
  overlay.addEventListener("dblclick", () => corners && closePolygon());

  function drawRectangle(event) {
    const start = onPicture(event);
    let box = null;
    begin(event, {
      move(to) {
        box = between(start, to);
        sketch.replaceChildren(outline(corner(box)), outlineLabel(box));
      },
      end() {
        sketch.replaceChildren();
        if (!box || box.width < SMALLEST || box.height < SMALLEST) return;
        const id = addRegion(box);
        if (id) onName(id);
      },
    });
  }

  function outlineLabel(box) {
    const [left, top] = viewer.toScreen([box.x, box.y]);
    const density = shownDensity(design(), store.state.window);
    return shape("text", { class: "label", x: left + 4, y: top - 6 }, density ? percent(shareOf(density, box)) : "");
  }

  const corner = ({ x, y, width, height }) => [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];

  function outline(points) {
    return shape("polygon", { points: points.map((each) => viewer.toScreen(each).join()).join(" ") });
  }

  function addCorner(event) {
    const point = onPicture(event);
    const at = place(event);
    if (corners?.length > 2) {
      const [left, top] = viewer.toScreen(corners[0]);
      if (Math.hypot(at[0] - left, at[1] - top) < NEAR) {
        closePolygon();
        return;
      }
    }
    const last = corners?.at(-1);
    // The second press of a double click is at the place of the first.
    if (last && Math.hypot(...viewer.toScreen(last).map((each, i) => each - at[i])) < 3) return;
    corners = [...(corners ?? []), point];
    viewer.element.focus({ preventScroll: true });
    drawSketch(point);
  }

  function drawSketch(to) {
    if (!corners) return;
    sketch.replaceChildren(
      outline([...corners, to]),
      ...corners.map((each, i) => {
        const [cx, cy] = viewer.toScreen(each);
        return shape("circle", { cx, cy, r: i === 0 && corners.length > 2 ? 7 : 4 });
      }),
    );
  }

  function closePolygon() {
    const points = corners;
    stopSketch();
    if (points.length < 3) return;
    const id = addRegion(polygon(points));
    if (id) onName(id);
  }

  function stopSketch() {
    corners = null;
    sketch.replaceChildren();
  }

  // ---- By keyboard ----

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  /** An arrow key's step in parts of the picture. */
  function step(key) {
    const [x, y] = ARROWS[key];
    const [left, top] = viewer.toScreen([0, 0]);
    const [fx, fy] = viewer.toPicture([left + STEP * x, top + STEP * y]);
    return [fx, fy];
  }

  function pressKey(event, id, handle) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const region = find(id);
    const act = keyAction(event, region, handle);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  function keyAction(event, region, handle) {
    const { key, shiftKey } = event;
    if (design().hidden) return key === "Enter" || key === " " ? () => onRank(region.id) : null;
    if (key in ARROWS) {
      const [dx, dy] = step(key);
      if (handle) return () => put(handle.drag(region, handle.at(region).map((each, i) => clamp(each + [dx, dy][i]))));
      if (!shiftKey) return () => select(region.id, moved(region, dx, dy));
      return () => select(region.id, resized(region, dx, dy));
    }
    if (key === "Delete" || key === "Backspace") {
      return handle?.remove ? () => removeCorner(region, handle) : () => (removeRegion(region.id), viewer.element.focus());
    }
    if (key === "Enter" || key === "+") {
      if (handle?.split) return () => put(handle.split(region));
      return key === "Enter" ? () => (pick(region.id), onName(region.id)) : null;
    }
    if (key === " ") return () => pick(region.id);
    if (key === "Escape") return () => (store.update({ region: null }), viewer.element.focus());
    return null;
  }

  function select(id, region) {
    store.update({ region: id });
    put(region);
  }

  /** By its right and lower side; a polygon as a whole. */
  function resized(region, dx, dy) {
    const width = Math.min(Math.max(region.width + dx, SMALLEST), 1 - region.x);
    const height = Math.min(Math.max(region.height + dy, SMALLEST), 1 - region.y);
    if (region.kind === "rectangle") return { ...region, width, height };
    const scaled = region.points.map(([x, y]) => [
      region.x + ((x - region.x) * width) / region.width,
      region.y + ((y - region.y) * height) / region.height,
    ]);
    return { ...region, ...polygon(scaled) };
  }

  function removeCorner(region, handle) {
    if (region.points.length > 3) put(handle.remove(region));
    else announce("A polygon has at least three corners.");
  }

  viewer.element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (corners || store.state.tool !== "select")) {
      stopSketch();
      store.update({ tool: "select" });
    } else if (event.key === "Enter" && corners) {
      closePolygon();
    } else if (event.key === "Backspace" && corners) {
      corners = corners.length > 1 ? corners.slice(0, -1) : null;
      drawSketch(corners?.at(-1));
      if (!corners) sketch.replaceChildren();
    } else if (event.target === viewer.element && !event.ctrlKey && !event.metaKey && design()) {
      if (event.key.toLowerCase() === "r") insert("rectangle");
      else if (event.key.toLowerCase() === "p") insert("polygon");
    }
  });

  /** Adds a region in the middle of what is in sight, for the keyboard to move. */
  function insert(kind) {
    const { clientWidth, clientHeight } = viewer.element;
    const from = viewer.toPicture([0, 0]).map(clamp);
    const to = viewer.toPicture([clientWidth, clientHeight]).map(clamp);
    const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    const [w, h] = [WHOLE * (to[0] - from[0]), WHOLE * (to[1] - from[1])];
    const box = between([x - w, y - h], [x + w, y + h]);
    const id = addRegion(kind === "polygon" ? polygon(corner(box)) : box);
    if (id) shapes.get(id).focus();
  }

  // ---- Keeping up ----

  viewer.events.addEventListener("move", () => {
    for (const region of design()?.regions ?? []) shapes.get(region.id)?.place(region);
    if (corners) drawSketch(corners.at(-1));
    thin();
  });
  viewer.element.addEventListener("click", (event) => {
    if (event.target.closest(".stage") && store.state.region) store.update({ region: null });
  });

  let drawn = [];
  store.on((state) => {
    const current = design();
    if (corners && (state.tool !== "polygon" || current?.id !== drawn[0])) stopSketch();
    const now = [current?.id, current?.regions, current?.numbers, current?.goal, current?.intended, current?.hidden];
    now.push(state.region, state.outlines, state.tool, state.window);
    if (now.every((each, i) => each === drawn[i])) return;
    drawn = now;
    draw();
  });

  return { insert, removeRegion };
}
