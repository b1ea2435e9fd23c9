/** Numbers as they are written on the page. */

/**
 * A part of 1 in percent; small ones with a decimal.
 * @param {number} part
 */
export function percent(part) {
  const value = 100 * part;
  return `${value >= 0.05 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/**
 * A range of parts of 1.
 * @param {{low: number, high: number}} ends
 */
export function range({ low, high }) {
  const [from, to] = [percent(low), percent(high)];
  return `${from.replace(" %", "")} to ${to}`;
}

/**
 * Multiples of an even spread.
 * @param {number} multiple
 */
export function times(multiple) {
  return `${multiple < 9.95 ? multiple.toFixed(1) : Math.round(multiple)}×`;
}

/**
 * "3s" as "3 s".
 * @param {string} window
 */
export function seconds(window) {
  return window.replace("s", " s");
}
