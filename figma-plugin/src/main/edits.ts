/** Tells when a frame is no longer what was analysed. */

import type { Frame } from "./targets";
import { pageOf } from "./targets";

/** By frame: the ids of all that is in it, as a deleted node no longer says where it was. */
const watched = new Map<string, Set<string>>();

export function watch(frame: Frame): void {
  watched.set(frame.id, new Set(frame.findAll().map((node) => node.id)));
}

/** Calls with the watched frames that each edit on this page touches. Returns what ends that. */
export function listen(page: PageNode, edited: (frames: string[]) => void): () => void {
  const onChange = ({ nodeChanges }: NodeChangeEvent) => {
    const touched = new Set(nodeChanges.flatMap(framesTouched));
    if (touched.size > 0) edited([...touched]);
  };
  page.on("nodechange", onChange);
  return () => page.off("nodechange", onChange);
}

function framesTouched({ node }: NodeChange): string[] {
  const inside = (frame: string) =>
    node.removed || !pageOf(node)
      ? watched.get(frame)!.has(node.id) || node.id === frame
      : isWithin(node, frame);
  return [...watched.keys()].filter(inside);
}

function isWithin(node: SceneNode, frame: string): boolean {
  for (let at: BaseNode | null = node; at; at = at.parent) {
    if (at.id === frame) return true;
  }
  return false;
}
