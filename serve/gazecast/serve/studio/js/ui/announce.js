/** What happens, told to screen readers through one polite live region. */

import { byId } from "./element.js";

const region = byId("announcer");
/** @type {number | undefined} */
let pending;

/** @param {string} text */
export function announce(text) {
  // Emptied first: the same words twice in a row would not be read again.
  region.textContent = "";
  clearTimeout(pending);
  pending = setTimeout(() => {
    region.textContent = text;
  }, 60);
}
