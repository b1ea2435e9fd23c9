/** What is compared, and how it is laid out. */

import { given } from "./carry.js";
import { goalName } from "./choice.js";
import { element, icon } from "../ui/element.js";

const LAYOUTS = { side: "Side by side", swipe: "Swipe", difference: "Difference" };
const ZOOM = 1.25;

export function createBar({ store }, choose) {
  const pickers = ["first", "second"].map((which, i) =>
    element("select", {
      "aria-label": `Design ${"AB"[i]}`,
      onchange: (event) => pick(which, /** @type {HTMLSelectElement} */ (event.target).value),
    }),
  );
  const swap = element(
    "button",
    { type: "button", class: "quiet", "aria-label": "Swap A and B", title: "Swap A and B" },
    icon("swap"),
  );
  const radios = Object.entries(LAYOUTS).map(([layout, words]) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name: "compare-layout", value: layout, onchange: () => choose({ layout }) }),
      element("span", {}, words),
    ),
  );
  const goal = element("select", { id: "compare-goal", onchange: () => choose({ goal: goal.value || null }) });
  const zoom = element("div", { class: "compare-zoom", role: "group", "aria-label": "Zoom of both" });
  const why = element("p", { class: "compare-why" });
  const bar = element(
    "div",
    { class: "compare-bar" },
    element(
      "div",
      { class: "compare-pickers" },
      element("label", {}, element("b", { class: "letter", "aria-hidden": "true" }, "A"), pickers[0]),
      swap,
      element("label", {}, element("b", { class: "letter", "aria-hidden": "true" }, "B"), pickers[1]),
    ),
    element("fieldset", { class: "segmented" }, element("legend", { class: "visually-hidden" }, "Layout"), radios),
    element("div", { class: "compare-goal" }, element("label", { for: "compare-goal" }, "Should be seen"), goal),
    zoom,
    why,
  );

  function pick(which, id) {
    const { first, second } = shown;
    // Choosing what is on the other side swaps both.
    const other = which === "first" ? second : first;
    if (id === other.id) choose({ first: second.id, second: first.id });
    else choose({ [which]: id });
  }
  swap.addEventListener("click", () => choose({ first: shown.second.id, second: shown.first.id }));

  let shown = null;
  return {
    element: bar,
    zoomWith(stage) {
      const button = (label, name, run) =>
        element("button", { type: "button", class: "quiet", "aria-label": label, title: label, onclick: run }, icon(name));
      zoom.replaceChildren(
        button("Zoom out", "minus", () => stage.zoom(1 / ZOOM)),
        button("Fit", "fit", () => stage.fit()),
        button("Zoom in", "add", () => stage.zoom(ZOOM)),
      );
    },
    show({ chosen, first, second, layout, able, comparison }) {
      shown = { first, second };
      pickers.forEach((picker, i) => {
        const names = store.state.designs.map(({ id, name }) => [id, name]);
        setOptions(picker, names, [first, second][i].id);
      });
      for (const radio of radios) {
        const input = /** @type {HTMLInputElement} */ (radio.firstChild);
        input.checked = input.value === layout;
        input.disabled = input.value !== "side" && !able.layable;
      }
      const names = (comparison.answer?.regions ?? given(first)).map((region) => region.name);
      const wished = goalName(chosen, first);
      const isChosen = chosen.goal !== undefined || !comparison.answer;
      const chosenGoal = isChosen ? wished : comparison.answer.goal_region;
      setOptions(goal, [["", "Nothing in particular"], ...names.map((name) => [name, name])], chosenGoal ?? "");
      goal.disabled = !able.comparable;
      why.textContent = able.layable ? "" : whyNot(first, second, able);
      why.hidden = able.layable;
    },
  };
}

function whyNot(first, second, able) {
  if (!able.kinds) return "A phone screen and a page are not laid over each other.";
  return (
    `Swipe and difference need pictures of the same proportions; A is ${first.width} × ${first.height}, ` +
    `B is ${second.width} × ${second.height}.`
  );
}

/** Only where they changed: an open list would close. */
function setOptions(select, options, value) {
  const key = JSON.stringify(options);
  if (select.dataset.options !== key) {
    select.dataset.options = key;
    select.replaceChildren(...options.map(([each, words]) => element("option", { value: each }, words)));
  }
  select.value = value;
}
