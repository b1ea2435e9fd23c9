/** A page and a phone screen: each region's share on both, next to each other and not compared. */

import { element } from "../ui/element.js";
import { measured } from "../state/designs.js";
import { given } from "./carry.js";
import { isPhone } from "./choice.js";
import { percent, range } from "../ui/numbers.js";

export function twoPredictions(first, second, window) {
  const names = [...new Set([first, second].flatMap((design) => given(design).map((region) => region.name)))];
  const kind = (design) => (isPhone(design) ? "a phone screen" : "a page");
  return [
    element(
      "section",
      { class: "verdict verdict-apart", "data-verdict": "apart" },
      element("h2", {}, "Two predictions, each on its own"),
      element(
        "p",
        {},
        `A is ${kind(first)}, B ${kind(second)}. People see them on different devices, and errors of differences between ` +
          "the two were never measured: no verdict, no average. If both are meant for one device, say so: set what each is taken for.",
      ),
    ),
    names.length ? table(names, [first, second], window) : element("p", { class: "compare-wait" }, "Draw regions of the same name on both to read their shares next to each other."),
    element(
      "div",
      { class: "compare-fine" },
      [first, second].map((design, i) => element("p", {}, `${"AB"[i]}: ${design.answer.accuracy}.`)),
    ),
  ];
}

function table(names, designs, window) {
  return element(
    "div",
    { class: "compare-scroll", role: "region", tabindex: "0", "aria-label": "Shares on both designs" },
    element(
      "table",
      { class: "compare-table plain" },
      element("caption", {}, "Share of all looks on each design, with the range of a panel in 90 % of cases."),
      element("thead", {}, element("tr", {}, ["Region", "A", "B"].map((words) => element("th", { scope: "col" }, words)))),
      element(
        "tbody",
        {},
        names.map((name) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, name),
            designs.map((design) => element("td", {}, shareOn(design, name, window))),
          ),
        ),
      ),
    ),
  );
}

function shareOn(design, name, window) {
  const region = given(design).find((each) => each.name === name);
  if (!region) return "not there";
  const numbers = measured(design, region)?.by_window[window];
  if (!numbers) return "…";
  const { share, interval } = numbers;
  return [
    element("span", { class: "number" }, percent(share)),
    interval ? element("small", {}, range(interval)) : null,
  ];
}
