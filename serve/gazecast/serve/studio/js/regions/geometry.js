/** Shapes of regions, all in 0 to 1 of the picture. */

/** Smallest side of a rectangle: one that is smaller was a slip of the hand. */
export const SMALLEST = 0.004;

/** As the service takes it. */
export function regionInput(region) {
  if (region.kind === "polygon") return { name: region.name, points: region.points };
  const { name, x, y, width, height } = region;
  return { name, x, y, width, height };
}

/** A rectangle from two opposite corners, cut at the picture's edges. */
export function between([x1, y1], [x2, y2]) {
  const [left, right] = [clamp(Math.min(x1, x2)), clamp(Math.max(x1, x2))];
  const [top, bottom] = [clamp(Math.min(y1, y2)), clamp(Math.max(y1, y2))];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Fields of a polygon: its corners and the box around them. */
export function polygon(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { points, ...between([Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]) };
}

/** Moved as far as the picture's edges allow. */
export function moved(region, dx, dy) {
  const right = Math.min(Math.max(dx, -region.x), 1 - region.x - region.width);
  const down = Math.min(Math.max(dy, -region.y), 1 - region.y - region.height);
  const there = { ...region, x: region.x + right, y: region.y + down };
  if (region.kind === "polygon") there.points = region.points.map(([x, y]) => [x + right, y + down]);
  return there;
}

export function sameShape(a, b) {
  if (a.name !== b.name || a.kind !== b.kind) return false;
  if (a.kind === "polygon") return JSON.stringify(a.points) === JSON.stringify(b.points);
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

/** Whether an outline crosses itself: what is inside would not be clear. */
export function crossesItself(points) {
  const count = points.length;
  for (let i = 0; i < count; i++) {
    for (let j = i + 2; j < count; j++) {
      if (i === 0 && j === count - 1) continue; // neighbours around the end
      if (cross(points[i], points[(i + 1) % count], points[j], points[(j + 1) % count])) return true;
    }
  }
  return false;
}

function cross(a, b, c, d) {
  const side = ([px, py], [qx, qy], [rx, ry]) => Math.sign((qx - px) * (ry - py) - (qy - py) * (rx - px));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

export function clamp(value) {
  return Math.min(Math.max(value, 0), 1);
}
