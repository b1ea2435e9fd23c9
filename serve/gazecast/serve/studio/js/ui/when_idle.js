/** Does what is not waited for once the page has been drawn and nothing else is to be done. */
export function whenIdle(work) {
  if (globalThis.requestIdleCallback) requestIdleCallback(work, { timeout: 1000 });
  else setTimeout(work, 200); // Safari
}
