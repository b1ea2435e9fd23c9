/** A frame with one layer hidden, without touching the frame: a marked copy beside everything else
 * on the page, which is removed whatever happens. */

import type { Export } from "../protocol";
import { exportFrame } from "./export";
import type { LayerOptions } from "./layers";
import { mark, marked } from "./marks";
import type { Frame } from "./targets";
import { targetOf } from "./targets";

/** px between the copy and what is on the page. */
const AWAY = 1000;

const copies = new Set<Frame>();

/** The layers' ids are those of the frame itself. Throws where the layer is not in the frame. */
export async function exportWithout(
  frame: Frame,
  layer: BaseNode,
  options: LayerOptions,
): Promise<Export> {
  const path = pathTo(layer, frame);
  const copy = copyOf(frame);
  try {
    const hidden = path.reduce<SceneNode>(
      (at, index) => (at as SceneNode & ChildrenMixin).children[index]!,
      copy,
    );
    const originals = new Map<string, string>();
    pair(copy, frame, originals);
    hidden.visible = false;
    const exported = await exportFrame(copy, options);
    return {
      ...exported,
      frame: targetOf(frame),
      layers: exported.layers.map((one) => ({ ...one, id: originals.get(one.id) ?? one.id })),
    };
  } finally {
    remove(copy);
  }
}

/** Removes copies that are at work; their export then fails. */
export function removeCopies(): void {
  for (const copy of copies) remove(copy);
}

/** Removes copies that an earlier run could not, as when Figma was closed in the middle. */
export function sweep(page: PageNode): void {
  for (const left of marked(page, "what-if")) left.remove();
}

function copyOf(frame: Frame): Frame {
  // The copy of a component would be a component: the assets panel would show it.
  const copy = frame.type === "COMPONENT" ? frame.createInstance() : frame.clone();
  copies.add(copy);
  try {
    mark(copy, "what-if");
    copy.name = "gazecast what-if (removes itself)";
    const others = figma.currentPage.children.filter((node) => node.id !== copy.id);
    copy.x = Math.max(0, ...others.map((node) => node.x + node.width)) + AWAY;
  } catch (error) {
    remove(copy);
    throw error;
  }
  return copy;
}

function remove(copy: Frame): void {
  copies.delete(copy);
  if (!copy.removed) copy.remove();
}

/** The children to follow from the frame to a layer in it, by index. */
function pathTo(layer: BaseNode, frame: Frame): number[] {
  const path: number[] = [];
  let at = layer;
  while (at.id !== frame.id) {
    const [around, { id }] = [at.parent, at];
    if (!around) throw new Error("The layer is no longer in the frame. Update the analysis first.");
    path.unshift(around.children.findIndex((child) => child.id === id));
    at = around;
  }
  return path;
}

/** Notes for each layer of the copy which one it is a copy of. */
function pair(copy: SceneNode, original: SceneNode, originals: Map<string, string>): void {
  originals.set(copy.id, original.id);
  if (!("children" in copy) || !("children" in original)) return;
  copy.children.forEach((child, index) => {
    const other = original.children[index];
    if (other) pair(child, other, originals);
  });
}
