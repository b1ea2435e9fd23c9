/** The layers of a frame that are measured, and where each is seen. */

import type { Kind, Layer, Region } from "../protocol";
import type { Polygon } from "./polygons";
import { area, boxOf, intersection, polygonOf, transformed } from "./polygons";
import type { Frame } from "./targets";

/** As many as a server takes unless its settings say otherwise. */
export const MOST_LAYERS = 200;

/** A layer that covers more of the frame is its background: nearly all attention falls on it. */
const BACKGROUND = 0.95;

/** Longer names are cut; the server takes 200 characters, and a number may be added. */
const LONGEST_NAME = 120;

/** What Figma calls layers that nobody has named. */
const DEFAULT_NAME =
  /^(Frame|Group|Section|Rectangle|Ellipse|Line|Arrow|Vector|Polygon|Star|Union|Subtract|Intersect|Exclude)( \d+)?$/;

const BUTTON_NAME = /button|btn|\bcta\b/i;

export interface LayerOptions {
  depth: number;
  minimumSize: number;
}

interface Seen {
  node: SceneNode;
  name: string;
  kind: Kind;
  /** In the page's coordinates. */
  outline: Polygon;
}

/** In the order of the layer tree, bottom layer first; `leftOut` counts the smallest ones beyond
 * MOST_LAYERS. */
export function layersOf(
  frame: Frame,
  options: LayerOptions,
): { layers: Layer[]; leftOut: number } {
  const box = frame.absoluteBoundingBox!;
  const picture = polygonOf(box);
  const seen: Seen[] = [];

  function visit(parent: ChildrenMixin, clip: Polygon, level: number): void {
    for (const node of parent.children) {
      if (!node.visible || ("opacity" in node && node.opacity === 0)) continue;
      const corners = cornersOf(node);
      const outline = corners ? intersection(corners, clip) : [];
      const name = node.name.trim().replace(/\s+/g, " ").slice(0, LONGEST_NAME);
      const kind = kindOf(node);
      if (
        outline.length > 0 &&
        name !== "" &&
        !(kind === "layer" && DEFAULT_NAME.test(name)) &&
        !("isMask" in node && node.isMask) &&
        area(outline) <= BACKGROUND * area(picture) &&
        shorterSide(outline) >= options.minimumSize
      ) {
        seen.push({ node, name, kind, outline });
      }
      if ("children" in node && level < options.depth) {
        const clips = "clipsContent" in node && node.clipsContent;
        if (!clips) visit(node, clip, level + 1);
        else if (outline.length > 0) visit(node, outline, level + 1);
      }
    }
  }

  const clips = "clipsContent" in frame && frame.clipsContent;
  visit(frame, clips ? intersection(picture, cornersOf(frame)!) : picture, 1);

  const largest = new Set(
    [...seen].sort((a, b) => area(b.outline) - area(a.outline)).slice(0, MOST_LAYERS),
  );
  const kept = seen.filter((layer) => largest.has(layer));
  const names = distinct(kept.map((layer) => layer.name));
  const layers = kept.map(({ node, kind, outline }, index) => ({
    id: node.id,
    kind,
    region: regionOf(names[index]!, outline, box),
  }));
  return { layers, leftOut: seen.length - kept.length };
}

function cornersOf(node: SceneNode): Polygon | null {
  if (!("absoluteTransform" in node) || node.width <= 0 || node.height <= 0) return null;
  return transformed(node.width, node.height, node.absoluteTransform);
}

function shorterSide(outline: Polygon): number {
  const { width, height } = boxOf(outline);
  return Math.min(width, height);
}

function kindOf(node: SceneNode): Kind {
  if (node.type === "TEXT") return "text";
  const reacts =
    "reactions" in node && node.reactions.some(({ trigger }) => trigger?.type === "ON_CLICK");
  if ("children" in node && (reacts || BUTTON_NAME.test(node.name))) return "button";
  if (node.type === "INSTANCE" || node.type === "COMPONENT") return "component";
  return showsPicture(node) ? "image" : "layer";
}

export function showsPicture(node: SceneNode): boolean {
  if (!("fills" in node) || node.fills === figma.mixed) return false;
  return node.fills.some((fill) => fill.visible !== false && fill.type === "IMAGE");
}

/** Names with a number after those that repeat: regions are told apart by name. The number counts
 * from the bottom layer, so that the second card of one frame meets the second card of another. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let count = 2; taken.has(free); count++) free = `${name} (${count})`;
    taken.add(free);
    return free;
  });
}

function regionOf(name: string, outline: Polygon, frame: Rect): Region {
  const points = outline.map(({ x, y }): [number, number] => [
    (x - frame.x) / frame.width,
    (y - frame.y) / frame.height,
  ]);
  const box = boxOf(points.map(([x, y]) => ({ x, y })));
  const upright = outline.length === 4 && area(outline) >= (1 - 1e-9) * areaOf(boxOf(outline));
  return upright ? { name, ...box } : { name, points };
}

function areaOf({ width, height }: { width: number; height: number }): number {
  return width * height;
}
