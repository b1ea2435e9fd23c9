/** What is there before any design: the ways in, and what to expect. */

import { NOTICE } from "../colour/scale.js";
import { chooseFiles } from "../picture/choose.js";
import { listExamples, openExample, thumbnail } from "../picture/examples.js";
import { element, icon } from "../ui/element.js";

export function createStart({ store, designs, notify }) {
  const examples = element("ul", { class: "examples" });
  const rank = element("input", {
    type: "checkbox",
    id: "rank-first",
    onchange: () => store.update({ rankFirst: rank.checked }),
  });

  listExamples().then((list) =>
    examples.append(
      ...list.map((example) =>
        element(
          "li",
          {},
          element(
            "button",
            { type: "button", class: "example", onclick: () => open(example) },
            element("img", { src: thumbnail(example), alt: "", width: 160, height: 104 }),
            element("span", {}, example.title),
          ),
        ),
      ),
    ),
  );

  async function open(example) {
    try {
      designs.open([await openExample(example)]);
    } catch {
      notify({ title: "The example cannot be loaded", detail: "Check that gazecast serve is running, then try again." });
    }
  }

  const start = element(
    "section",
    { class: "start" },
    element(
      "div",
      { class: "welcome" },
      element("h2", {}, "See where people will look"),
      element("p", { class: "lead" }, "Before you ship. On this machine, in under a second."),
    ),
    element(
      "div",
      { class: "dropzone" },
      icon("open"),
      element("p", { class: "invite" }, "Drop screenshots, mockups or posters here"),
      element("p", { class: "hint" }, "or paste with Ctrl+V. PNG, JPEG, WebP, SVG."),
      element(
        "button",
        { type: "button", class: "primary", onclick: () => chooseFiles((files) => designs.add(files)) },
        "Choose images",
      ),
      element(
        "label",
        { class: "check", for: "rank-first" },
        rank,
        "Let me say what should be seen first before I see the prediction",
      ),
    ),
    element("h3", {}, "Or try an example"),
    examples,
    element("p", { class: "notice" }, NOTICE),
  );

  function draw(state) {
    start.hidden = state.designs.length > 0;
    rank.checked = state.rankFirst;
  }
  store.on(draw);
  draw(store.state);
  return start;
}
