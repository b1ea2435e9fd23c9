/** Region by region: its share on both designs with intervals, and the verdict. */

import { element, shape } from "../ui/element.js";
import { percent, range, seconds } from "../ui/numbers.js";
import { regionVerdict } from "./verdict.js";

/** answer: of the service. names: of both designs, in order. */
export function createTable(answer, names) {
  const most = Math.max(...answer.regions.flatMap((region) => names.map((name) => region.shares[name].high)));
  const where = answer.automatic ? " Regions were found on A and looked up on B." : "";
  return element(
    "div",
    { class: "compare-scroll", role: "region", tabindex: "0", "aria-label": "Verdict on each region" },
    element(
      "table",
      { class: "compare-table" },
      element(
        "caption",
        {},
        `Share of all looks in the first ${seconds(answer.window)}, with the range of a panel of ${answer.observers} people ` +
          `in 90 % of cases.${where}`,
      ),
      element(
        "thead",
        {},
        element("tr", {}, ["Region", "A", "B"].map((words) => element("th", { scope: "col" }, words)), element("th", { scope: "col" }, "Verdict")),
      ),
      element("tbody", {}, answer.regions.map((region) => row(region, answer, names, most))),
    ),
  );
}

function row(region, answer, names, most) {
  const { detected, words, chance, leader } = regionVerdict(region, names);
  return element(
    "tr",
    { class: region.name === answer.goal_region ? "is-goal" : null },
    element("th", { scope: "row" }, region.name, region.name === answer.goal_region ? element("small", {}, "should be seen") : null),
    names.map((name, i) => element("td", { class: leader === i ? "leads" : null }, share(region.shares[name], most))),
    element("td", { class: detected ? "detected" : "undetected" }, words, chance ? element("small", {}, chance) : null),
  );
}

function share({ share: value, low, high }, most) {
  const at = (part) => 2 + (96 * part) / (most || 1);
  return [
    element("span", { class: "number" }, percent(value)),
    element("small", {}, range({ low, high })),
    shape(
      "svg",
      { class: "range", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      shape("line", { x1: 0, x2: 100, y1: 4, y2: 4 }),
      shape("rect", { x: at(low), width: Math.max(1, at(high) - at(low)), y: 2, height: 4 }),
      shape("rect", { class: "dot", x: at(value) - 1, width: 2, y: 0, height: 8 }),
    ),
  ];
}
