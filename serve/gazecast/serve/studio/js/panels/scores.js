/** The design as a whole in numbers, each with its definition and its place among others. */

import { element } from "../ui/element.js";
import { percent } from "../ui/numbers.js";
import { term } from "../ui/term.js";

/** Resolves to {scores: {field: {name, definition, words}}, sets: {name: {source, pictures}}}. */
const words = fetch(new URL("../../scores.json", import.meta.url)).then((answer) => answer.json());

const CLUTTER = ["feature_congestion", "subband_entropy", "contour_density", "colourfulness"];

export function createScores({ store }) {
  const panel = element("div", { class: "scores" });
  let drawn = null;

  async function draw() {
    const { scores: names, sets } = await words;
    const design = store.selected();
    const answer = design && !design.hidden ? design.answer : null;
    if (answer === drawn) return;
    drawn = answer;
    if (!answer) {
      panel.replaceChildren(element("p", { class: "empty" }, "Scores come with the prediction."));
      return;
    }
    const { scores } = answer;
    const set = sets[scores.reference_set];
    const rows = [
      row(names.focus, scores.focus.toFixed(2), { part: scores.focus }),
      row(names.half_area, percent(scores.half_area), { part: scores.half_area / 0.5 }),
    ];
    if (scores.clarity !== null) {
      rows.push(row(names.clarity, scores.clarity.toFixed(0), { part: scores.clarity / 100, note: "of 100" }));
    }
    for (const field of CLUTTER) {
      const place = scores.percentiles?.[field];
      rows.push(row(names[field], scores.clutter[field].toPrecision(3), { percentile: place }));
    }
    panel.replaceChildren(
      element("dl", { class: "score-list" }, rows),
      element(
        "p",
        { class: "fine" },
        set
          ? `Percentiles compare with ${scores.reference_set}: ${set.pictures} ${set.source}. A higher one is more clutter.`
          : "There is no set of designs of this kind to compare with, so there are no percentiles.",
      ),
      element("p", { class: "fine" }, "No score says whether a design is good, understood or bought from."),
    );
  }

  store.on((_, changed) => (changed.has("designs") || changed.has("selected")) && draw());
  draw();
  return panel;
}

/**
 * @param {{name: string, definition: string, words: string}} score
 * @param {string} value
 * @param {{part?: number, percentile?: number, note?: string}} place
 */
function row({ name, definition, words: told }, value, { part, percentile, note }) {
  const has = percentile !== undefined && percentile !== null;
  const place = has ? percentile / 100 : part;
  return element(
    "div",
    { class: "score" },
    element("dt", {}, term(name, definition), element("span", { class: "told" }, told)),
    element(
      "dd",
      {},
      element("span", { class: "value" }, value),
      note ? element("span", { class: "note" }, ` ${note}`) : null,
      has ? element("span", { class: "note" }, ordinal(percentile)) : null,
      place === undefined || place === null ? null : meter(place, has),
    ),
  );
}

function ordinal(percentile) {
  const whole = Math.round(percentile);
  const tail = whole % 100 >= 11 && whole % 100 <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[whole % 10] ?? "th");
  return ` ${whole}${tail} percentile`;
}

/** A bar, or of a percentile a mark on a line; the numbers beside it say the same. */
function meter(part, isPlace) {
  const mark = element("span", { class: "mark" });
  mark.style.setProperty("--part", String(Math.min(Math.max(part, 0), 1)));
  return element("span", { class: isPlace ? "meter place" : "meter", "aria-hidden": "true" }, mark);
}
