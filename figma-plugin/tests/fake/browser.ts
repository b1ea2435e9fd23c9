/** The stand-in for Figma in a browser: the window is a sandboxed frame without an origin, as in
 * Figma, and frames are drawn. The page's tests call what is on `window` here. */

import type { FakeOptions } from "./figma";
import { FakeFigma } from "./figma";
import type { FakeNode } from "./node";

interface Setup extends Pick<FakeOptions, "pages" | "command" | "stored"> {
  /** dist/code.js and dist/ui.html. */
  code: string;
  html: string;
  /** Names of frames that are selected from the start. */
  selected: string[];
  /** Pictures for fills, by their name in a node's `fill`: data URLs. */
  pictures: Record<string, string>;
  /** What Figma sets for its theme. */
  theme: string;
}

interface Global {
  figma: unknown;
  __html__: string;
  fake: FakeFigma;
  startPlugin: (setup: Setup) => Promise<void>;
  drawPage: (width: number) => Promise<void>;
  imageOf: (node: string) => string;
}

const global = window as unknown as Global;

let pictures = new Map<string, ImageBitmap>();

global.startPlugin = async (setup) => {
  pictures = new Map();
  for (const [name, url] of Object.entries(setup.pictures)) {
    pictures.set(name, await createImageBitmap(await (await fetch(url)).blob()));
  }
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts allow-forms");
  const { theme, code, html, selected } = setup;
  const fake = new FakeFigma({
    ...setup,
    render: drawn,
    toWindow: (pluginMessage) => frame.contentWindow?.postMessage({ pluginMessage }, "*"),
    showUI: (page, options) => {
      frame.width = String(options?.width);
      frame.height = String(options?.height);
      frame.srcdoc = page.replace("<head>", `<head><style>${theme}</style>`);
      document.body.append(frame);
    },
  });
  window.addEventListener("message", ({ data, source }: MessageEvent) => {
    const { pluginMessage } = data as { pluginMessage?: unknown };
    if (source === frame.contentWindow && pluginMessage) void fake.fromWindow(pluginMessage);
  });
  if (selected.length > 0) fake.select(...selected);
  global.fake = fake;
  global.figma = fake.api;
  global.__html__ = html;
  // As Figma does: the file's text, in the page's scope.
  (0, eval)(code);
};

/** The bytes of the picture that a node is filled with, in base64. */
global.imageOf = (name) => {
  const fill = global.fake.named(name).fills[0];
  const bytes = global.fake.images.get(fill?.type === "IMAGE" ? fill.imageHash! : "")!;
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
};

/** Shows the page that is open, as on Figma's canvas. */
global.drawPage = async (width) => {
  await loadOverlays();
  const boxes = global.fake.currentPage.children.map((node) => node.absoluteBoundingBox!);
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const [left, top] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))];
  const scale = width / (right - left);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, Math.round((bottom - top) * scale)];
  canvas.id = "page";
  const context = canvas.getContext("2d")!;
  const base = new DOMMatrix([scale, 0, 0, scale, -left * scale, -top * scale]);
  for (const node of global.fake.currentPage.children) draw(context, node, base);
  document.getElementById("page")?.remove();
  document.body.append(canvas);
};

async function loadOverlays(): Promise<void> {
  for (const [hash, bytes] of global.fake.images) {
    const blob = new Blob([new Uint8Array(bytes)], { type: "image/png" });
    pictures.set(hash, await createImageBitmap(blob));
  }
}

async function drawn(node: FakeNode, { constraint }: ExportSettingsImage): Promise<Uint8Array> {
  const scale = constraint?.value ?? 1;
  const box = node.absoluteBoundingBox!;
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(box.width * scale)),
    Math.max(1, Math.round(box.height * scale)),
  );
  const base = new DOMMatrix([scale, 0, 0, scale, -box.x * scale, -box.y * scale]);
  draw(canvas.getContext("2d")!, node, base);
  return new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function draw(context: Context, node: FakeNode, base: DOMMatrix): void {
  if (!node.visible || node.opacity === 0) return;
  const { width, height, absoluteTransform } = node;
  const [[a, c, e], [b, d, f]] = absoluteTransform;
  context.save();
  context.globalAlpha *= node.opacity;
  context.setTransform(base.multiply(new DOMMatrix([a, b, c, d, e, f])));
  for (const fill of node.fills) {
    if (fill.type === "IMAGE") {
      const picture = pictures.get(fill.imageHash!);
      if (picture) context.drawImage(picture, 0, 0, width, height);
    } else if (fill.type === "SOLID") {
      const { r, g, b } = fill.color;
      context.fillStyle = `rgb(${255 * r} ${255 * g} ${255 * b})`;
      if (node.type === "TEXT") {
        context.font = `${0.8 * height}px sans-serif`;
        context.textBaseline = "middle";
        context.fillText(node.name, 0, height / 2, width);
      } else {
        context.fillRect(0, 0, width, height);
      }
    }
  }
  if (node.clipsContent && "children" in node) {
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
  }
  if ("children" in node) for (const child of node.children) draw(context, child, base);
  context.restore();
}
