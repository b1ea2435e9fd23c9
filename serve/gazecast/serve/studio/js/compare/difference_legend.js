/** The legend of the difference: its colours, opaque, and the changes they mean. */

import { colourBar } from "../colour/bar.js";
import { DIFFERENCE } from "../colour/scale.js";
import { element } from "../ui/element.js";
import { LABELS } from "./difference.js";

export function differenceLegend() {
  return element(
    "figure",
    { class: "legend difference-legend" },
    colourBar(DIFFERENCE.table),
    element("div", { class: "steps" }, LABELS.map((label) => element("span", {}, label))),
    element("figcaption", {}, "Orange: B is seen more than A; violet: less. Change in multiples of an even spread."),
  );
}
