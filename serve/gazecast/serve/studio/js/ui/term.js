/** A word with its definition, shown on hover and focus, gone with Escape. */

import { element } from "./element.js";

let count = 0;

/**
 * @param {string} word
 * @param {string} definition
 */
export function term(word, definition) {
  const id = `definition-${++count}`;
  const button = element("button", { type: "button", class: "term", "aria-describedby": id }, word);
  const tip = element("span", { class: "tip", role: "tooltip", id }, definition);
  const whole = element("span", { class: "defined" }, button, tip);
  whole.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    whole.classList.add("dismissed");
  });
  const back = () => whole.classList.remove("dismissed");
  whole.addEventListener("mouseleave", back);
  button.addEventListener("blur", back);
  return whole;
}
