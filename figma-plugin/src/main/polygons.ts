/** Convex polygons: what of a layer is left to see inside of what clips it. */

export interface Point {
  x: number;
  y: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Corners in order, clockwise on the screen. */
export type Polygon = Point[];

export function polygonOf(box: Box): Polygon {
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  return [
    { x: box.x, y: box.y },
    { x: right, y: box.y },
    { x: right, y: bottom },
    { x: box.x, y: bottom },
  ];
}

/** The corners of a rectangle of this size that was moved, turned, skewed or mirrored. */
export function transformed(width: number, height: number, [top, bottom]: Transform): Polygon {
  const corners = polygonOf({ x: 0, y: 0, width, height }).map(({ x, y }) => ({
    x: top[0] * x + top[1] * y + top[2],
    y: bottom[0] * x + bottom[1] * y + bottom[2],
  }));
  return area(corners) < 0 ? corners.reverse() : corners;
}

export function boxOf(polygon: Polygon): Box {
  const [xs, ys] = [polygon.map(({ x }) => x), polygon.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Positive where the corners go round clockwise on the screen. */
export function area(polygon: Polygon): number {
  let twice = 0;
  eachEdge(polygon, (from, to) => {
    twice += from.x * to.y - to.x * from.y;
  });
  return twice / 2;
}

/** What two convex polygons have in common; empty where that is nothing (Sutherland and Hodgman,
 * "Reentrant polygon clipping", 1974). */
export function intersection(subject: Polygon, clip: Polygon): Polygon {
  let left = subject;
  eachEdge(clip, (start, end) => {
    const inside = (p: Point) =>
      (end.x - start.x) * (p.y - start.y) - (end.y - start.y) * (p.x - start.x);
    const kept: Polygon = [];
    eachEdge(left, (from, to) => {
      const [a, b] = [inside(from), inside(to)];
      if (a >= 0) kept.push(from);
      if (a > 0 !== b > 0 && a !== 0 && b !== 0) {
        const part = a / (a - b);
        kept.push({ x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) });
      }
    });
    left = kept;
  });
  return left.length < 3 ? [] : left;
}

function eachEdge(polygon: Polygon, visit: (from: Point, to: Point) => void): void {
  polygon.forEach((from, index) => {
    visit(from, polygon[(index + 1) % polygon.length]!);
  });
}
