/** The sheet that pictures are drawn on: room below for a legend and what it is. */

import { DIFFERENCE, LEVELS, NOTE, STEPS, TABLE } from "../colour/scale.js";
import { LABELS } from "../compare/difference.js";

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
export const INK = "#1b1b22";
const MUTED = "#595a66";

/** The legends a sheet may have. */
export const ATTENTION = {
  table: TABLE,
  count: LEVELS,
  labels: STEPS.map((step, i) => (i === STEPS.length - 1 ? `${step}×+` : `${step}×`)),
  note: NOTE,
};
export const CHANGE = { table: DIFFERENCE.table, count: DIFFERENCE.table.length / 4, labels: LABELS, note: "" };

/** Height of text, px, that reads well on a picture this wide. */
export function textSize(width) {
  return Math.min(Math.max(width / 80, 12), 40);
}

/** A canvas with room below; `finish` draws the legend and the lines there and gives the canvas. */
export function createSheet(width, height) {
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

/** One line of bold text. */
export function write(context, words, x, y, size, colour, align, baseline) {
  context.font = `600 ${size}px ${FONT}`;
  context.textAlign = align;
  context.textBaseline = baseline;
  context.fillStyle = colour;
  context.fillText(words, x, y);
}
