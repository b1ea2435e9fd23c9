/** One design with its layers, zoom and pan. js/README.md has the interface. */

import { colourOf } from "../colour/scale.js";
import { element, shape } from "../ui/element.js";
import { whenIdle } from "../ui/when_idle.js";
import { ringsOf } from "./contours.js";
import { addGestures } from "./gestures.js";
import { drawLayer } from "./layers.js";
import { createPosition } from "./position.js";

export function createViewer(container, { label }) {
  const picture = element("img", { class: "design", alt: "", draggable: "false" });
  const heat = element("canvas", { class: "layer", "aria-hidden": "true" });
  const stage = element("div", { class: "stage" }, picture, heat);
  const lines = shape("g", { class: "page-lines" });
  const rings = shape("g", { class: "contours" });
  const spots = shape("g", { class: "hotspots" });
  const overlay = shape("svg", { class: "overlay", "aria-label": label, role: "group" }, rings, lines, spots);
  const viewer = element(
    "div",
    { class: "viewer", tabindex: "0", role: "group", "aria-label": label },
    stage,
    overlay,
  );
  container.append(viewer);

  const position = createPosition();
  const events = new EventTarget();
  let size = { width: 1, height: 1 };
  let [view, opacity, density, hotspots, ownCanvas, pageLines] = ["heatmap", 1, null, [], null, []];

  const moved = () => {
    place();
    events.dispatchEvent(new Event("move"));
  };
  addGestures(viewer, position, moved);
  const resized = new ResizeObserver(() => {
    position.resize({ width: viewer.clientWidth || 1, height: viewer.clientHeight || 1 });
    moved();
  });
  resized.observe(viewer);

  function place() {
    const { left, top, scale } = position;
    stage.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    viewer.classList.toggle("scrollable", !position.allInSight);
    rings.setAttribute("transform", matrix());
    for (const mark of [...spots.children, ...rings.querySelectorAll("text")]) placeMark(mark);
    for (const line of lines.children) placeLine(line);
  }

  function matrix() {
    const { left, top, scale } = position;
    return `translate(${left} ${top}) scale(${size.width * scale} ${size.height * scale})`;
  }

  function placeMark(mark) {
    const [left, top] = position.toScreen([Number(mark.dataset.x), Number(mark.dataset.y)]);
    mark.setAttribute("transform", `translate(${left} ${top})`);
  }

  function placeLine(line) {
    const [left, top] = position.toScreen([0, Number(line.dataset.y)]);
    const width = size.width * position.scale;
    line.setAttribute("transform", `translate(${left} ${top})`);
    line.querySelector("line").setAttribute("x2", width);
    const words = line.querySelector("g");
    words.setAttribute("transform", `translate(${Math.min(left + width, viewer.clientWidth) - left - 8} 0)`);
  }

  function draw() {
    const shown = density && (view === "heatmap" || view === "focus") && view;
    const own = view === "custom" && ownCanvas;
    stage.replaceChildren(picture, ...(own ? [ownCanvas] : shown ? [heat] : []));
    if (shown) drawLayer(heat, density, shown);
    heat.style.opacity = view === "heatmap" ? String(opacity) : "1";
    picture.style.filter = density && view === "heatmap" ? `saturate(${1 - 0.7 * opacity})` : "";
    viewer.dataset.view = view;
    drawContours(density && view === "contours");
    drawHotspots(density && view === "order");
    place();
  }

  function drawContours(wanted) {
    rings.replaceChildren();
    if (!wanted) return;
    const labels = [];
    for (const { level, paths } of ringsOf(density)) {
      const d = paths.map((path) => `M${path.map(([x, y]) => `${x.toFixed(5)} ${y.toFixed(5)}`).join("L")}`).join("");
      rings.append(
        shape("path", { d, class: "halo" }),
        shape("path", { d, class: "ring", stroke: colourOf(level) }),
      );
      // One name for each of the larger rings, at its top.
      for (const path of paths.toSorted((a, b) => b.length - a.length).slice(0, 3)) {
        const [x, y] = path.reduce((best, each) => (each[1] < best[1] ? each : best));
        labels.push(shape("text", { "data-x": x, "data-y": y, class: "ring-label" }, `${level}×`));
      }
    }
    spots.replaceChildren(...labels);
  }

  function drawHotspots(wanted) {
    if (view !== "contours") spots.replaceChildren();
    if (!wanted) return;
    hotspots.forEach((spot, i) => {
      const radius = 13 + 22 * Math.sqrt(spot.share);
      spots.append(
        shape(
          "g",
          { class: "hotspot", "data-x": spot.x, "data-y": spot.y },
          shape("circle", { r: radius, class: "disc" }),
          shape("circle", { r: 12, class: "badge" }),
          shape("text", { class: "number", y: 0.5 }, i + 1),
          shape("text", { class: "share", y: radius + 14 }, `${Math.round(100 * spot.share)} %`),
        ),
      );
    });
  }

  return {
    element: viewer,
    overlay,
    events,
    setDesign({ url, width, height }) {
      if (picture.getAttribute("src") !== url) picture.src = url;
      size = { width, height };
      Object.assign(stage.style, { width: `${width}px`, height: `${height}px` });
      position.resize({ width: viewer.clientWidth || 1, height: viewer.clientHeight || 1 });
      position.open(size);
      moved();
    },
    setDensity(next, nextHotspots = []) {
      [density, hotspots] = [next, nextHotspots];
      draw();
      // Beforehand, so that switching to them takes no time.
      if (next) whenIdle(() => ringsOf(next));
    },
    setView(next) {
      view = next;
      draw();
    },
    setOpacity(next) {
      opacity = next;
      heat.style.opacity = view === "heatmap" ? String(opacity) : "1";
      picture.style.filter = density && view === "heatmap" ? `saturate(${1 - 0.7 * opacity})` : "";
    },
    setLines(next) {
      pageLines = next;
      lines.replaceChildren(
        ...pageLines.map(({ y, label: words, kind }) =>
          shape(
            "g",
            { class: `page-line ${kind}`, "data-y": y / size.height },
            shape("line", { x1: 0, x2: 0, y1: 0, y2: 0, class: "halo" }),
            shape("line", { x1: 0, x2: 0, y1: 0, y2: 0 }),
            shape("g", {}, shape("text", { y: -6, "text-anchor": "end" }, words)),
          ),
        ),
      );
      place();
    },
    /** What a screen reader is told the viewer shows. */
    describe(words) {
      viewer.setAttribute("aria-label", `${words} Plus and minus zoom, arrows move, 0 fits.`);
    },
    setCanvas(canvas) {
      ownCanvas = canvas;
      canvas?.classList.add("layer");
      draw();
    },
    fit() {
      position.fit();
      moved();
    },
    zoom(factor) {
      position.zoomAt(factor, viewer.clientWidth / 2, viewer.clientHeight / 2);
      moved();
    },
    get position() {
      return position.value;
    },
    setPosition(value) {
      position.set(value);
      place();
    },
    toScreen: position.toScreen,
    toPicture: position.toPicture,
    destroy() {
      resized.disconnect();
      viewer.remove();
    },
  };
}
