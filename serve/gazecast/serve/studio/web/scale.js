/** The one colour scale: from multiples of an even spread to colour and opacity. */

import { bytesOf } from "./base64.js";

/**
 * The scale from what gazecast.analysis.colours says of it: the multiple at which it ends, how many
 * levels it has from 1 to there, and red, green, blue and opacity of each, in base64.
 * @param {{highest: number, levels: number, table: string}} scale
 */
export function createScale({ highest, levels, table }) {
  const perDoubling = (levels - 1) / Math.log2(highest);

  /**
   * Where a multiple lies on the scale: an index into the table's entries.
   * @param {number} multiple
   */
  function levelOf(multiple) {
    return Math.round(Math.log2(Math.min(Math.max(multiple, 1), highest)) * perDoubling);
  }

  /**
   * The same of many multiples at once.
   * @param {Float32Array | number[]} multiples
   */
  function levelsOf(multiples) {
    const found = new Uint8Array(multiples.length);
    for (let i = 0; i < found.length; i++) if (multiples[i] > 1) found[i] = levelOf(multiples[i]);
    return found;
  }

  return { highest, levels, table: tableOf(table), levelOf, levelsOf };
}

/**
 * Red, green, blue and opacity of each level.
 * @param {string} base64
 */
export function tableOf(base64) {
  return new Uint8ClampedArray(bytesOf(base64).buffer);
}

/**
 * The pixels that levels look like in a table of colours, not premultiplied.
 * @param {Uint8Array} levels
 * @param {Uint8ClampedArray} table
 */
export function painted(levels, table) {
  // Four bytes in one number each, in the byte order of this machine.
  const colours = new Uint32Array(table.slice().buffer);
  const pixels = new Uint32Array(levels.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[levels[i]];
  return new Uint8ClampedArray(pixels.buffer);
}
