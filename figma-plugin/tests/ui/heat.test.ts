import { expect, test } from "vitest";
import { SCALE } from "../../src/ui/colours";
import { heatPixels } from "../../src/ui/heat";

/** value: multiple of an even spread at a cell. */
const field = (columns: number, rows: number, value: (x: number, y: number) => number) => ({
  columns,
  rows,
  values: Float32Array.from(
    { length: columns * rows },
    (_, at) => value(at % columns, Math.floor(at / columns)) / (columns * rows),
  ),
});

test("an even spread shows nothing", () => {
  const pixels = heatPixels(field(7, 5, () => 1), 70, 50);
  expect(pixels.every((byte, at) => at % 4 !== 3 || byte === 0)).toBe(true);
});

test("each doubling is a quarter of the scale, and more than 16 times is its end", () => {
  for (const [doublings, times] of [1, 2, 4, 8, 16, 400].entries()) {
    const level = 4 * Math.round((Math.min(doublings, 4) / 4) * 255);
    const pixels = heatPixels(field(2, 2, () => times), 4, 4);
    expect([...pixels.subarray(0, 4)]).toEqual([...SCALE.table.subarray(level, level + 4)]);
  }
});

test("a peak stays in its place, whatever the size", () => {
  const heat = field(16, 10, (x, y) => (x === 12 && y === 3 ? 16 : 0));
  for (const [width, height] of [
    [160, 100],
    [333, 207],
    [16, 10],
    [8, 5],
  ] as const) {
    const pixels = heatPixels(heat, width, height);
    let [sum, across, down] = [0, 0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const opacity = pixels[4 * (y * width + x) + 3]!;
        sum += opacity;
        across += opacity * ((x + 0.5) / width);
        down += opacity * ((y + 0.5) / height);
      }
    }
    expect(sum).toBeGreaterThan(0);
    expect(Math.abs(across / sum - 12.5 / 16)).toBeLessThan(0.5 / Math.min(width, 32));
    expect(Math.abs(down / sum - 3.5 / 10)).toBeLessThan(0.5 / Math.min(height, 20));
  }
});
