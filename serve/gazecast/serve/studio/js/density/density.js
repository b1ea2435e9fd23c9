/** Densities: {columns, rows, values: Float32Array}, row by row, sum 1. */

import { decodePng16 } from "./png16.js";

/** From the density of an answer, which is a 16-bit PNG in base64 and a factor. */
export async function decodeDensity({ data, scale }) {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  const { width, height, values } = await decodePng16(bytes);
  const density = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) density[i] = values[i] * scale;
  return { columns: width, rows: height, values: density };
}

/** Share of all looks inside a rectangle (0 to 1 of the picture); cells at its edges count in part. */
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

/** Cells between two edges, each with the part of it that lies there. */
function overlaps(start, end, count) {
  const cells = [];
  for (let cell = Math.max(0, Math.floor(start)); cell < Math.min(count, Math.ceil(end)); cell++) {
    cells.push([cell, Math.min(end, cell + 1) - Math.max(start, cell)]);
  }
  return cells;
}
