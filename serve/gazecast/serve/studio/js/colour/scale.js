/**
 * The one colour scale: multiples of an even spread to colour and opacity. The service makes
 * scale.json from gazecast.analysis.colours, so that pictures here and there look the same.
 */

const scale = await (await fetch(new URL("../../scale.json", import.meta.url))).json();

export const HIGHEST = scale.highest;
export const STEPS = scale.steps;
export const LEVELS = scale.levels;
export const NOTE = scale.note;
/** What a prediction is and is not, in one line. */
export const NOTICE = scale.notice;
/** Of the focus map: light at and below an even spread, and the multiple with full light. */
export const { dim: DIM, lit: LIT } = scale.focus;
/** LEVELS x (red, green, blue, opacity). */
export const TABLE = colours(scale.table);
/** Of differences: multiples at which it begins and ends to each side, and its colours from end to end. */
export const DIFFERENCE = { ...scale.difference, table: colours(scale.difference.table) };

function colours(base64) {
  return Uint8ClampedArray.from(atob(base64), (character) => character.charCodeAt(0));
}

const DOUBLINGS = Math.log2(HIGHEST);

/** Where a multiple lies on the scale: an index into TABLE's entries. */
export function levelOf(multiple) {
  const doublings = Math.log2(Math.min(Math.max(multiple, 1), HIGHEST));
  return Math.round((doublings / DOUBLINGS) * (LEVELS - 1));
}

/** The colour of a multiple, opaque, for CSS. */
export function colourOf(multiple) {
  const at = 4 * levelOf(multiple);
  return `rgb(${TABLE[at]} ${TABLE[at + 1]} ${TABLE[at + 2]})`;
}

/** A table of levels for many multiples at once: Uint8Array of the same length. */
export function levelsOf(multiples) {
  const levels = new Uint8Array(multiples.length);
  const factor = (LEVELS - 1) / DOUBLINGS;
  for (let i = 0; i < multiples.length; i++) {
    const multiple = multiples[i];
    if (multiple > 1) levels[i] = multiple >= HIGHEST ? LEVELS - 1 : Math.round(Math.log2(multiple) * factor);
  }
  return levels;
}
