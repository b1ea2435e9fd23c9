/** Drawing anew without losing the place of whoever works by keyboard. */

/**
 * Runs `draw`; what had the focus in `container` gets it back by its data-key.
 * @param {Element} container
 * @param {() => void} draw
 */
export function keepFocus(container, draw) {
  const active = container.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.closest("[data-key]")?.getAttribute("data-key") ?? null;
  draw();
  if (key === null || container.contains(document.activeElement)) return;
  /** @type {HTMLElement | SVGElement | null} */
  const place = container.querySelector(`[data-key="${CSS.escape(key)}"]`);
  place?.focus({ preventScroll: true });
}
