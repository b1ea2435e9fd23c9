/** What stands out, in sentences: what is predicted, what may be behind it, what to try. */

import { element } from "../ui/element.js";

export function createFindings({ store }) {
  const panel = element("div", { class: "findings" });
  let drawn;

  function draw() {
    const design = store.selected();
    const answer = design && !design.hidden ? design.answer : null;
    const now = `${answer?.id} ${design?.goal}`;
    if (now === drawn) return;
    drawn = now;
    if (!answer) {
      panel.replaceChildren(element("p", { class: "empty" }, "Findings come with the prediction."));
      return;
    }
    const hint = design.goal
      ? null
      : element("p", { class: "fine" }, "Mark a region as the goal in Regions, and this says what outranks it.");
    if (!answer.findings.length) {
      panel.replaceChildren(...[element("p", { class: "empty" }, "Nothing stands out beyond what chance could show."), hint].filter(Boolean));
      return;
    }
    panel.replaceChildren(
      ...[
        element(
          "ol",
          {},
          answer.findings.map((finding) =>
            element(
              "li",
              {},
              element("p", { class: "observation" }, finding.observation),
              element("p", { class: "why" }, finding.hypothesis),
              element("p", { class: "try" }, finding.suggestion),
            ),
          ),
        ),
        hint,
      ].filter(Boolean),
    );
  }

  store.on((_, changed) => (changed.has("designs") || changed.has("selected")) && draw());
  draw();
  return panel;
}
