/** Where a picture lies in its container: zoom 1 fits it, (x, y) of it is in the middle. */

/** @import { Point, Size } from "../state/store.js" */

const MOST = 16; // times what fits
const LEAST = 0.5;

/** A picture this many times as tall for its width as the container is read from the top, fitted
 * to the container's width. */
const LONG = 1.9;

const MARGIN = 16; // px around a picture that fits

/** @typedef {ReturnType<typeof createPosition>} Position */
/** @typedef {{zoom: number, x: number, y: number}} Placed zoom 1 fits the picture; the point of it, 0 to 1, in the middle */

export function createPosition() {
  let container = { width: 1, height: 1 };
  let picture = { width: 1, height: 1 };
  let [zoom, x, y] = [1, 0.5, 0.5];

  const isLong = () => picture.height / picture.width > (LONG * container.height) / container.width;
  const fitScale = () => {
    const margin = Math.min(MARGIN, container.width / 40);
    const wide = (container.width - 2 * margin) / picture.width;
    if (isLong()) return Math.min(wide, 1);
    return Math.min(wide, (container.height - 2 * margin) / picture.height, 2);
  };

  const position = {
    get scale() {
      return fitScale() * zoom;
    },
    get left() {
      return container.width / 2 - x * picture.width * position.scale;
    },
    get top() {
      return container.height / 2 - y * picture.height * position.scale;
    },
    get value() {
      return { zoom, x, y };
    },
    /** Whether all of the picture is in sight, so that there is nothing to pan to. */
    get allInSight() {
      return zoom <= 1 && !isLong();
    },

    /** @param {Placed} value */
    set(value) {
      zoom = Math.min(Math.max(value.zoom, LEAST), MOST);
      x = within(value.x, container.width / (picture.width * position.scale));
      y = within(value.y, container.height / (picture.height * position.scale));
    },
    /** @param {Size} size of the container */
    resize(size) {
      container = size;
      position.set({ zoom, x, y });
    },
    /**
     * Another picture, fitted; a long one from its top.
     * @param {Size} size
     */
    open(size) {
      picture = size;
      position.fit();
    },
    fit() {
      zoom = 1;
      position.set({ zoom: 1, x: 0.5, y: isLong() ? 0 : 0.5 });
    },
    /**
     * Moves by px of the container.
     * @param {number} right
     * @param {number} down
     */
    pan(right, down) {
      const scale = position.scale;
      position.set({ zoom, x: x - right / (picture.width * scale), y: y - down / (picture.height * scale) });
    },
    /**
     * Zooms about a point of the container, which stays where it is.
     * @param {number} factor
     * @param {number} left
     * @param {number} top
     */
    zoomAt(factor, left, top) {
      const [fx, fy] = position.toPicture([left, top]);
      const to = Math.min(Math.max(zoom * factor, LEAST), MOST);
      const scale = fitScale() * to;
      position.set({
        zoom: to,
        x: fx + (container.width / 2 - left) / (picture.width * scale),
        y: fy + (container.height / 2 - top) / (picture.height * scale),
      });
    },
    /** @type {(point: Point) => Point} from 0 to 1 of the picture to px in the container */
    toScreen: ([fx, fy]) => [
      position.left + fx * picture.width * position.scale,
      position.top + fy * picture.height * position.scale,
    ],
    /** @type {(point: Point) => Point} the other way round */
    toPicture: ([left, top]) => [
      (left - position.left) / (picture.width * position.scale),
      (top - position.top) / (picture.height * position.scale),
    ],
  };
  return position;
}

/**
 * Keeps the picture in sight: `part` of it fits; all of it is centred.
 * @param {number} middle
 * @param {number} part
 */
function within(middle, part) {
  if (part >= 1) return 0.5;
  // A little beyond the edge, so that what is there can be worked on.
  const slack = Math.min(0.04, 0.1 * part);
  return Math.min(Math.max(middle, part / 2 - slack), 1 - part / 2 + slack);
}
