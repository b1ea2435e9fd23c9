/** Two designs against each other: their pictures, and what can be said of the difference. */

import { chooseFiles } from "../picture/choose.js";
import { listExamples, openExample } from "../picture/examples.js";
import { element } from "../ui/element.js";
import { createViewBar } from "../panels/view_bar.js";
import { createBar } from "./bar.js";
import { asked, createComparison } from "./comparison.js";
import { createResults } from "./results.js";
import { createStage } from "./stage.js";
import { choice, comparability } from "./choice.js";

/**
 * Fills the section that is shown in mode "compare". What is chosen here is in state.compare: {first, second: ids of
 * designs, layout: "side" | "swipe" | "difference", goal: name of a region, null for none, undefined
 * for the first design's own}.
 */
export function createView(app, section) {
  const { store, designs } = app;
  const choose = (changes) => store.update({ compare: { ...choice(store.state), ...changes } });

  const bar = createBar(app, choose);
  const viewBar = createViewBar(app, "compare-");
  const stage = createStage();
  const results = createResults(app, () => stage.view);
  const comparison = createComparison(app, () => render());
  const body = element("div", { class: "compare-body" }, stage.element, results.element);
  const missing = element(
    "div",
    { class: "compare-missing" },
    element("h2", {}, "Two designs are needed"),
    element("p", {}, "Add the other version: drop it here, paste it, or choose its file."),
    element("button", { type: "button", class: "primary", onclick: () => chooseFiles((files) => designs.add(files)) }, "Choose a picture"),
    element("button", { type: "button", onclick: openPair }, "Try with the example's two versions"),
  );
  section.append(missing, bar.element, viewBar, body);

  /** The first two examples are versions of one page. */
  async function openPair() {
    const named = (file) => store.state.designs.find(({ name }) => name === file);
    let pair, pictures;
    try {
      pair = (await listExamples()).slice(0, 2);
      pictures = await Promise.all(pair.filter(({ file }) => !named(file)).map(openExample));
    } catch {
      app.notify({ title: "The example cannot be loaded", detail: "Check that gazecast serve is running, then try again." });
      return;
    }
    designs.open(pictures);
    const [first, second] = pair.map(({ file }) => named(file).id);
    choose({ first, second });
  }

  function render() {
    const { state } = store;
    if (state.mode !== "compare") return;
    const chosen = choice(state);
    const [first, second] = [store.design(chosen.first), store.design(chosen.second)];
    const both = first !== null && second !== null;
    missing.hidden = both;
    bar.element.hidden = viewBar.hidden = body.hidden = !both;
    if (!both) return;
    const able = comparability(first, second);
    const layout = able.layable ? chosen.layout : "side";
    comparison.want(able.comparable ? asked(first, second, chosen, state.window) : null);
    section.dataset.layout = layout;
    bar.show({ chosen, first, second, layout, able, comparison: comparison.state });
    stage.show({ first, second, layout, state });
    results.show({ first, second, able, comparison: comparison.state, window: state.window }, comparison.again);
  }

  store.on(render);
  bar.zoomWith(stage);
  render();
}
