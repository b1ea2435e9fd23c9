/** The panel with what can be taken away, and what the browser keeps. */

import { shownDensity } from "../state/designs.js";
import { element, icon } from "../ui/element.js";
import { csv } from "./csv.js";
import { numbers, save, stem } from "./files.js";
import { askToForget } from "./forget.js";
import { formatButton } from "./format_button.js";
import { npy } from "./npy.js";

export function createTakeaway(app) {
  const { store } = app;
  const formats = [
    {
      what: "Picture",
      ending: "PNG",
      words: "This view, with its legend",
      make: async (design, name, { view, window }) => {
        const { designPicture, pngOf } = await import("./picture.js"); // not needed before
        save(await pngOf(await designPicture(design, store.state)), `${name}.${view}.${window}.png`);
      },
    },
    {
      what: "Report",
      ending: "HTML",
      words: "One page to read, print and pass on",
      make: async (design, name, { window }) => save(await app.client.report(design, { window }), `${name}.${window}.html`),
    },
    {
      what: "Numbers",
      ending: "JSON",
      words: "Regions, scores and findings; regions can be read in again",
      make: (design, name) => save(numbers(design), `${name}.json`, "application/json"),
    },
    {
      what: "Density",
      ending: "NPY",
      words: "For NumPy: float32, rows × columns, sum 1",
      make: (design, name, { window }) => save(npy(design.densities[window]), `${name}.${window}.npy`, "application/x-npy"),
    },
    {
      what: "Density",
      ending: "CSV",
      words: "For spreadsheets: a line for each row",
      make: (design, name, { window }) => save(csv(design.densities[window]), `${name}.${window}.csv`, "text/csv"),
    },
  ].map((format) =>
    formatButton(app, {
      ...format,
      make: () => format.make(store.selected(), stem(store.selected().name), store.state),
    }),
  );

  const kept = element("p", {});
  const forget = element(
    "button",
    { type: "button", class: "danger", onclick: () => askToForget(app) },
    icon("trash"),
    "Forget everything",
  );
  const panel = element(
    "section",
    { class: "takeaway" },
    element("div", { class: "takeaway-formats" }, formats),
    element("div", { class: "takeaway-kept" }, kept, forget),
  );

  function render({ designs, window }) {
    const design = store.selected();
    const ready = design !== null && shownDensity(design, window) !== null;
    for (const button of formats) button.disabled = !ready;
    kept.textContent =
      `${designs.length === 1 ? "This design stays" : `These ${designs.length} designs stay`} in this browser until you ` +
      "remove or forget them. The service keeps nothing.";
    forget.disabled = designs.length === 0;
  }

  store.on((state, changed) => ["designs", "selected", "window"].some((key) => changed.has(key)) && render(state));
  render(store.state);
  return panel;
}
