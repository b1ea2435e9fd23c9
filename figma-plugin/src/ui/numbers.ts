/** Numbers as they are shown. */

/** A share from 0 to 1. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

export function range(low: number, high: number): string {
  return `${percent(low).replace(" %", "")} to ${percent(high)}`;
}

/** A probability: never 100 %, which nothing here is. */
export function chance(probability: number): string {
  // The space does not break.
  return probability > 0.995 ? "over 99\u00a0%" : `${Math.round(100 * probability)}\u00a0%`;
}

export function times(intensity: number): string {
  return `${intensity.toFixed(intensity < 9.95 ? 1 : 0)}×`;
}
