/** The legend of the scale: its colours as they look on the page, and the multiples they mean. */

import { element } from "../ui/element.js";
import { LEVELS, NOTE, STEPS, TABLE } from "./scale.js";

export function legend() {
  const bar = element("canvas", { width: LEVELS, height: 1, "aria-hidden": "true" });
  const pixels = bar.getContext("2d").createImageData(LEVELS, 1);
  pixels.data.set(TABLE);
  bar.getContext("2d").putImageData(pixels, 0, 0);
  const last = STEPS.length - 1;
  return element(
    "figure",
    { class: "legend" },
    bar,
    element(
      "div",
      { class: "steps" },
      STEPS.map((step, i) => element("span", {}, i === last ? `${step}×+` : `${step}×`)),
    ),
    element("figcaption", {}, NOTE),
  );
}
