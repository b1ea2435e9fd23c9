/** Densities: where attention is predicted, as the service's answers have them. */

import { bytesOf } from "./base64.js";
import { decodePng16 } from "./png16.js";

/**
 * @typedef {object} Density
 * @property {number} columns
 * @property {number} rows
 * @property {Float32Array} values row by row, sum 1
 */

/**
 * From the density of an answer, which is a 16-bit PNG in base64 and a factor.
 * @param {{data: string, scale: number}} answer
 * @returns {Promise<Density>}
 */
export async function decodeDensity({ data, scale }) {
  const { width, height, values } = await decodePng16(bytesOf(data));
  return { columns: width, rows: height, values: Float32Array.from(values, (value) => value * scale) };
}

/**
 * Share of all looks inside a rectangle (0 to 1 of the picture); cells at its edges count in part.
 * @param {Density} density
 * @param {{x: number, y: number, width: number, height: number}} rectangle
 */
export function shareOf({ columns, rows, values }, { x, y, width, height }) {
  const across = overlaps(x * columns, (x + width) * columns, columns);
  const down = overlaps(y * rows, (y + height) * rows, rows);
  let share = 0;
  for (const [row, tall] of down) {
    let line = 0;
    for (const [column, wide] of across) line += wide * values[row * columns + column];
    share += tall * line;
  }
  return share;
}

/**
 * Cells between two edges, each with the part of it that lies there.
 * @param {number} start
 * @param {number} end
 * @param {number} count
 */
function overlaps(start, end, count) {
  /** @type {[cell: number, part: number][]} */
  const cells = [];
  for (let cell = Math.max(0, Math.floor(start)); cell < Math.min(count, Math.ceil(end)); cell++) {
    cells.push([cell, Math.min(end, cell + 1) - Math.max(start, cell)]);
  }
  return cells;
}
