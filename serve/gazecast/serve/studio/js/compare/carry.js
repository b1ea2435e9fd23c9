/** Regions from one design to another, and which are the same on both. */

import { polygon } from "../regions/geometry.js";
import { newId } from "../state/id.js";

/** Those that a person drew or named; what was found on each design alone belongs to it alone. */
export function given(design) {
  return design.regions.filter((region) => !region.automatic);
}

/** What both have by name, and what the first has alone: {both: [names], firstOnly: [regions]}. */
export function common(first, second) {
  const there = new Set(given(second).map((region) => region.name));
  return {
    both: given(first).filter((region) => there.has(region.name)).map((region) => region.name),
    firstOnly: given(first).filter((region) => !there.has(region.name)),
  };
}

/**
 * The regions at the same place of another design: as many widths from its left and its top, as pages
 * grow downwards. {placed, lost}: lost are the names of those that reach out of it.
 */
export function carried(regions, from, to) {
  const factor = (from.height / from.width) * (to.width / to.height);
  const placed = [];
  const lost = [];
  for (const region of regions) {
    const there = { ...region, id: newId(), automatic: false };
    if (region.kind === "polygon") {
      Object.assign(there, polygon(region.points.map(([x, y]) => [x, Math.min(y * factor, 1)])));
    } else {
      Object.assign(there, { y: region.y * factor, height: region.height * factor });
    }
    const bottom = (region.y + region.height) * factor;
    if (bottom > 1 + 1e-6) lost.push(region.name);
    else placed.push({ ...there, height: Math.min(there.height, 1 - there.y) });
  }
  return { placed, lost };
}
