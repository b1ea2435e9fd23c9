/** Messages over the page: what went wrong and what to do, or what was done. */

import { byId, element, icon } from "./element.js";

const SHOWN_FOR = 6000;

const list = byId("messages");

/**
 * Shows a message; what is given back closes it.
 * @param {object} message
 * @param {string} message.title
 * @param {string} [message.detail]
 * @param {"error" | "done"} [message.kind] "error" stays until it is closed, "done" goes by itself
 * @param {{label: string, run: () => void} | null} [message.action]
 */
export function notify({ title, detail = "", kind = "error", action = null }) {
  /** @type {HTMLElement} */
  const message = element(
    "div",
    { class: `message ${kind}`, role: kind === "error" ? "alert" : "status" },
    kind === "error" ? icon("warning") : null,
    element(
      "div",
      { class: "words" },
      element("strong", {}, title),
      detail ? element("p", {}, detail) : null,
      action
        ? element("button", { type: "button", class: "text", onclick: () => act(action) }, action.label)
        : null,
    ),
    element("button", { type: "button", class: "quiet", "aria-label": "Close message", onclick: close }, icon("close")),
  );
  function close() {
    message.remove();
  }
  /** @param {{run: () => void}} action */
  function act({ run }) {
    close();
    run();
  }
  list.append(message);
  if (kind !== "error") setTimeout(close, SHOWN_FOR);
  return close;
}
