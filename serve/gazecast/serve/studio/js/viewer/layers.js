/** Pictures of a density that lie over a design, on a canvas that the browser then stretches. */

import { DIM, HIGHEST, LIT, TABLE, levelsOf } from "../colour/scale.js";
import { enlarge } from "../density/resample.js";

/** Pixels of a layer: enough for the browser's stretching not to be seen, little to draw. */
const PIXELS = 400_000;

const SMOOTHED = new WeakMap(); // of a density, its levels on the scale at a layer's size

function smoothed(density) {
  if (!SMOOTHED.has(density)) {
    const { columns, rows } = density;
    const times = Math.max(1, Math.min(4, Math.floor(Math.sqrt(PIXELS / (columns * rows)))));
    const [width, height] = [columns * times, rows * times];
    SMOOTHED.set(density, { width, height, levels: levelsOf(enlarge(density, width, height)) });
  }
  return SMOOTHED.get(density);
}

// Red, green, blue and opacity in one number each, in the byte order of this machine's canvases.
const HEAT = new Uint32Array(TABLE.slice().buffer);
const FOCUS = shadeTable();

/** As gazecast.analysis.focus_map: black over the design, less of it with each doubling. */
function shadeTable() {
  const table = new Uint8ClampedArray(TABLE.length);
  const levels = table.length / 4;
  for (let i = 0; i < levels; i++) {
    const doublings = Math.min((i / (levels - 1)) * (Math.log2(HIGHEST) / Math.log2(LIT)), 1);
    table[4 * i + 3] = 255 * (1 - (DIM + (1 - DIM) * doublings));
  }
  return new Uint32Array(table.buffer);
}

/** Draws the heat or the focus map of a density. kind: "heatmap" or "focus". */
export function drawLayer(canvas, density, kind) {
  const { width, height, levels } = smoothed(density);
  const table = kind === "focus" ? FOCUS : HEAT;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[levels[i]];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
}
