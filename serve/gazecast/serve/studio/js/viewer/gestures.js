/** Pan and zoom by mouse, touch, trackpad and keyboard. */

const KEY_STEP = 60; // px
const ZOOM_STEP = 1.25;

/**
 * element: listens. position: of viewer/position.js. onMove: called when it changed. mayPan: whether
 * a press at this event is free for panning.
 */
export function addGestures(element, position, onMove, mayPan) {
  const pointers = new Map();
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
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

  element.addEventListener("pointerdown", (event) => {
    if (event.button > 1 || !(event.button === 1 || mayPan(event))) return;
    pointers.set(event.pointerId, place(event));
    element.setPointerCapture(event.pointerId);
    element.classList.add("panning");
  });
  element.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    const before = [...pointers.values()];
    pointers.set(event.pointerId, place(event));
    const after = [...pointers.values()];
    change(() => {
      const [from, to] = [middle(before), middle(after)];
      position.pan(to[0] - from[0], to[1] - from[1]);
      if (after.length > 1) position.zoomAt(spread(after) / spread(before), ...to);
    });
  });
  const release = (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) element.classList.remove("panning");
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);

  element.addEventListener("keydown", (event) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const work = {
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
    }[event.key];
    if (!work) return;
    event.preventDefault();
    change(work);
  });
}

function middle(places) {
  const sum = places.reduce(([x, y], [left, top]) => [x + left, y + top], [0, 0]);
  return sum.map((each) => each / places.length);
}

function spread([[x1, y1], [x2, y2]]) {
  return Math.max(1, Math.hypot(x2 - x1, y2 - y1));
}
