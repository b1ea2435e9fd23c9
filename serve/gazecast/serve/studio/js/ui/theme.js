/** Light or dark: as the system says until it is chosen by hand. */

import { element, icon } from "./element.js";

const PLACE = "gazecast-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

const current = () => document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");

export function createThemeButton() {
  const chosen = localStorage.getItem(PLACE);
  if (chosen) document.documentElement.dataset.theme = chosen;
  const button = element("button", { type: "button", class: "quiet theme", onclick: toggle });
  system.addEventListener("change", draw);
  draw();

  function toggle() {
    const next = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem(PLACE, next);
    draw();
  }

  function draw() {
    const next = current() === "dark" ? "light" : "dark";
    button.replaceChildren(icon(next === "dark" ? "moon" : "sun"));
    const label = next === "dark" ? "Use dark colours" : "Use light colours";
    button.setAttribute("aria-label", label);
    button.title = label;
  }
  return button;
}
