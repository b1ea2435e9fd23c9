/** Which frames a selection means. */

import type { Target } from "../protocol";

/** What is exported as a picture of its own. */
export type Frame = FrameNode | ComponentNode | InstanceNode | GroupNode;

/** From left to right, as they are called first and second. */
export function targetsOf(selection: readonly SceneNode[]): Frame[] {
  const frames = new Map(selection.flatMap(framesOf).map((frame) => [frame.id, frame]));
  return [...frames.values()].sort((a, b) => {
    const [left, right] = [a.absoluteTransform, b.absoluteTransform];
    return left[0][2] - right[0][2] || left[1][2] - right[1][2];
  });
}

/** A section stands for the frames in it, a component set for its variants, and what is no frame
 * for the frame it is in. */
function framesOf(node: SceneNode): Frame[] {
  if (isFrame(node)) return [node];
  if (node.type === "SECTION" || node.type === "COMPONENT_SET") {
    return node.children.filter((child) => isFrame(child) || child.type === "SECTION").flatMap(framesOf);
  }
  const around = outermostFrame(node);
  return around ? [around] : [];
}

export function isFrame(node: BaseNode): node is Frame {
  return ["FRAME", "COMPONENT", "INSTANCE", "GROUP"].includes(node.type);
}

function outermostFrame(node: SceneNode): Frame | null {
  let found: Frame | null = null;
  for (let around = node.parent; around; around = around.parent) {
    if (isFrame(around)) found = around;
  }
  return found;
}

export function targetOf(frame: Frame): Target {
  const { id, name, width, height } = frame;
  return { id, name, width, height };
}

/** The frame of this id. Throws when it was deleted. */
export async function findFrame(id: string): Promise<Frame> {
  const node = await figma.getNodeByIdAsync(id);
  if (!node || node.removed || !isFrame(node)) {
    throw new Error("The frame was deleted. Select another one.");
  }
  return node;
}

/** The page that a node is on; null for one that was deleted. */
export function pageOf(node: BaseNode): PageNode | null {
  let at: BaseNode | null = node;
  while (at && at.type !== "PAGE") at = at.parent;
  return at;
}
