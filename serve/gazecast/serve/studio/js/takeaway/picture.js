/** What is on the screen as a picture at the design's own size, with a legend and what it is. */

import { differenceCanvas } from "../compare/difference.js";
import { drawDesign } from "./drawing.js";
import { ATTENTION, CHANGE, INK, createSheet } from "./sheet.js";

/** Larger pictures are made smaller: browsers limit canvases. */
const PIXELS = 16_000_000;
const SIDE = 8192;

const VIEWS = {
  heatmap: "Heatmap",
  focus: "Focus map",
  contours: "Contours",
  order: "First-glance order",
  design: "Design",
};

/** One design as it is looked at: a canvas. state: the store's. */
export async function designPicture(design, state) {
  const size = fitted(design.width, design.height);
  const sheet = createSheet(size.width, size.height);
  await drawDesign(sheet.context, design, state, size);
  const { accuracy, notice } = design.answer;
  const validation = `${accuracy[0].toUpperCase()}${accuracy.slice(1)}.`;
  const words = `${VIEWS[state.view]} of ${design.name}, first ${seconds(state.window)}. ${validation}`;
  return sheet.finish(legendOf(state), [words, notice]);
}

/**
 * Two designs as they are compared: a canvas. layout: "side", "swipe", or "difference"; part: how much
 * of the width shows the first in a swipe, 0 to 1.
 */
export async function comparisonPicture(first, second, { layout, part, state }) {
  const words = `A: ${first.name}. B: ${second.name}. ${VIEWS[state.view]}, first ${seconds(state.window)}.`;
  const legend = legendOf(state);
  const notice = second.answer.notice;
  if (layout === "side") {
    const height = Math.max(first.height, second.height);
    const gap = Math.round((first.width + second.width) / 60);
    const whole = fitted(first.width + gap + second.width, height);
    const factor = whole.width / (first.width + gap + second.width);
    const sheet = createSheet(whole.width, whole.height);
    const size = (design) => ({ width: design.width * factor, height: design.height * factor });
    await drawDesign(sheet.context, first, state, size(first));
    sheet.context.translate((first.width + gap) * factor, 0);
    await drawDesign(sheet.context, second, state, size(second));
    sheet.context.resetTransform();
    return sheet.finish(legend, [`${words} A is on the left.`, notice]);
  }
  const size = fitted(second.width, second.height);
  const sheet = createSheet(size.width, size.height);
  if (layout === "swipe") {
    const edge = size.width * part;
    for (const [design, left, right] of [
      [first, 0, edge],
      [second, edge, size.width],
    ]) {
      sheet.context.save();
      sheet.context.beginPath();
      sheet.context.rect(left, 0, right - left, size.height);
      sheet.context.clip();
      await drawDesign(sheet.context, design, state, size);
      sheet.context.restore();
    }
    sheet.context.fillStyle = INK;
    sheet.context.fillRect(edge - 1, 0, 2, size.height);
    return sheet.finish(legend, [`${words} A is left of the line.`, notice]);
  }
  const image = await createImageBitmap(second.blob);
  sheet.context.filter = "grayscale(1)";
  sheet.context.drawImage(image, 0, 0, size.width, size.height);
  sheet.context.filter = "none";
  const [before, after] = [first.densities[state.window], second.densities[state.window]];
  sheet.context.drawImage(differenceCanvas(before, after, after.columns * 3, after.rows * 3), 0, 0, size.width, size.height);
  const change = `Orange: B (${second.name}) is seen more than A (${first.name}); violet: less. First ${seconds(state.window)}.`;
  return sheet.finish(CHANGE, [`${change} Change in multiples of an even spread.`, notice]);
}

export function pngOf(canvas) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function legendOf({ view }) {
  return view === "heatmap" || view === "contours" ? ATTENTION : null;
}

function fitted(width, height) {
  const factor = Math.min(1, SIDE / Math.max(width, height), Math.sqrt(PIXELS / (width * height)));
  return { width: Math.round(width * factor), height: Math.round(height * factor) };
}

function seconds(window) {
  return window === "1s" ? "second" : `${window.replace("s", "")} seconds`;
}
