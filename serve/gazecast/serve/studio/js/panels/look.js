/** Mode "look": one design in the middle, what it is shown with above, its numbers beside. */

import { legend } from "../colour/legend.js";
import { pageLines } from "../picture/long_page.js";
import { createEditor } from "../regions/editor.js";
import { isShown, shownDensity } from "../state/designs.js";
import { createTakeaway } from "../takeaway/takeaway.js";
import { element } from "../ui/element.js";
import { percent, seconds } from "../ui/numbers.js";
import { createTabs } from "../ui/tabs.js";
import { createViewer } from "../viewer/viewer.js";
import { createFacts } from "./facts.js";
import { createFindings } from "./findings.js";
import { createOrder } from "./order.js";
import { createProgress } from "./progress.js";
import { createRegions } from "./regions.js";
import { createScores } from "./scores.js";
import { createStrip } from "./strip.js";
import { createTools } from "./tools.js";
import { createViewBar } from "./view_bar.js";

const VIEW_NAMES = { heatmap: "heatmap", focus: "focus map", contours: "contours", order: "first glances", design: "design alone" };

const FOCUS_NOTE = "Lit as it is from 4 times an even spread, dimmed at and below one.";
const ORDER_NOTE = "The strongest places, strongest first, with the share of looks around each. No path of the eye.";

export function createLook(app) {
  const { store } = app;
  const frame = element("div", { class: "frame" });
  const viewer = createViewer(frame, { label: "Design" });
  const tabs = {};
  const order = createOrder(app);
  const regions = createRegions(app, { onRemove: (id) => editor.removeRegion(id) });
  const editor = createEditor(viewer, app, {
    onName(id) {
      tabs.show("regions");
      regions.editName(id);
    },
    onRank: order.rank,
  });
  Object.assign(
    tabs,
    createTabs("About this design", [
      { id: "regions", label: "Regions", content: regions.element },
      { id: "order", label: "Order", content: order.element },
      { id: "scores", label: "Scores", content: createScores(app) },
      { id: "findings", label: "Findings", content: createFindings(app) },
      { id: "takeaway", label: "Take away", content: createTakeaway(app) },
    ]),
  );
  frame.append(createTools(app, viewer, editor), createProgress(app));
  const scale = legend();
  const note = element("p", { class: "view-note" });
  const notice = element("p", { class: "notice" });
  const below = element("div", { class: "below" }, scale, note, notice);
  const look = element(
    "div",
    { class: "look" },
    createStrip(app),
    element(
      "section",
      { class: "canvas", "aria-label": "Design and prediction" },
      createViewBar(app),
      frame,
      below,
    ),
    element("aside", { class: "panel", "aria-label": "Numbers" }, createFacts(app), tabs.element),
  );

  let drawn = {};
  store.on((state) => {
    look.hidden = state.mode !== "look" || !state.designs.length;
    const design = store.selected();
    if (!design) {
      drawn = {};
      return;
    }
    const view = design.hidden ? "design" : state.view;
    const now = { url: design.url, density: shownDensity(design, state.window), view, opacity: state.opacity };
    if (now.url !== drawn.url) {
      frame.style.setProperty("--ratio", String(design.height / design.width));
      viewer.setDesign(design);
      tabs.show(design.hidden ? "order" : "regions");
    }
    if (now.density !== drawn.density || now.view !== drawn.view) {
      viewer.setView(view);
      viewer.setDensity(now.density, now.density ? design.answer.windows[state.window].hotspots : []);
    }
    if (now.opacity !== drawn.opacity) viewer.setOpacity(now.opacity);
    const answer = isShown(design) ? design.answer : null;
    if (answer !== drawn.answer || now.url !== drawn.url) {
      viewer.setLines(pageLines(answer?.long_page, design.height));
      notice.textContent = answer?.notice ?? "";
      below.hidden = !answer;
    }
    scale.hidden = !answer || !["heatmap", "contours"].includes(view);
    note.textContent = answer ? ({ focus: FOCUS_NOTE, order: ORDER_NOTE }[view] ?? "") : "";
    viewer.describe(described(design, view, state.window));
    drawn = { ...now, answer };
  });

  function described(design, view, window) {
    if (!isShown(design)) return `${design.name}, without a prediction.`;
    const spots = design.answer.windows[window].hotspots.map(
      (spot, i) => `${i + 1}: ${where(spot)}, ${percent(spot.share)} of looks`,
    );
    const places = spots.length ? ` Strongest places: ${spots.join("; ")}.` : " No place stands out.";
    return `${design.name}, ${VIEW_NAMES[view]} of the first ${seconds(window)}.${places}`;
  }
  return look;
}

function where({ x, y }) {
  const across = ["left", "centre", "right"][Math.min(2, Math.floor(3 * x))];
  const down = ["top", "middle", "bottom"][Math.min(2, Math.floor(3 * y))];
  return `${down} ${across}`;
}
