/** What stands over a design while it has no prediction: how far it is, or why there is none. */

import { element, icon } from "../ui/element.js";
import { keepFocus } from "../ui/keep_focus.js";

export function createProgress({ store, designs, announce }) {
  const card = element("div", { class: "progress-card", hidden: true });
  let told = "";

  function draw() {
    const design = store.selected();
    card.hidden = !design || design.answer !== null || design.hidden;
    if (card.hidden) {
      told = "";
      return;
    }
    const kind = `${design.id} ${design.status}`;
    if (design.status === "sending" && kind === told) {
      setProgress(design.progress);
      return;
    }
    if (kind === told) return;
    told = kind;
    keepFocus(card, () => card.replaceChildren(...content(design)));
  }

  function content(design) {
    const { id, name, status, problem } = design;
    const button = (label, run, style = "") =>
      element("button", { type: "button", class: style, "data-key": "act", onclick: () => run(id) }, label);
    if (status === "failed") {
      announce(`${problem.title}. ${problem.words}`);
      return [
        element("p", { class: "what failed" }, icon("warning"), problem.title),
        element("p", { class: "why" }, problem.words),
        button("Try again", designs.predict, "primary"),
      ];
    }
    if (status === "waiting") {
      return [element("p", { class: "what" }, `${name} is not predicted yet`), button("Predict", designs.predict, "primary")];
    }
    announce(status === "sending" ? `Sending ${name}` : `Predicting ${name}`);
    const bar =
      status === "sending"
        ? element("progress", { max: 1, value: design.progress, "aria-label": "Sent" })
        : element("progress", { "aria-label": "Predicting" });
    return [
      element("p", { class: "what" }, status === "sending" ? "Sending" : "Predicting"),
      bar,
      button("Cancel", designs.cancel),
    ];
  }

  function setProgress(progress) {
    const bar = card.querySelector("progress");
    if (bar) bar.value = progress;
  }

  store.on(draw);
  return card;
}
