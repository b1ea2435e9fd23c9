/** The panel with what can be taken away. */

import { element } from "../ui/element.js";

export function createTakeaway() {
  return element("section", { class: "takeaway" });
}
