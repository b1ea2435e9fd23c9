/** Pictures of a density that lie over a design, on a canvas that the browser then stretches. */

import { resample } from "../../web/resample.js";
import { painted } from "../../web/scale.js";
import { DIM, HIGHEST, LIT, TABLE, levelsOf } from "../colour/scale.js";
import { contextOf } from "../ui/canvas.js";

/** @import { Density } from "../../web/density.js" */

/** Pixels of a layer: enough for the browser's stretching not to be seen, little to draw. */
const PIXELS = 400_000;

/** @type {WeakMap<Density, {width: number, height: number, levels: Uint8Array}>} at a layer's size, the levels on the scale */
const SMOOTHED = new WeakMap();

/** @param {Density} density */
function smoothed(density) {
  let known = SMOOTHED.get(density);
  if (!known) {
    const { columns, rows } = density;
    const times = Math.max(1, Math.min(4, Math.floor(Math.sqrt(PIXELS / (columns * rows)))));
    const [width, height] = [columns * times, rows * times];
    known = { width, height, levels: levelsOf(resample(density, width, height)) };
    SMOOTHED.set(density, known);
  }
  return known;
}

const FOCUS = shadeTable();

/** As gazecast.analysis.focus_map: black over the design, less of it with each doubling. */
function shadeTable() {
  const table = new Uint8ClampedArray(TABLE.length);
  const levels = table.length / 4;
  for (let i = 0; i < levels; i++) {
    const doublings = Math.min((i / (levels - 1)) * (Math.log2(HIGHEST) / Math.log2(LIT)), 1);
    table[4 * i + 3] = 255 * (1 - (DIM + (1 - DIM) * doublings));
  }
  return table;
}

/**
 * Draws the heat or the focus map of a density.
 * @param {HTMLCanvasElement} canvas
 * @param {Density} density
 * @param {"heatmap" | "focus"} kind
 */
export function drawLayer(canvas, density, kind) {
  const { width, height, levels } = smoothed(density);
  const image = new ImageData(painted(levels, kind === "focus" ? FOCUS : TABLE), width, height);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  contextOf(canvas).putImageData(image, 0, 0);
}
