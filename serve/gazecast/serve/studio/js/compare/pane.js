/** One of the two designs in a comparison, under its letter and name. */

import { shownDensity } from "../state/designs.js";
import { element } from "../ui/element.js";
import { createViewer } from "../viewer/viewer.js";
import { createOutlines } from "./outlines.js";

const KINDS = { web: "web page", mobile: "phone screen", poster: "poster", photo: "photograph" };

/** letter: "A" or "B". onMove(position): zoomed, panned or resized by hand. */
export function createPane(letter, onMove) {
  const name = element("span", { class: "pane-name" });
  const kind = element("span", { class: "pane-kind" });
  const box = element("div", { class: "pane-view" });
  const wait = element("p", { class: "pane-wait", hidden: true });
  const pane = element(
    "figure",
    { class: `pane pane-${letter.toLowerCase()}` },
    element("figcaption", {}, element("b", { class: "letter", "aria-hidden": "true" }, letter), name, kind),
    box,
    wait,
  );
  const viewer = createViewer(box, { label: `Design ${letter}` });
  const outlines = createOutlines(viewer);
  viewer.events.addEventListener("move", () => onMove(viewer.position));

  let before = {};
  const changed = (values) => {
    const names = new Set(Object.keys(values).filter((each) => values[each] !== before[each]));
    before = values;
    return names;
  };

  return {
    element: pane,
    box,
    viewer,
    /** canvas: a layer of the comparison's own, instead of what `state` shows; or null. */
    show(design, state, canvas) {
      const density = shownDensity(design, state.window);
      const now = {
        url: design.url,
        density,
        view: canvas ? "custom" : state.view,
        opacity: state.opacity,
        canvas,
        regions: design.regions,
        goal: design.goal,
        outlines: state.outlines,
      };
      const news = changed(now);
      name.textContent = design.name;
      kind.textContent = canvas ? "in grey, with what changed from A" : kindOf(design);
      const waits = waitingWords(design);
      wait.hidden = waits === null;
      wait.textContent = waits ?? "";
      if (news.has("url")) viewer.setDesign(design);
      viewer.describe(`Design ${letter}: ${design.name}.`);
      if (news.has("canvas")) viewer.setCanvas(canvas);
      if (news.has("density")) viewer.setDensity(density, design.answer?.windows[state.window].hotspots ?? []);
      if (news.has("view")) viewer.setView(now.view);
      if (news.has("opacity")) viewer.setOpacity(state.opacity);
      if (news.has("regions") || news.has("outlines") || news.has("goal")) {
        const shown = state.outlines ? design.regions : [];
        outlines.show(shown.map((region) => ({ ...region, goal: region.id === design.goal })));
      }
    },
    setPosition(position) {
      viewer.setPosition(position);
      outlines.place();
    },
  };
}

function kindOf({ answer, width, height }) {
  return [answer && (KINDS[answer.domain.name] ?? answer.domain.name), `${width} × ${height} px`].filter(Boolean).join(", ");
}

function waitingWords(design) {
  if (design.status === "failed") return `${design.problem.title}. ${design.problem.words}`;
  if (design.hidden) return "Its regions are to be ranked first: leave the comparison and reveal it.";
  return design.answer ? null : "Predicting…";
}
