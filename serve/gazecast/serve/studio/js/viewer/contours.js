/** Lines of equal density: marching squares, joined to paths. */

import { STEPS } from "../colour/scale.js";

/**
 * @import { Density } from "../../web/density.js"
 * @import { Point } from "../state/store.js"
 */

/** Points of a path that is too short to be seen. */
const SHORTEST = 6;

/** @typedef {{level: number, paths: Point[][]}} Rings at a multiple of an even spread */

/** @type {WeakMap<Density, Rings[]>} */
const KNOWN = new WeakMap();

/**
 * The rings of a density at the steps of the scale above 1.
 * @param {Density} density
 */
export function ringsOf(density) {
  let rings = KNOWN.get(density);
  if (!rings) {
    const { columns, rows, values } = density;
    const multiples = values.map((value) => value * values.length);
    rings = STEPS.slice(1).map((level) => ({
      level,
      paths: contours(multiples, columns, rows, level).filter((path) => path.length > SHORTEST),
    }));
    KNOWN.set(density, rings);
  }
  return rings;
}

/**
 * The paths at `level`: points in 0 to 1 of the picture, closed ones ending where they began.
 * @param {Float32Array} values multiples of an even spread, columns x rows
 * @param {number} columns
 * @param {number} rows
 * @param {number} level
 */
export function contours(values, columns, rows, level) {
  /** @type {Map<number, number>} from each crossed edge to the next, in the direction of the line */
  const next = new Map();
  /** @type {Map<number, Point>} */
  const point = new Map();
  /** @type {(a: number, b: number) => number} */
  const cut = (a, b) => (level - a) / (b - a);

  // Edges are numbered: those along a row of cell centres first, then those along a column.
  /** @type {(row: number, column: number) => number} */
  const across = (row, column) => row * columns + column;
  /** @type {(row: number, column: number) => number} */
  const down = (row, column) => columns * rows + row * columns + column;

  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const at = row * columns + column;
      const [a, b, c, d] = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]];
      const inside = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0);
      if (inside === 0 || inside === 15) continue;
      const top = across(row, column);
      const right = down(row, column + 1);
      const bottom = across(row + 1, column);
      const left = down(row, column);
      /** @type {(edge: number, x: number, y: number) => unknown} */
      const note = (edge, x, y) => point.set(edge, [(x + 0.5) / columns, (y + 0.5) / rows]);
      if ((inside & 1) !== ((inside >> 1) & 1)) note(top, column + cut(a, b), row);
      if (((inside >> 1) & 1) !== ((inside >> 2) & 1)) note(right, column + 1, row + cut(b, c));
      if (((inside >> 3) & 1) !== ((inside >> 2) & 1)) note(bottom, column + cut(d, c), row + 1);
      if ((inside & 1) !== ((inside >> 3) & 1)) note(left, column, row + cut(a, d));
      const edges = { top, right, bottom, left };
      for (const [from, to] of SEGMENTS[inside]) next.set(edges[from], edges[to]);
    }
  }
  return joined(next, point);
}

/** @typedef {"top" | "right" | "bottom" | "left"} Edge of a square of four cells */

/**
 * By which of the four corners are inside. With the higher side always to the right of the way.
 * @type {Record<number, [from: Edge, to: Edge][]>}
 */
const SEGMENTS = {
  1: [["left", "top"]],
  2: [["top", "right"]],
  3: [["left", "right"]],
  4: [["right", "bottom"]],
  5: [["left", "top"], ["right", "bottom"]],
  6: [["top", "bottom"]],
  7: [["left", "bottom"]],
  8: [["bottom", "left"]],
  9: [["bottom", "top"]],
  10: [["top", "right"], ["bottom", "left"]],
  11: [["bottom", "right"]],
  12: [["right", "left"]],
  13: [["right", "top"]],
  14: [["top", "left"]],
};

/**
 * @param {Map<number, number>} next
 * @param {Map<number, Point>} points
 */
function joined(next, points) {
  /** @type {Point[][]} */
  const paths = [];
  const ends = new Set(next.values());
  // Open lines first, from where nothing leads to; what is left then is closed.
  const starts = [...next.keys()].filter((edge) => !ends.has(edge));
  for (const start of [...starts, ...next.keys()]) {
    if (!next.has(start)) continue;
    /** @type {Point[]} */
    const path = [];
    for (let edge = /** @type {number | undefined} */ (start); edge !== undefined; ) {
      const point = points.get(edge);
      if (point) path.push(point);
      const to = next.get(edge);
      next.delete(edge);
      edge = to;
    }
    paths.push(path);
  }
  return paths;
}
