/** The dialogues: the API key, and what the keyboard does. */

import { askKeyWith, key } from "../api/key.js";
import { element } from "../ui/element.js";

export function createKeyDialogue() {
  let answered = (/** @type {boolean} */ _given) => {};
  const why = element("p", { class: "why" });
  const field = element("input", { type: "password", id: "key", autocomplete: "off", spellcheck: "false" });
  const form = element(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        key.value = field.value.trim();
        close(key.value !== "");
      },
    },
    element("h2", { id: "key-title" }, "API key"),
    why,
    element("label", { for: "key" }, "Key"),
    field,
    element("p", { class: "fine" }, "It stays in this tab until you close it, and is sent to this service alone."),
    element(
      "div",
      { class: "buttons" },
      element("button", { type: "button", onclick: () => close(false) }, "Cancel"),
      element("button", { type: "submit", class: "primary" }, "Use key"),
    ),
  );
  const dialogue = element("dialog", { "aria-labelledby": "key-title", oncancel: () => answered(false) }, form);

  function close(given) {
    dialogue.close();
    answered(given);
  }

  function open(words) {
    why.textContent = words;
    field.value = key.value;
    dialogue.showModal();
    field.focus();
    field.select();
  }

  askKeyWith(
    (problem) =>
      new Promise((resolve) => {
        answered = resolve;
        open(`${problem.detail} Ask whoever runs the service for one.`);
      }),
  );
  return {
    element: dialogue,
    open: () => {
      answered = () => {};
      open("Services that others can reach ask for a key. Leave it empty where yours does not.");
    },
  };
}

const KEYS = [
  ["Tab", "Go through controls, then the regions on the design"],
  ["+ and −, 0", "Zoom the design; fit it"],
  ["Arrows", "Move the design, or the region that is selected"],
  ["R", "On the design: add a rectangle in its middle"],
  ["P", "On the design: add a polygon in its middle"],
  ["Shift and arrows", "On a region: change its size"],
  ["Enter", "On a region: write its name; on a corner: add a corner after it"],
  ["Delete", "Remove the region, or the corner of a polygon"],
  ["Esc", "Leave what was begun"],
];

export function createHelpDialogue() {
  const dialogue = element(
    "dialog",
    { "aria-labelledby": "help-title" },
    element("h2", { id: "help-title" }, "Keyboard"),
    element("dl", { class: "keys" }, KEYS.map(([keys, what]) => [element("dt", {}, keys), element("dd", {}, what)]).flat()),
    element(
      "div",
      { class: "buttons" },
      element("button", { type: "button", class: "primary", onclick: () => dialogue.close() }, "Close"),
    ),
  );
  return { element: dialogue, open: () => dialogue.showModal() };
}
