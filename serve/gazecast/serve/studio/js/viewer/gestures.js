/** Pan and zoom by mouse, touch, trackpad and keyboard. */

/**
 * @import { Point } from "../state/store.js"
 * @import { Position } from "./position.js"
 */

const KEY_STEP = 60; // px
const ZOOM_STEP = 1.25;

/** Less than this, px, is a click and no pan. */
const SLIP = 4;

/**
 * @param {HTMLElement} element listens
 * @param {Position} position
 * @param {() => void} onMove called when it changed
 */
export function addGestures(element, position, onMove) {
  /** @type {Map<number, Point>} */
  const pointers = new Map();
  /** @type {(event: MouseEvent) => Point} */
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  /** @param {() => void} work */
  const change = (work) => {
    work();
    onMove();
  };

  element.addEventListener(
    "wheel",
    (event) => {
      const zooms = event.ctrlKey || event.metaKey;
      if (!zooms && position.allInSight) return; // nothing to pan to: the page scrolls
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      change(() => {
        if (zooms) position.zoomAt(Math.exp(-event.deltaY * unit * 0.0022), ...place(event));
        else if (event.shiftKey) position.pan(-event.deltaY * unit, 0);
        else position.pan(-event.deltaX * unit, -event.deltaY * unit);
      });
    },
    { passive: false },
  );

  /** @type {Point | null} of a press that is a click so far */
  let origin = null;
  element.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    pointers.set(event.pointerId, place(event));
    origin = pointers.size === 1 ? place(event) : null;
  });
  element.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    const to = place(event);
    if (origin) {
      if (Math.hypot(to[0] - origin[0], to[1] - origin[1]) < SLIP) return;
      origin = null;
    }
    if (!element.hasPointerCapture(event.pointerId)) {
      element.setPointerCapture(event.pointerId); // only now: captured, a click would be ours
      element.classList.add("panning");
    }
    const before = [...pointers.values()];
    pointers.set(event.pointerId, to);
    const after = [...pointers.values()];
    change(() => {
      const [from, there] = [middle(before), middle(after)];
      position.pan(there[0] - from[0], there[1] - from[1]);
      if (after.length > 1) position.zoomAt(spread(after) / spread(before), ...there);
    });
  });
  /** @param {PointerEvent} event */
  const release = (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) element.classList.remove("panning");
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("lostpointercapture", release);
  element.addEventListener("pointerleave", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) release(event);
  });

  element.addEventListener("keydown", (event) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, (() => void) | undefined>} */
    const works = {
      "+": () => position.zoomAt(ZOOM_STEP, element.clientWidth / 2, element.clientHeight / 2),
      "=": () => position.zoomAt(ZOOM_STEP, element.clientWidth / 2, element.clientHeight / 2),
      "-": () => position.zoomAt(1 / ZOOM_STEP, element.clientWidth / 2, element.clientHeight / 2),
      0: () => position.fit(),
      ArrowLeft: () => position.pan(KEY_STEP, 0),
      ArrowRight: () => position.pan(-KEY_STEP, 0),
      ArrowUp: () => position.pan(0, KEY_STEP),
      ArrowDown: () => position.pan(0, -KEY_STEP),
      PageUp: () => position.pan(0, element.clientHeight * 0.9),
      PageDown: () => position.pan(0, -element.clientHeight * 0.9),
    };
    const work = works[event.key];
    if (!work) return;
    event.preventDefault();
    change(work);
  });
}

/**
 * @param {Point[]} places
 * @returns {Point}
 */
function middle(places) {
  /** @type {(which: 0 | 1) => number} */
  const mean = (which) => places.reduce((sum, place) => sum + place[which], 0) / places.length;
  return [mean(0), mean(1)];
}

/** @param {Point[]} places two or more */
function spread(places) {
  const [[x1, y1], [x2, y2]] = places;
  return Math.max(1, Math.hypot(x2 - x1, y2 - y1));
}
