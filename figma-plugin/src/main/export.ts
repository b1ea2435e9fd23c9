/** A frame as the server takes it: its picture, and its layers as regions of it. */

import type { Export } from "../protocol";
import { guessDomain } from "./domain";
import type { LayerOptions } from "./layers";
import { layersOf } from "./layers";
import type { Frame } from "./targets";
import { targetOf } from "./targets";

/** Of the picture's longer side, px. The network sees less, and an upload should not take long. */
export const LONGEST_SIDE = 4096;

/** Less is a dot, not a design. px of the frame. */
export const SHORTEST_SIDE = 16;

/** Throws with what to do about a frame that cannot be shown. */
export async function exportFrame(frame: Frame, options: LayerOptions): Promise<Export> {
  const box = visibleBox(frame);
  // All from before the wait: the frame may be gone, or another, after it.
  const described = { frame: targetOf(frame), domain: guessDomain(frame), ...layersOf(frame, options) };
  const png = await pictureOf(frame, Math.min(1, LONGEST_SIDE / Math.max(box.width, box.height)));
  return { ...described, png };
}

async function pictureOf(frame: Frame, scale: number): Promise<Uint8Array<ArrayBuffer>> {
  const { name } = frame;
  try {
    const png = await frame.exportAsync({
      format: "PNG",
      constraint: { type: "SCALE", value: scale },
      // The frame's own box, without shadows around it: what the layers' places are parts of.
      useAbsoluteBounds: true,
      colorProfile: "SRGB",
    });
    return new Uint8Array(png);
  } catch (error) {
    throw new Error(`Figma could not export “${name}”: ${String(error)}`);
  }
}

function visibleBox(frame: Frame): Rect {
  for (let at: BaseNode | null = frame; at && "visible" in at; at = at.parent) {
    if (!at.visible) throw new Error(`“${frame.name}” is hidden. Show it, then try again.`);
  }
  const box = frame.absoluteBoundingBox;
  if (!box || Math.min(box.width, box.height) < SHORTEST_SIDE) {
    throw new Error(
      `“${frame.name}” is ${round(frame.width)} × ${round(frame.height)} px, too small to look at. ` +
        `Select a frame of at least ${SHORTEST_SIDE} px each way.`,
    );
  }
  return box;
}

function round(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}
