/** The bar at the top: what one does here, adding designs, key, keyboard, colours. */

import { chooseFiles } from "../picture/choose.js";
import { element, icon } from "../ui/element.js";
import { createThemeButton } from "../ui/theme.js";

/** openKey, openHelp: show the dialogues. */
export function createTopbar({ store, designs }, { openKey, openHelp }) {
  const mode = (value, label, title) =>
    element(
      "button",
      { type: "button", "data-mode": value, title, onclick: () => store.update({ mode: value }) },
      label,
    );
  const modes = element(
    "div",
    { class: "modes", role: "group", "aria-label": "What to do" },
    mode("look", "Look", "One design at a time"),
    mode("compare", "Compare", "Designs against each other"),
  );
  const add = element(
    "button",
    { type: "button", class: "primary", onclick: () => chooseFiles((files) => designs.add(files)) },
    icon("add"),
    element("span", {}, "Add designs"),
  );
  const quiet = (name, label, run) =>
    element("button", { type: "button", class: `quiet ${name}`, "aria-label": label, title: label, onclick: run }, icon(name));
  const bar = element(
    "header",
    { class: "topbar" },
    element("h1", { class: "brand" }, element("img", { src: "studio/icon.svg", alt: "", width: 26, height: 26 }), "gazecast"),
    modes,
    element(
      "div",
      { class: "actions" },
      add,
      quiet("key", "API key", openKey),
      quiet("help", "Keyboard", openHelp),
      createThemeButton(),
    ),
  );

  function draw(state) {
    const empty = state.designs.length === 0;
    modes.hidden = empty;
    add.hidden = empty;
    for (const button of /** @type {Iterable<HTMLElement>} */ (modes.children)) {
      button.setAttribute("aria-pressed", String(state.mode === button.dataset.mode));
    }
  }
  store.on(draw);
  draw(store.state);
  return bar;
}
