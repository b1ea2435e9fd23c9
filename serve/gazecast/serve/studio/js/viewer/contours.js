/** Lines of equal density: marching squares, joined to paths. */

import { STEPS } from "../colour/scale.js";

/** Points of a path that is too short to be seen. */
const SHORTEST = 6;

const KNOWN = new WeakMap(); // of a density, its rings

/** The rings of a density at the steps of the scale above 1: [{level, paths}]. */
export function ringsOf(density) {
  if (!KNOWN.has(density)) {
    const { columns, rows, values } = density;
    const multiples = values.map((value) => value * values.length);
    const rings = STEPS.slice(1).map((level) => ({
      level,
      paths: contours(multiples, columns, rows, level).filter((path) => path.length > SHORTEST),
    }));
    KNOWN.set(density, rings);
  }
  return KNOWN.get(density);
}

/**
 * values: multiples of an even spread, columns x rows. Returns paths at `level`: lists of [x, y] in
 * 0 to 1 of the picture, closed ones ending where they began.
 */
export function contours(values, columns, rows, level) {
  const next = new Map(); // from each crossed edge to the next, in the direction of the line
  const point = new Map();
  const cut = (a, b) => (level - a) / (b - a);

  // Edges are numbered: those along a row of cell centres first, then those along a column.
  const across = (row, column) => row * columns + column;
  const down = (row, column) => columns * rows + row * columns + column;

  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const at = row * columns + column;
      const [a, b, c, d] = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]];
      const inside = (a >= level) | ((b >= level) << 1) | ((c >= level) << 2) | ((d >= level) << 3);
      if (inside === 0 || inside === 15) continue;
      const top = across(row, column);
      const right = down(row, column + 1);
      const bottom = across(row + 1, column);
      const left = down(row, column);
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

// With the higher side always to the right of the way.
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

function joined(next, point) {
  const paths = [];
  const ends = new Set(next.values());
  // Open lines first, from where nothing leads to; what is left then is closed.
  const starts = [...next.keys()].filter((edge) => !ends.has(edge));
  for (const start of [...starts, ...next.keys()]) {
    if (!next.has(start)) continue;
    const path = [point.get(start)];
    for (let edge = start; next.has(edge); ) {
      const to = next.get(edge);
      next.delete(edge);
      path.push(point.get(to));
      edge = to;
    }
    paths.push(path);
  }
  return paths;
}
