/** The colours of a scale in a row, to be stretched. */

import { createCanvas } from "../ui/canvas.js";

/**
 * A canvas one px high with a px for each colour. It says nothing by itself.
 * @param {Uint8ClampedArray<ArrayBuffer>} table red, green, blue and opacity of each
 */
export function colourBar(table) {
  const { canvas, context } = createCanvas({ width: table.length / 4, height: 1 });
  context.putImageData(new ImageData(table.slice(), canvas.width, 1), 0, 0);
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}
