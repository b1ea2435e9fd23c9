/** Two or more designs against each other. */

import { element } from "../ui/element.js";

export function createCompare() {
  return element("section", { class: "compare" });
}
