/** What a design was taken for, how far that can be relied on, and how it is scrolled. */

import { usualScreen } from "../picture/long_page.js";
import { element, icon } from "../ui/element.js";
import { keepFocus } from "../ui/keep_focus.js";

const DOMAINS = { web: "Web page", mobile: "Phone screen", poster: "Poster", photo: "Photo" };

export function createFacts({ store, designs }) {
  const facts = element("div", { class: "facts" });

  function draw() {
    const design = store.selected();
    if (!design) return;
    keepFocus(facts, () => facts.replaceChildren(...content(design)));
  }

  function content(design) {
    const { id, answer } = design;
    const found = answer ? DOMAINS[answer.domain.name] : null;
    const auto = found && design.domain === "auto" ? `${found} (found)` : "Find out";
    // Those that the model was fine-tuned for go by their names; the design's may be another model's.
    const domains = new Set([
      "auto",
      ...Object.keys(DOMAINS),
      ...Object.keys(store.state.model?.domains ?? {}),
      design.domain,
    ]);
    const select = element(
      "select",
      { id: "domain", "data-key": "domain", onchange: () => designs.setOptions(id, { domain: select.value }) },
      [...domains].map((value) =>
        element(
          "option",
          { value, selected: value === design.domain },
          value === "auto" ? auto : (DOMAINS[value] ?? value),
        ),
      ),
    );
    return [
      element("h2", { class: "name", title: design.name }, design.name),
      element("p", { class: "size" }, `${design.width} × ${design.height} px`),
      element(
        "div",
        { class: "choices" },
        element("label", { for: "domain" }, "Taken for"),
        select,
        ...scrolling(design),
      ),
      answer && !design.hidden ? badge(answer) : null,
      answer?.unfamiliar.warning && !design.hidden
        ? element("p", { class: "warning", role: "note" }, icon("warning"), answer.unfamiliar.warning)
        : null,
      design.problem && answer
        ? element(
            "p",
            { class: "warning error", role: "alert" },
            icon("warning"),
            element("span", {}, `The numbers are not up to date. ${design.problem.title}. ${design.problem.words} `),
            element("button", { type: "button", class: "text", "data-key": "again", onclick: () => designs.predict(id) }, "Try again"),
          )
        : null,
    ].filter(Boolean);
  }

  function scrolling(design) {
    const long = element("input", {
      type: "checkbox",
      id: "long-page",
      "data-key": "long",
      checked: design.viewportHeight !== null,
      onchange: () =>
        designs.setOptions(design.id, {
          viewportHeight: long.checked ? usualScreen(design.width, design.height) : null,
        }),
    });
    const parts = [element("label", { class: "check", for: "long-page" }, long, "Long page, scrolled")];
    if (design.viewportHeight !== null) {
      const height = element("input", {
        type: "number",
        id: "screen-height",
        "data-key": "screen",
        min: 100,
        max: design.height,
        step: 1,
        value: design.viewportHeight,
        onchange: () => {
          if (height.reportValidity()) designs.setOptions(design.id, { viewportHeight: height.valueAsNumber });
        },
        required: true,
      });
      parts.push(element("label", { class: "screen", for: "screen-height" }, "Screen height, px", height));
    }
    return parts;
  }

  function badge(answer) {
    const isValidated = !answer.accuracy.startsWith("not ");
    const words = answer.accuracy[0].toUpperCase() + answer.accuracy.slice(1);
    return element(
      "p",
      { class: `badge ${isValidated ? "validated" : "unvalidated"}`, title: "How accurate predictions of this kind of design are" },
      icon(isValidated ? "target" : "warning"),
      element("span", {}, words),
    );
  }

  let drawn = null;
  store.on((state) => {
    const { id, answer, hidden, problem, domain, viewportHeight } = store.selected() ?? {};
    const now = [id, answer, hidden, problem, domain, viewportHeight, state.model];
    if (drawn && now.every((each, i) => each === drawn[i])) return;
    drawn = now;
    draw();
  });
  return facts;
}
