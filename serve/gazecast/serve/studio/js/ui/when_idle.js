/**
 * Does what is not waited for once the page has been drawn and nothing else is to be done.
 * @param {() => void} work
 */
export function whenIdle(work) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(work, { timeout: 1000 });
  else setTimeout(work, 200); // Safari
}

/** Resolves then. */
export function idle() {
  return new Promise((/** @type {(value?: unknown) => void} */ resolve) => whenIdle(resolve));
}
