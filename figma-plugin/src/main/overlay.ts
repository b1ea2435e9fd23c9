/** The heat map over a frame: a locked rectangle on the page, never inside the frame. */

import { mark, marked } from "./marks";
import type { Frame } from "./targets";
import { pageOf } from "./targets";

/** Takes the place of the overlay that the frame has, if it has one. */
export async function showOverlay(frame: Frame, png: Uint8Array): Promise<void> {
  const page = pageOf(frame);
  const box = frame.absoluteBoundingBox;
  if (!page || !box) throw new Error("The frame was deleted meanwhile.");
  await page.loadAsync();
  const { hash } = figma.createImage(png);
  removeFrom(page, frame.id);
  const overlay = figma.createRectangle();
  mark(overlay, `overlay:${frame.id}`);
  page.appendChild(overlay);
  overlay.name = `Attention · ${frame.name}`;
  overlay.x = box.x;
  overlay.y = box.y;
  overlay.resize(box.width, box.height);
  // The picture has the scale's own opacity, so that a colour means the same as everywhere else.
  overlay.fills = [{ type: "IMAGE", imageHash: hash, scaleMode: "FILL" }];
  overlay.locked = true;
  figma.commitUndo();
}

export async function removeOverlay(frame: Frame): Promise<void> {
  const page = pageOf(frame);
  if (!page) return;
  await page.loadAsync();
  removeFrom(page, frame.id);
  figma.commitUndo();
}

function removeFrom(page: PageNode, frame: string): void {
  for (const overlay of marked(page, `overlay:${frame}`)) {
    overlay.remove();
  }
}

/** Returns how many there were. */
export function removeAllOverlays(page: PageNode): number {
  const overlays = marked(page, "overlay:");
  for (const overlay of overlays) overlay.remove();
  if (overlays.length > 0) figma.commitUndo();
  return overlays.length;
}
