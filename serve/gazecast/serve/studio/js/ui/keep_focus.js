/** Drawing anew without losing the place of whoever works by keyboard. */

/** Runs `draw`; what had the focus in `container` gets it back by its data-key. */
export function keepFocus(container, draw) {
  const active = container.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.closest("[data-key]")?.dataset.key;
  draw();
  if (key === undefined || container.contains(document.activeElement)) return;
  container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
