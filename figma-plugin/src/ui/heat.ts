/** From the density to the picture that lies over the frame, as the server draws it: interpolated
 * bicubically, in the colours of the product's absolute scale. */

import type { DensityAnswer } from "./answers";
import { HIGHEST, TABLE } from "./colours";
import { readPng16 } from "./png16";

/** Of the overlay's longer side, px; Figma does the rest, and the picture is smooth. */
const LONGEST_SIDE = 1024;

/** Attention in multiples of an even spread, row by row. */
export interface Intensity {
  columns: number;
  rows: number;
  values: Float32Array;
}

export async function readDensity(density: DensityAnswer): Promise<Intensity> {
  const { width, height, values } = await readPng16(bytesOf(density.data));
  const factor = density.scale * width * height;
  return { columns: width, rows: height, values: Float32Array.from(values, (v) => v * factor) };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The overlay of a frame of this size as a PNG. */
export async function overlayPng(heat: Intensity, width: number, height: number): Promise<Uint8Array> {
  const scale = LONGEST_SIDE / Math.max(width, height);
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(across!, down!);
  canvas.getContext("2d")!.putImageData(heatImage(heat, across!, down!), 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new Uint8Array(await blob.arrayBuffer());
}

export function heatImage(heat: Intensity, width: number, height: number): ImageData {
  return new ImageData(heatPixels(heat, width, height), width, height);
}

/** Colour and opacity of each pixel, not premultiplied. */
export function heatPixels(
  heat: Intensity,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const across = resampleRows(heat.values, heat.columns, heat.rows, width);
  // Down is across of what was turned on its side.
  const smooth = resampleRows(transpose(across, width, heat.rows), heat.rows, width, height);
  const pixels = new Uint8ClampedArray(width * height * 4);
  const perDoubling = (TABLE.length / 4 - 1) / Math.log2(HIGHEST);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const clipped = Math.min(Math.max(smooth[x * height + y]!, 1), HIGHEST);
      const level = 4 * Math.round(Math.log2(clipped) * perDoubling);
      const at = 4 * (y * width + x);
      for (let channel = 0; channel < 4; channel++) pixels[at + channel] = TABLE[level + channel]!;
    }
  }
  return pixels;
}

function transpose(values: Float32Array, columns: number, rows: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) turned[x * rows + y] = values[y * columns + x]!;
  }
  return turned;
}

/** Each row in `length` places instead of `columns`. Keys, "Cubic convolution interpolation for
 * digital image processing", 1981, a = -1/2; past the border there is nothing to weigh. */
function resampleRows(
  values: Float32Array,
  columns: number,
  rows: number,
  length: number,
): Float32Array {
  const step = columns / length;
  const reach = 2 * Math.max(1, step); // wider where places become fewer
  const result = new Float32Array(length * rows);
  for (let place = 0; place < length; place++) {
    const centre = (place + 0.5) * step;
    const first = Math.max(0, Math.round(centre - reach));
    const last = Math.min(columns, Math.round(centre + reach));
    const weights: number[] = [];
    for (let x = first; x < last; x++) weights.push(cubic((2 * (x + 0.5 - centre)) / reach));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      weights.forEach((weight, index) => {
        sum += weight * values[row * columns + first + index]!;
      });
      result[row * length + place] = sum / total;
    }
  }
  return result;
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
