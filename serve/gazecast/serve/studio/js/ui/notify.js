/** Messages over the page: what went wrong and what to do, or what was done. */

import { element, icon } from "./element.js";

const SHOWN_FOR = 6000;

const list = document.getElementById("messages");

/** kind: "error" stays until it is closed, "done" goes by itself. action: {label, run} or null. */
export function notify({ title, detail = "", kind = "error", action = null }) {
  const close = () => message.remove();
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
        ? element("button", { type: "button", class: "text", onclick: () => (close(), action.run()) }, action.label)
        : null,
    ),
    element("button", { type: "button", class: "quiet", "aria-label": "Close message", onclick: close }, icon("close")),
  );
  list.append(message);
  if (kind !== "error") setTimeout(close, SHOWN_FOR);
  return close;
}
