/** How the design is looked at: view, window of time, opacity, outlines. */

import { element } from "../ui/element.js";

const VIEWS = [
  ["heatmap", "Heatmap", "Attention in colours"],
  ["focus", "Focus", "What is seen, lit; the rest, dimmed"],
  ["contours", "Contours", "Lines of equal attention"],
  ["order", "First glances", "The strongest places, numbered"],
  ["design", "Design", "Without the prediction"],
];
const WINDOWS = ["1s", "3s", "5s"];

/** prefix: of the ids of its fields, as one view bar is in each mode. */
export function createViewBar({ store }, prefix = "") {
  const radios = VIEWS.map(([value, label, title]) =>
    element(
      "label",
      { title },
      element("input", {
        type: "radio",
        name: `${prefix}view`,
        value,
        onchange: () => store.update({ view: value }),
      }),
      element("span", {}, label),
    ),
  );
  const views = element(
    "fieldset",
    { class: "segmented views" },
    element("legend", { class: "visually-hidden" }, "View"),
    radios,
  );

  const slider = element("input", {
    type: "range",
    id: `${prefix}window`,
    min: 0,
    max: WINDOWS.length - 1,
    step: 1,
    oninput: () => store.update({ window: WINDOWS[slider.value] }),
  });
  const windows = element(
    "div",
    { class: "scrubber" },
    element("label", { for: `${prefix}window` }, "First"),
    element(
      "div",
      { class: "track" },
      slider,
      element("div", { class: "ticks", "aria-hidden": "true" }, WINDOWS.map((each) => element("span", {}, each.replace("s", " s")))),
    ),
  );

  const opacity = element("input", {
    type: "range",
    id: `${prefix}opacity`,
    min: 0,
    max: 100,
    step: 5,
    oninput: () => store.update({ opacity: opacity.value / 100 }),
  });
  const strength = element("div", { class: "strength" }, element("label", { for: `${prefix}opacity` }, "Opacity"), opacity);

  const outlines = element("input", {
    type: "checkbox",
    id: `${prefix}outlines`,
    onchange: () => store.update({ outlines: outlines.checked }),
  });

  function draw(state) {
    for (const radio of radios) {
      const input = /** @type {HTMLInputElement} */ (radio.firstChild);
      input.checked = input.value === state.view;
    }
    slider.value = WINDOWS.indexOf(state.window);
    slider.setAttribute("aria-valuetext", `the first ${state.window.replace("s", " seconds")}`);
    opacity.value = Math.round(100 * state.opacity);
    opacity.setAttribute("aria-valuetext", `${opacity.value} %`);
    strength.classList.toggle("idle", state.view !== "heatmap");
    opacity.disabled = state.view !== "heatmap";
    outlines.checked = state.outlines;
  }
  store.on(draw);
  draw(store.state);

  return element(
    "div",
    { class: "view-bar", role: "group", "aria-label": "How to look" },
    views,
    windows,
    strength,
    element("label", { class: "check", for: `${prefix}outlines` }, outlines, "Regions"),
  );
}
