/** Enlarges densities smoothly: separable cubic convolution (Keys 1981, a = -0.5). */

/** Multiples of an even spread at columns x rows places: Float32Array, row by row. */
export function enlarge(density, columns, rows) {
  const even = density.columns * density.rows;
  const wide = alongRows(density.values, density.columns, density.rows, columns, even);
  return alongColumns(wide, columns, density.rows, rows);
}

function alongRows(values, from, lines, to, factor) {
  const taps = cubicTaps(from, to);
  const result = new Float32Array(to * lines);
  for (let line = 0, out = 0; line < lines; line++) {
    const start = line * from;
    for (let i = 0, tap = 0; i < to; i++, tap += 4) {
      const { places, weights } = taps;
      result[out++] =
        factor *
        (weights[tap] * values[start + places[tap]] +
          weights[tap + 1] * values[start + places[tap + 1]] +
          weights[tap + 2] * values[start + places[tap + 2]] +
          weights[tap + 3] * values[start + places[tap + 3]]);
    }
  }
  return result;
}

function alongColumns(values, width, from, to) {
  const { places, weights } = cubicTaps(from, to);
  const result = new Float32Array(width * to);
  for (let row = 0, tap = 0, out = 0; row < to; row++, tap += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => places[tap + k] * width);
    const [p, q, r, s] = [0, 1, 2, 3].map((k) => weights[tap + k]);
    for (let column = 0; column < width; column++, out++) {
      result[out] =
        p * values[a + column] + q * values[b + column] + r * values[c + column] + s * values[d + column];
    }
  }
  return result;
}

/** For each of `to` places the four neighbours among `from`, edges repeated, and their weights. */
function cubicTaps(from, to) {
  const places = new Int32Array(to * 4);
  const weights = new Float32Array(to * 4);
  for (let i = 0; i < to; i++) {
    const at = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(at) - 1;
    for (let k = 0; k < 4; k++) {
      places[i * 4 + k] = Math.min(Math.max(first + k, 0), from - 1);
      weights[i * 4 + k] = keys(Math.abs(at - (first + k)));
    }
  }
  return { places, weights };
}

function keys(t) {
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}
