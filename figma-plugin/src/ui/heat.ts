/** From the density to the picture that lies over the frame, as the server draws it. */

import type { Density } from "../../../serve/gazecast/serve/studio/web/density.js";
import { resample } from "../../../serve/gazecast/serve/studio/web/resample.js";
import { painted } from "../../../serve/gazecast/serve/studio/web/scale.js";
import { SCALE } from "./colours";

/** Of the overlay's longer side, px; Figma does the rest, and the picture is smooth. */
const LONGEST_SIDE = 1024;

/** The overlay of a frame of this size as a PNG. */
export async function overlayPng(density: Density, width: number, height: number): Promise<Uint8Array> {
  const scale = LONGEST_SIDE / Math.max(width, height);
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(across!, down!);
  canvas.getContext("2d")!.putImageData(heatImage(density, across!, down!), 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new Uint8Array(await blob.arrayBuffer());
}

export function heatImage(density: Density, width: number, height: number): ImageData {
  return new ImageData(heatPixels(density, width, height), width, height);
}

/** Colour and opacity of each pixel, not premultiplied. */
export function heatPixels(density: Density, width: number, height: number) {
  return painted(SCALE.levelsOf(resample(density, width, height)), SCALE.table);
}
