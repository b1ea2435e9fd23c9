/**
 * The difference of two densities as a layer: where the second design is seen more than the first, and
 * where less, in multiples of an even spread. Colours and scale are those of the service's own
 * pictures (gazecast.analysis.difference_picture).
 */

import { resample } from "../../web/resample.js";
import { DIFFERENCE } from "../colour/scale.js";

const { least: LEAST, most: MOST, table: TABLE } = DIFFERENCE;
const NONE = (TABLE.length / 4 - 1) / 2; // the level of no difference, in the middle
const DOUBLINGS = Math.log2(MOST / LEAST);

/** Where a difference lies on the scale: an index into its colours. */
export function levelOf(change) {
  const size = Math.min(Math.max(Math.abs(change), LEAST), MOST);
  return Math.round(NONE + (Math.sign(change) * Math.log2(size / LEAST) * NONE) / DOUBLINGS);
}

/** The change from the first density to the second at columns x rows places: Float32Array. */
export function changeOf(first, second, columns, rows) {
  const before = resample(first, columns, rows);
  const change = resample(second, columns, rows);
  for (let i = 0; i < change.length; i++) change[i] -= before[i];
  return change;
}

/** The layer as a canvas of columns x rows. */
export function differenceCanvas(first, second, columns, rows) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(TABLE.buffer, TABLE.byteOffset, TABLE.length / 4);
  const change = changeOf(first, second, columns, rows);
  for (let i = 0; i < change.length; i++) {
    if (Math.abs(change[i]) > LEAST) words[i] = colours[levelOf(change[i])];
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Names along the scale, evenly spaced. */
export const LABELS = [`${MOST}× less`, "2×", `±${LEAST}×`, "2×", `${MOST}× more`];

/** The scale's colours from end to end, opaque: [[red, green, blue], ...]. */
export function scaleColours(count) {
  return Array.from({ length: count }, (_, i) => {
    const at = 4 * Math.round((i / (count - 1)) * (TABLE.length / 4 - 1));
    return [...TABLE.subarray(at, at + 3)];
  });
}
