/** Files that were dropped, pasted or chosen, made into what the service takes. */

import { Problem } from "../api/problem.js";

/** What the service reads by itself; other pictures are drawn anew as PNG. */
const TAKEN = new Set(["image/png", "image/jpeg", "image/webp"]);

const SVG_TYPE = "image/svg+xml";

/** Width, px, that an SVG is drawn at unless it is larger by itself: a usual desktop. */
const SVG_WIDTH = 1366;

/** Longest side, px, that the service takes. */
const LONGEST = 32_768;

/** Resolves to {name, blob, width, height}; rejects with a Problem for what is no picture. */
export async function readPicture(file) {
  const name = file.name || "pasted.png";
  if (file.type === SVG_TYPE) return drawn(name, await loaded(await svgAddress(file), name), SVG_WIDTH);
  const url = URL.createObjectURL(file);
  try {
    const image = await loaded(url, name);
    if (!TAKEN.has(file.type)) return await drawn(name, image, 0);
    return { name, blob: file, width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Does not wait until all of it is decoded: the service tells of damage further in. */
function loaded(url, name) {
  const problem = new Problem({
    title: `${name} is no picture that can be read`,
    remedy: "Choose a PNG, JPEG, WebP or SVG file.",
  });
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(problem);
    image.src = url;
  });
}

/** As a data: address: drawn from a blob: address, some browsers will not give the pixels back. */
function svgAddress(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(new Blob([file], { type: SVG_TYPE }));
  });
}

/** Drawn on white as a PNG, at least `least` px wide. */
async function drawn(name, image, least) {
  const [ownWidth, ownHeight] = [image.naturalWidth || least, image.naturalHeight || least];
  const scale = Math.min(Math.max(1, least / ownWidth), LONGEST / Math.max(ownWidth, ownHeight));
  const width = Math.round(ownWidth * scale);
  const height = Math.round(ownHeight * scale);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return { name: name.replace(/\.[^.]*$/, "") + ".png", blob: await canvas.convertToBlob(), width, height };
}
