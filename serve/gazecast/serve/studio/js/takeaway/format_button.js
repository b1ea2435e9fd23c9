/** A button that makes a file and hands it to the browser's downloads. */

import { Problem } from "../api/problem.js";
import { element, icon } from "../ui/element.js";

/** what: "Picture"; ending: "PNG"; words: what it is for; make: makes and saves it, may be async. */
export function formatButton({ announce, notify }, { what, ending, words, make }) {
  const button = element(
    "button",
    {
      type: "button",
      class: "takeaway-format",
      "data-key": `save-${ending}`,
      onclick: async () => {
        button.setAttribute("aria-busy", "true");
        try {
          await make();
          announce(`${what} saved as ${ending}`);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          notify({ title: error.title, detail: error.words });
        } finally {
          button.removeAttribute("aria-busy");
        }
      },
    },
    icon("save"),
    element("span", { class: "what" }, `${what} `, element("b", {}, ending)),
    element("small", {}, words),
  );
  return button;
}
