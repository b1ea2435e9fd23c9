/** The legend of the scale: its colours as they look on the page, and the multiples they mean. */

import { element } from "../ui/element.js";
import { colourBar } from "./bar.js";
import { NOTE, STEPS, TABLE } from "./scale.js";

export function legend() {
  const last = STEPS.length - 1;
  return element(
    "figure",
    { class: "legend" },
    colourBar(TABLE),
    element(
      "div",
      { class: "steps" },
      STEPS.map((step, i) => element("span", {}, i === last ? `${step}×+` : `${step}×`)),
    ),
    element("figcaption", {}, NOTE),
  );
}
