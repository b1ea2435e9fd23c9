/**
 * Densities at other sizes: separable cubic convolution (Keys, "Cubic convolution interpolation for
 * digital image processing", 1981, a = -1/2), as the service's own pictures are made. Past the border
 * there is nothing to weigh.
 */

/** @import { Density } from "./density.js" */

/**
 * Multiples of an even spread at columns x rows places, row by row.
 * @param {Density} density
 * @param {number} columns
 * @param {number} rows
 */
export function resample(density, columns, rows) {
  const even = density.columns * density.rows;
  const wide = alongRows(density.values, density.columns, density.rows, columns, even);
  return alongColumns(wide, columns, density.rows, rows);
}

/**
 * @param {Float32Array} values
 * @param {number} from
 * @param {number} lines
 * @param {number} to
 * @param {number} factor
 */
function alongRows(values, from, lines, to, factor) {
  const { firsts, counts, weights, most } = tapsOf(from, to);
  const result = new Float32Array(to * lines);
  for (let line = 0, out = 0; line < lines; line++) {
    for (let place = 0; place < to; place++) {
      const start = line * from + firsts[place];
      let sum = 0;
      for (let k = 0; k < counts[place]; k++) sum += weights[place * most + k] * values[start + k];
      result[out++] = factor * sum;
    }
  }
  return result;
}

/**
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} from
 * @param {number} to
 */
function alongColumns(values, width, from, to) {
  const { firsts, counts, weights, most } = tapsOf(from, to);
  const result = new Float32Array(width * to);
  const sums = new Float64Array(width);
  for (let place = 0; place < to; place++) {
    sums.fill(0);
    for (let k = 0; k < counts[place]; k++) {
      const weight = weights[place * most + k];
      const start = (firsts[place] + k) * width;
      for (let column = 0; column < width; column++) sums[column] += weight * values[start + column];
    }
    result.set(sums, place * width);
  }
  return result;
}

/**
 * For each of `to` places its neighbours among `from`, the first and how many, and their weights.
 * @param {number} from
 * @param {number} to
 */
function tapsOf(from, to) {
  const step = from / to;
  const reach = 2 * Math.max(1, step); // wider where places become fewer
  const most = Math.ceil(2 * reach) + 1;
  const firsts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float64Array(to * most);
  for (let place = 0; place < to; place++) {
    const centre = (place + 0.5) * step;
    const first = Math.max(0, Math.round(centre - reach));
    const count = Math.min(from, Math.round(centre + reach)) - first;
    const own = weights.subarray(place * most, place * most + count);
    let total = 0;
    for (let k = 0; k < count; k++) total += own[k] = keys(Math.abs((2 * (first + k + 0.5 - centre)) / reach));
    for (let k = 0; k < count; k++) own[k] /= total;
    [firsts[place], counts[place]] = [first, count];
  }
  return { firsts, counts, weights, most };
}

/** @param {number} t */
function keys(t) {
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}
