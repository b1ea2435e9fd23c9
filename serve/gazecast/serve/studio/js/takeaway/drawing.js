/** A design, its layers and its marks on a canvas, as large as asked for. */

import { STEPS, colourOf } from "../colour/scale.js";
import { resample } from "../../web/resample.js";
import { pageLines } from "../picture/long_page.js";
import { createLabelRoom } from "../ui/label_room.js";
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
  if (outlines) drawRegions(context, design, window, width, height, unit);
}

function drawContours(context, density, width, height, unit) {
  const [columns, rows] = [density.columns * 2, density.rows * 2];
  const multiples = resample(density, columns, rows);
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

/** Labels of larger shares first: there is not always room for all. */
function drawRegions(context, design, window, width, height, unit) {
  const share = (region) => design.numbers[region.id]?.by_window[window].share ?? 0;
  const hasRoom = createLabelRoom();
  for (const region of design.regions.toSorted((a, b) => share(b) - share(a))) {
    drawOutline(context, region, width, height, unit);
    if (region.automatic) continue; // found, not named: as on the page
    const words = `${region.name} ${percent(share(region))}`;
    const left = region.x * width + unit * 0.2;
    const middle = region.y * height + unit * (region.y * height < unit * 1.2 ? 0.8 : -0.6);
    context.font = `600 ${unit * 0.85}px ${FONT}`;
    const right = left + context.measureText(words).width;
    if (hasRoom({ left, right, top: middle - unit / 2, bottom: middle + unit / 2 })) {
      drawLabel(context, words, left, middle, unit, "left");
    }
  }
}

function drawOutline(context, region, width, height, unit) {
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
