/** Asks before everything is forgotten: it cannot be undone. */

import { element } from "../ui/element.js";

export function askToForget(app) {
  const dialogue = element(
    "dialog",
    { class: "forget", "aria-labelledby": "forget-title" },
    element(
      "form",
      { method: "dialog" },
      element("h2", { id: "forget-title" }, "Forget everything?"),
      element(
        "p",
        {},
        "All designs, their regions and numbers, and the API key are erased from this browser. This cannot be undone.",
      ),
      element(
        "div",
        { class: "buttons" },
        element("button", { value: "keep", autofocus: true }, "Keep"),
        element("button", { value: "forget", class: "danger" }, "Forget everything"),
      ),
    ),
  );
  dialogue.addEventListener("close", async () => {
    dialogue.remove();
    if (dialogue.returnValue !== "forget") return;
    await app.storage.forget();
    app.notify({ title: "Everything is forgotten", detail: "This browser keeps nothing of it.", kind: "done" });
  });
  document.body.append(dialogue);
  dialogue.showModal();
}
