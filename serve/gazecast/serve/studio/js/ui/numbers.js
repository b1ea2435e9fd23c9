/** Numbers as they are written on the page. */

/** A part of 1 in percent; small ones with a decimal. */
export function percent(part) {
  const value = 100 * part;
  return `${value >= 0.05 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** A range of parts of 1. */
export function range({ low, high }) {
  const [from, to] = [percent(low), percent(high)];
  return `${from.replace(" %", "")} to ${to}`;
}

/** Multiples of an even spread. */
export function times(multiple) {
  return `${multiple < 9.95 ? multiple.toFixed(1) : Math.round(multiple)}×`;
}

/** "3s" as "3 s". */
export function seconds(window) {
  return window.replace("s", " s");
}
