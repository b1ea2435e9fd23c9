/** The view of the settings. */

import { checkConnection, saveSettings } from "../actions";
import { h } from "../dom";
import { state } from "../state";
import { choices } from "./parts";

export function settingsView(): HTMLElement[] {
  const { connection } = state;
  return [
    text("server", "Address of the gazecast server", "url"),
    text("key", "Key (gazecast keys add NAME prints one)", "password"),
    h(
      "div",
      { class: "row" },
      h("button", { class: "do", "data-key": "test", click: () => void checkConnection() }, "Test connection"),
    ),
    h("div", { role: "status" }, connection && h("p", { class: connection.ok ? "notice" : "error" }, connection.text)),
    h("h2", {}, "Prediction"),
    choices(),
    h("h2", {}, "Layers that are measured"),
    h(
      "div",
      { class: "row" },
      count("depth", "Levels below the frame", 1, 10),
      count("minimumSize", "Shorter side, at least px", 1, 1000),
    ),
    h(
      "p",
      { class: "muted" },
      "The key is kept on this computer by Figma, for this plugin alone, and never in the file. Sent " +
        "are the picture of a frame and its layers' names and places, to this address and no other; " +
        "the server keeps nothing.",
    ),
  ];
}

function text(name: "server" | "key", label: string, type: string): HTMLElement {
  const input = h("input", {
    ...{ type, "data-key": name, value: state.settings[name], autocomplete: "off", spellcheck: "false" },
    change: () => void saveSettings({ [name]: input.value.trim() }),
  });
  return h("label", {}, label, input);
}

function count(name: "depth" | "minimumSize", label: string, min: number, max: number): HTMLElement {
  const input = h("input", {
    ...{ type: "number", "data-key": name, min: String(min), max: String(max) },
    value: String(state.settings[name]),
    change: () => {
      const number = Math.min(max, Math.max(min, Math.round(input.valueAsNumber || min)));
      void saveSettings({ [name]: number });
    },
  });
  return h("label", {}, label, input);
}
