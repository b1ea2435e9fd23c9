/**
 * The colour scales, as the service says them: it makes scale.json from gazecast.analysis.colours, so
 * that pictures here and there look the same.
 */

import { createScale, tableOf } from "../../web/scale.js";

const said = await (await fetch(new URL("../../scale.json", import.meta.url))).json();

/** @type {number[]} The multiples that a legend names, evenly spaced along the scale. */
export const STEPS = said.steps;
/** @type {string} */
export const NOTE = said.note;
/** @type {string} What a prediction is and is not, in one line. */
export const NOTICE = said.notice;
/** @type {{dim: number, lit: number}} Of the focus map: light at and below an even spread, and the multiple with full light. */
export const { dim: DIM, lit: LIT } = said.focus;
export const { highest: HIGHEST, levels: LEVELS, table: TABLE, levelOf, levelsOf } = createScale(said);

/** @type {{least: number, most: number}} */
const { least, most } = said.difference;
/** Of differences: multiples at which it begins and ends to each side, and its colours from end to end. */
export const DIFFERENCE = { least, most, table: tableOf(said.difference.table) };

/**
 * The colour of a multiple, opaque, for CSS.
 * @param {number} multiple
 */
export function colourOf(multiple) {
  const at = 4 * levelOf(multiple);
  return `rgb(${TABLE[at]} ${TABLE[at + 1]} ${TABLE[at + 2]})`;
}
