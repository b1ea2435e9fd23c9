/** What several views show. */

import { SCALE, STEPS } from "../colours";
import { h } from "../dom";
import type { Settings } from "../../protocol";
import { saveSettings } from "../actions";
import { state } from "../state";

/** Settings that decide what is predicted. */
export function choices(): HTMLElement {
  return h(
    "div",
    { class: "row" },
    choice("window", "Seen for", [
      ["1s", "the first second"],
      ["3s", "3 seconds"],
      ["5s", "5 seconds"],
    ]),
    choice("domain", "Kind of design", [
      ["frame", "guess from the frame"],
      ["auto", "let the server decide"],
      ["web", "web page"],
      ["mobile", "phone screen"],
      ["poster", "poster"],
      ["photo", "photo"],
    ]),
  );
}

function choice<Name extends "window" | "domain">(
  name: Name,
  label: string,
  options: [Settings[Name], string][],
): HTMLElement {
  const select = h(
    "select",
    {
      "data-key": name,
      change: () => void saveSettings({ [name]: select.value }),
    },
    ...options.map(([value, text]) =>
      h("option", { value, selected: state.settings[name] === value }, text),
    ),
  );
  return h("label", {}, label, select);
}

export function progress(): HTMLElement | null {
  if (!state.progress) return null;
  const { done, of, note, cancel } = state.progress;
  return h(
    "section",
    { role: "status" },
    h("progress", { max: String(of), value: String(done) }),
    h(
      "div",
      { class: "row" },
      h("span", { class: "grow muted" }, of > 1 ? `${Math.min(done + 1, of)} of ${of} · ${note}` : note),
      h("button", { class: "plain", "data-key": "cancel", click: cancel }, "Cancel"),
    ),
  );
}

export function errors(): HTMLElement | null {
  if (state.errors.length === 0) return null;
  return h("div", { role: "alert" }, ...state.errors.map((text) => h("p", { class: "error" }, text)));
}

/** The colour scale, as it looks on white. */
export function legend(): HTMLElement {
  const stops = STEPS.map((_, index) => {
    const at = 4 * Math.round((index / (STEPS.length - 1)) * (SCALE.levels - 1));
    const [red, green, blue, opacity] = SCALE.table.subarray(at, at + 4);
    return `rgb(${red!} ${green!} ${blue!} / ${opacity! / 255})`;
  });
  const last = STEPS.length - 1;
  const bar = h("div");
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")}), #fff`;
  return h(
    "section",
    { class: "legend" },
    bar,
    h("ol", {}, ...STEPS.map((step, index) => h("li", {}, `${step}×${index === last ? "+" : ""}`))),
    h("p", { class: "muted" }, "Attention, times what an even spread would give"),
  );
}

/** What the numbers rest on, with every prediction. */
export function notices(domain: string, accuracy: string, warning: string | null, notice: string) {
  return h(
    "section",
    {},
    warning === null ? null : h("p", { class: "warning" }, warning),
    h("p", { class: "muted" }, `Predicted as ${domain}; ${accuracy}.`),
    h("p", { class: "muted" }, notice),
  );
}
