/** Canvases with their contexts, which a browser may refuse. */

/** @import { Size } from "../state/store.js" */

/**
 * A canvas of this size and what draws on it. Throws where the browser gives none, as it does for sizes
 * beyond its limits.
 * @param {Size} size px
 */
export function createCanvas({ width, height }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  return { canvas, context: contextOf(canvas) };
}

/** @param {HTMLCanvasElement} canvas */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser gives no canvas to draw on.");
  return context;
}
