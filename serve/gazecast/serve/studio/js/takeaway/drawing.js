/** A design, its layers and its marks on a canvas, as large as asked for. */

import { STEPS, colourOf } from "../colour/scale.js";
import { enlarge } from "../density/resample.js";
import { pageLines } from "../picture/long_page.js";
import { percent } from "../ui/numbers.js";
import { contours } from "../viewer/contours.js";
import { drawLayer } from "../viewer/layers.js";
import { FONT, INK, textSize, write } from "./sheet.js";

const LABELLED = 3; // of the lines of a level, the longest

/** A design with its layer and marks, as the store's state says, at the canvas's origin. */
export async function drawDesign(context, design, { view, window, opacity, outlines }, { width, height }) {
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
  if (outlines) for (const region of design.regions) drawRegion(context, region, design, window, width, height, unit);
}

function drawContours(context, density, width, height, unit) {
  const [columns, rows] = [density.columns * 2, density.rows * 2];
  const multiples = enlarge(density, columns, rows);
  const labels = []; // over all lines
  for (const level of STEPS.slice(1)) {
    const paths = contours(multiples, columns, rows, level).filter((each) => each.length > 8);
    paths.sort((a, b) => b.length - a.length);
    paths.forEach((path, i) => {
      const line = new Path2D();
      for (const [x, y] of path) line.lineTo(x * width, y * height);
      context.strokeStyle = "rgb(255 255 255 / 0.9)";
      context.lineWidth = unit / 3.2;
      context.stroke(line);
      context.strokeStyle = colourOf(level);
      context.lineWidth = unit / 6;
      context.stroke(line);
      if (i >= LABELLED) return;
      const [x, y] = path.reduce((best, each) => (each[1] < best[1] ? each : best));
      labels.push([`${level}×`, x * width, y * height]);
    });
  }
  for (const [words, x, y] of labels) drawLabel(context, words, x, y, unit);
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
  drawLabel(context, label, width - unit, y * scale - unit, unit, "right");
}

function drawRegion(context, region, design, window, width, height, unit) {
  const { x, y, width: wide, height: tall } = region;
  const corners = region.points ?? [[x, y], [x + wide, y], [x + wide, y + tall], [x, y + tall]];
  const outline = new Path2D();
  for (const [left, top] of corners) outline.lineTo(left * width, top * height);
  outline.closePath();
  context.strokeStyle = "rgb(0 0 0 / 0.5)";
  context.lineWidth = unit / 4;
  context.stroke(outline);
  context.strokeStyle = "#ffffff";
  context.lineWidth = unit / 8;
  context.stroke(outline);
  const inside = y * height < unit * 1.2;
  const share = design.numbers[region.id]?.by_window[window].share;
  const words = share === undefined ? region.name : `${region.name} ${percent(share)}`;
  drawLabel(context, words, x * width + unit * 0.2, y * height + unit * (inside ? 0.8 : -0.6), unit, "left");
}

function drawLabel(context, words, x, y, unit, align = "center") {
  context.font = `600 ${unit * 0.85}px ${FONT}`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.lineWidth = unit / 3;
  context.lineJoin = "round";
  context.strokeStyle = "#ffffff";
  context.strokeText(words, x, y);
  context.fillStyle = INK;
  context.fillText(words, x, y);
}
