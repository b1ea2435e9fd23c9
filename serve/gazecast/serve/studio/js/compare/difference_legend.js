/** The legend of the difference: its colours, opaque, and the changes they mean. */

import { DIFFERENCE } from "../colour/scale.js";
import { element } from "../ui/element.js";
import { LABELS } from "./difference.js";

export function differenceLegend() {
  const { table } = DIFFERENCE;
  const bar = element("canvas", { width: table.length / 4, height: 1, "aria-hidden": "true" });
  const context = bar.getContext("2d");
  const image = context.createImageData(bar.width, 1);
  image.data.set(table);
  context.putImageData(image, 0, 0);
  return element(
    "figure",
    { class: "legend difference-legend" },
    bar,
    element("div", { class: "steps" }, LABELS.map((label) => element("span", {}, label))),
    element("figcaption", {}, "Orange: B is seen more than A; violet: less. Change in multiples of an even spread."),
  );
}
