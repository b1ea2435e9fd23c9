/** Regions in and out as JSON: the list that the service and its commands take. */

import { Problem } from "../api/problem.js";
import { freeName } from "../state/designs.js";
import { crossesItself, polygon, regionInput } from "./geometry.js";
import { newId } from "../state/id.js";

const SLACK = 1e-6; // beyond the edge, from rounding

export function regionsToJson(regions) {
  return `${JSON.stringify(regions.map(regionInput), null, 2)}\n`;
}

/**
 * Regions on a picture of this size, from a list of them or from the service's answer, which has one;
 * throws a Problem that says what is wrong.
 */
export function regionsFromJson(text, { width, height }) {
  let list;
  try {
    list = JSON.parse(text);
  } catch {
    throw wrong("The file is no JSON.");
  }
  list = list?.regions ?? list;
  if (!Array.isArray(list)) throw wrong("The file holds no list.");
  const regions = [];
  list.forEach((each, i) => regions.push(read(each, i + 1, regions, { width, height })));
  return regions;
}

function read(each, number, before, { width, height }) {
  const where = `Region ${number}`;
  if (typeof each?.name !== "string" || !each.name.trim()) throw wrong(`${where} has no name.`);
  const unit = each.unit ?? "fraction";
  if (unit !== "fraction" && unit !== "px") throw wrong(`${where} has the unit ${JSON.stringify(unit)}; it is fraction or px.`);
  const [across, down] = unit === "px" ? [width, height] : [1, 1];
  const base = {
    id: newId(),
    name: freeName(each.name.trim(), before.map((region) => region.name)),
    automatic: each.automatic === true,
  };
  const region = each.points
    ? { ...base, kind: "polygon", ...polygon(outline(each.points, where, across, down)) }
    : { ...base, kind: "rectangle", points: null, ...box(each, where, across, down) };
  if (region.x < -SLACK || region.y < -SLACK || region.x + region.width > 1 + SLACK || region.y + region.height > 1 + SLACK) {
    throw wrong(`${where}, ${base.name}, reaches out of the picture.`);
  }
  return region;
}

function outline(points, where, across, down) {
  const isPair = (point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
  if (!Array.isArray(points) || points.length < 3 || !points.every(isPair)) {
    throw wrong(`${where} needs at least three points [x, y].`);
  }
  const parts = points.map(([x, y]) => [x / across, y / down]);
  if (parts.some((point) => point.some((each) => each < -SLACK || each > 1 + SLACK))) {
    throw wrong(`${where} reaches out of the picture.`);
  }
  if (crossesItself(parts)) throw wrong(`${where} crosses itself.`);
  return parts;
}

function box(each, where, across, down) {
  const sides = [each.x, each.y, each.width, each.height];
  if (!sides.every(Number.isFinite)) throw wrong(`${where} needs the numbers x, y, width and height.`);
  if (each.width <= 0 || each.height <= 0) throw wrong(`${where} is empty.`);
  return { x: each.x / across, y: each.y / down, width: each.width / across, height: each.height / down };
}

function wrong(detail) {
  return new Problem({
    title: "These regions cannot be read",
    detail,
    remedy: 'A list such as [{"name": "button", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}] is taken, in parts of the picture or with "unit": "px".',
  });
}
