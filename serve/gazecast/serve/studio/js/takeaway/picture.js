/** What is on the screen as a picture at the design's own size, with a legend and what it is. */

import { DIFFERENCE, LEVELS, NOTE, STEPS, TABLE, colourOf } from "../colour/scale.js";
import { LABELS, differenceCanvas } from "../compare/difference.js";
import { enlarge } from "../density/resample.js";
import { pageLines } from "../picture/long_page.js";
import { contours } from "../viewer/contours.js";
import { drawLayer } from "../viewer/layers.js";

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
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
const INK = "#1b1b22";
const MUTED = "#595a66";
const REGION = "#0a66d8";

/** One design as it is looked at: a canvas. state: the store's. */
export async function designPicture(design, state) {
  const size = fitted(design.width, design.height);
  const sheet = createSheet(size.width, size.height);
  await drawDesign(sheet.context, design, state, size);
  const words = `${VIEWS[state.view]} of ${design.name}, first ${seconds(state.window)}. ${design.answer.accuracy}.`;
  return sheet.finish(state.view === "heatmap" ? ATTENTION : null, [sentence(words), design.answer.notice]);
}

/**
 * Two designs as they are compared: a canvas. layout: "side", "swipe", or "difference"; part: how much
 * of the width shows the first in a swipe, 0 to 1.
 */
export async function comparisonPicture(first, second, { layout, part, state }) {
  const words = `A: ${first.name}. B: ${second.name}. ${VIEWS[state.view]}, first ${seconds(state.window)}.`;
  const legend = state.view === "heatmap" ? ATTENTION : null;
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
    return sheet.finish(legend, [words, notice]);
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

function fitted(width, height) {
  const factor = Math.min(1, SIDE / Math.max(width, height), Math.sqrt(PIXELS / (width * height)));
  return { width: Math.round(width * factor), height: Math.round(height * factor) };
}

function seconds(window) {
  return window === "1s" ? "second" : `${window.replace("s", "")} seconds`;
}

function sentence(words) {
  return words.replace(/\.\.$/, ".").replace(/\. ([a-z])/, (_, letter) => `. ${letter.toUpperCase()}`);
}

// ---- A design and its layers ---------------------------------------------------------------------

async function drawDesign(context, design, { view, window, opacity, outlines }, { width, height }) {
  const density = design.densities[window];
  const image = await createImageBitmap(design.blob, { imageOrientation: "from-image" });
  if (view === "heatmap") context.filter = `saturate(${1 - 0.7 * opacity})`;
  context.drawImage(image, 0, 0, width, height);
  context.filter = "none";
  image.close();
  if (view === "heatmap" || view === "focus") {
    const layer = document.createElement("canvas");
    drawLayer(layer, density, view);
    context.globalAlpha = view === "heatmap" ? opacity : 1;
    context.imageSmoothingQuality = "high";
    context.drawImage(layer, 0, 0, width, height);
    context.globalAlpha = 1;
  }
  const unit = textSize(width);
  if (view === "contours") drawContours(context, density, width, height, unit);
  if (view === "order") drawOrder(context, design.answer.windows[window].hotspots, width, height, unit);
  for (const line of pageLines(design.answer.long_page, design.height)) drawPageLine(context, line, height / design.height, width, unit);
  if (outlines) for (const region of design.regions) drawRegion(context, region, width, height, unit);
}

function drawContours(context, density, width, height, unit) {
  const [columns, rows] = [density.columns * 2, density.rows * 2];
  const multiples = enlarge(density, columns, rows);
  for (const level of STEPS.slice(1)) {
    for (const path of contours(multiples, columns, rows, level).filter((each) => each.length > 8)) {
      const line = new Path2D();
      for (const [x, y] of path) line.lineTo(x * width, y * height);
      context.strokeStyle = "#000000";
      context.lineWidth = unit / 3.5;
      context.stroke(line);
      context.strokeStyle = colourOf(level);
      context.lineWidth = unit / 7;
      context.stroke(line);
      const [x, y] = path.reduce((best, each) => (each[1] < best[1] ? each : best));
      drawLabel(context, `${level}×`, x * width, y * height, unit);
    }
  }
}

function drawOrder(context, hotspots, width, height, unit) {
  hotspots.forEach((spot, i) => {
    const [x, y] = [spot.x * width, spot.y * height];
    context.beginPath();
    context.arc(x, y, unit * 1.1, 0, 2 * Math.PI);
    context.fillStyle = INK;
    context.fill();
    context.lineWidth = unit / 7;
    context.strokeStyle = "#ffffff";
    context.stroke();
    write(context, String(i + 1), x, y, unit, "#ffffff", "center", "middle");
    drawLabel(context, `${Math.round(100 * spot.share)} %`, x, y + unit * 2.3, unit);
  });
}

function drawPageLine(context, { y, label }, scale, width, unit) {
  context.fillStyle = "#ffffff";
  context.fillRect(0, y * scale - unit / 7, width, unit / 3.5);
  context.fillStyle = INK;
  context.fillRect(0, y * scale - unit / 14, width, unit / 7);
  context.font = `600 ${unit * 0.85}px ${FONT}`;
  drawLabel(context, label, width - context.measureText(label).width / 2 - unit, y * scale - unit, unit);
}

function drawRegion(context, region, width, height, unit) {
  const { x, y, width: wide, height: tall } = region;
  const corners = region.points ?? [[x, y], [x + wide, y], [x + wide, y + tall], [x, y + tall]];
  const outline = new Path2D();
  for (const [left, top] of corners) outline.lineTo(left * width, top * height);
  outline.closePath();
  context.strokeStyle = "#ffffff";
  context.lineWidth = unit / 3.5;
  context.stroke(outline);
  context.strokeStyle = REGION;
  context.lineWidth = unit / 7;
  context.stroke(outline);
  context.font = `600 ${unit * 0.85}px ${FONT}`;
  const [wideText, high] = [context.measureText(region.name).width + unit * 0.7, unit * 1.3];
  const top = y * height >= high ? y * height - high : y * height;
  context.fillStyle = REGION;
  context.fillRect(x * width, top, wideText, high);
  write(context, region.name, x * width + unit * 0.35, top + high / 2, unit * 0.85, "#ffffff", "left", "middle");
}

function drawLabel(context, words, x, y, unit) {
  context.font = `600 ${unit * 0.85}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = unit / 3;
  context.lineJoin = "round";
  context.strokeStyle = "#ffffff";
  context.strokeText(words, x, y);
  context.fillStyle = INK;
  context.fillText(words, x, y);
}

function write(context, words, x, y, size, colour, align, baseline) {
  context.font = `600 ${size}px ${FONT}`;
  context.textAlign = align;
  context.textBaseline = baseline;
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

// ---- The sheet it is drawn on --------------------------------------------------------------------

const ATTENTION = {
  table: TABLE,
  count: LEVELS,
  labels: STEPS.map((step, i) => (i === STEPS.length - 1 ? `${step}×+` : `${step}×`)),
  note: NOTE,
};
const CHANGE = { table: DIFFERENCE.table, count: DIFFERENCE.table.length / 4, labels: LABELS, note: "" };

function textSize(width) {
  return Math.min(Math.max(width / 80, 12), 40);
}

/** A canvas with room below; `finish` draws the legend and the lines there and gives the canvas. */
function createSheet(width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  return {
    context,
    finish(legend, lines) {
      const unit = textSize(width);
      const margin = unit;
      context.font = `${unit}px ${FONT}`;
      const texts = [...(legend?.note ? [legend.note] : []), ...lines].flatMap((line) => wrapped(context, line, width - 2 * margin));
      const legendHeight = legend ? 3 * unit : 0;
      const whole = document.createElement("canvas");
      Object.assign(whole, { width, height: Math.ceil(height + 2 * margin + legendHeight + texts.length * unit * 1.4) });
      const paper = whole.getContext("2d");
      paper.fillStyle = "#ffffff";
      paper.fillRect(0, 0, whole.width, whole.height);
      paper.drawImage(canvas, 0, 0);
      if (legend) drawLegend(paper, legend, margin, height + margin, Math.min(width - 2 * margin, 36 * unit), unit);
      paper.font = `${unit}px ${FONT}`;
      paper.textAlign = "left";
      paper.textBaseline = "top";
      paper.fillStyle = MUTED;
      texts.forEach((line, i) => paper.fillText(line, margin, height + margin + legendHeight + i * unit * 1.4));
      return whole;
    },
  };
}

function drawLegend(context, { table, count, labels }, left, top, width, unit) {
  const bar = document.createElement("canvas");
  Object.assign(bar, { width: count, height: 1 });
  bar.getContext("2d").putImageData(new ImageData(table.slice(), count, 1), 0, 0);
  context.drawImage(bar, left, top, width, unit);
  labels.forEach((label, i) => {
    const part = i / (labels.length - 1);
    const align = part === 0 ? "left" : part === 1 ? "right" : "center";
    write(context, label, left + part * width, top + unit * 1.3, unit * 0.9, INK, align, "top");
  });
}

function wrapped(context, words, width) {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
