/** The two designs: side by side, one over the other, or what differs. Zoom and pan are linked. */

import { legend } from "../colour/legend.js";
import { shownDensity } from "../state/designs.js";
import { element } from "../ui/element.js";
import { differenceCanvas } from "./difference.js";
import { differenceLegend } from "./difference_legend.js";
import { createPane } from "./pane.js";
import { createSwipe } from "./swipe.js";

/** Longer side of the difference's layer, px; the browser stretches it. */
const LAYER = 1200;

export function createStage() {
  const panes = [createPane("A", (position) => follow(0, position)), createPane("B", (position) => follow(1, position))];
  const views = element("div", { class: "compare-views" }, panes.map((pane) => pane.element));
  let part = 0.5;
  const handle = createSwipe(views, (next) => {
    part = next;
    views.style.setProperty("--swipe", `${100 * part}%`);
  });
  const attention = legend();
  const change = differenceLegend();
  const notice = element("p", { class: "notice" });
  const below = element("div", { class: "below" }, attention, change, notice);
  const stage = element("div", { class: "compare-stage" }, views, below);
  let layer = { before: null, after: null, canvas: null };

  function follow(moved, position) {
    panes[1 - moved]?.setPosition(position);
  }

  function layerOf(first, second, window) {
    const [before, after] = [first, second].map((design) => shownDensity(design, window));
    if (before === null || after === null) return null;
    if (layer.before !== before || layer.after !== after) {
      const scale = LAYER / Math.max(second.width, second.height);
      const [columns, rows] = [second.width, second.height].map((side) => Math.max(1, Math.round(side * scale)));
      layer = { before, after, canvas: differenceCanvas(before, after, columns, rows) };
    }
    return layer.canvas;
  }

  return {
    element: stage,
    /** What is shown now: {layout, part of the width that shows the first}. */
    get view() {
      return { layout: views.dataset.layout, part };
    },
    show({ first, second, layout, state }) {
      const canvas = layout === "difference" ? layerOf(first, second, state.window) : null;
      views.dataset.layout = layout;
      if (layout === "swipe") views.append(handle);
      else handle.remove();
      attention.hidden = canvas !== null || !["heatmap", "contours"].includes(state.view);
      notice.textContent = second.answer?.notice ?? "";
      change.hidden = canvas === null;
      panes[0].show(first, state, null);
      panes[1].show(second, state, canvas);
    },
    zoom(factor) {
      panes[1].viewer.zoom(factor);
    },
    fit() {
      for (const pane of panes) pane.viewer.fit();
    },
  };
}
