/** The handle between two designs that lie over each other: dragged, or moved with the arrow keys. */

import { element } from "../ui/element.js";

const STEP = 2; // percent
const LEAP = 10;

/** stage: what the handle moves in. onChange(part): how much of its width shows the first, 0 to 1. */
export function createSwipe(stage, onChange) {
  let percent = 50;
  const handle = element(
    "div",
    {
      class: "swipe-handle",
      role: "slider",
      tabindex: "0",
      "aria-label": "Boundary between A on the left and B on the right",
      "aria-orientation": "horizontal",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      onkeydown: press,
      onpointerdown: grab,
      onpointermove: drag,
    },
    element("span", { class: "swipe-grip", "aria-hidden": "true" }, "‹ ›"),
  );

  function set(value) {
    percent = Math.min(Math.max(value, 0), 100);
    handle.setAttribute("aria-valuenow", String(Math.round(percent)));
    handle.setAttribute("aria-valuetext", `${Math.round(percent)} % of the width shows A`);
    onChange(percent / 100);
  }

  function press(event) {
    const to = {
      ArrowLeft: percent - STEP,
      ArrowDown: percent - STEP,
      ArrowRight: percent + STEP,
      ArrowUp: percent + STEP,
      PageDown: percent - LEAP,
      PageUp: percent + LEAP,
      Home: 0,
      End: 100,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    set(to);
  }

  function grab(event) {
    if (event.button !== 0) return;
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus();
  }

  function drag(event) {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = stage.getBoundingClientRect();
    set((100 * (event.clientX - box.left)) / box.width);
  }

  set(percent);
  return handle;
}
