/** Designs that come with the studio, to try it with. */

import { newId } from "../state/id.js";

const FOLDER = new URL("../../examples/", import.meta.url);

/** Resolves to [{title, file, thumbnail, regions}]. */
export async function listExamples() {
  return (await fetch(new URL("examples.json", FOLDER))).json();
}

export function thumbnail(example) {
  return new URL(example.thumbnail, FOLDER).href;
}

/** As the fields of a design. */
export async function openExample({ file, width, height, regions, goal }) {
  const blob = await (await fetch(new URL(file, FOLDER))).blob();
  const named = regions.map((region) => ({
    ...region,
    id: newId(),
    kind: "rectangle",
    points: null,
    automatic: false,
  }));
  return { name: file, blob, width, height, regions: named, goal: named.find(({ name }) => name === goal)?.id ?? null };
}
