/** The plugin's window. */

import { analyse, compareFrames, onChange } from "./actions";
import { call, listen } from "./bridge";
import { h, show } from "./dom";
import type { Tab } from "./state";
import { state } from "./state";
import { analyseView } from "./views/analyse";
import { compareView } from "./views/compare";
import { settingsView } from "./views/settings";

const TABS: Record<Tab, { title: string; view: () => HTMLElement[] }> = {
  analyse: { title: "Analyse", view: analyseView },
  compare: { title: "Compare", view: compareView },
  settings: { title: "Settings", view: settingsView },
};

const app = document.getElementById("app")!;

/** Whether a button is being pressed: one that were replaced meanwhile would not be clicked. */
let pressed = false;

function render(): void {
  if (pressed) return;
  const tabs = Object.entries(TABS).map(([tab, { title }]) =>
    h(
      "button",
      {
        role: "tab",
        "data-key": `tab ${tab}`,
        "aria-selected": String(tab === state.tab),
        click: () => {
          state.tab = tab as Tab;
          state.errors = [];
          render();
        },
      },
      title,
    ),
  );
  show(
    app,
    h("nav", { role: "tablist" }, ...tabs),
    h("main", {}, ...TABS[state.tab].view()),
  );
}

async function start(): Promise<void> {
  const { settings, command, targets } = await call("start", null);
  Object.assign(state, { settings, targets });
  // A plugin's window gets nothing from a server without a key.
  state.tab = settings.key === "" ? "settings" : command;
  render();
  const frames = targets.map(({ id }) => id);
  if (state.tab === "analyse" && frames.length > 0) await analyse(frames);
  if (state.tab === "compare" && frames.length > 1) await compareFrames(frames);
}

function release(): void {
  setTimeout(() => {
    pressed = false;
    render();
  });
}

window.addEventListener("pointerdown", () => (pressed = true));
window.addEventListener("pointerup", release);
window.addEventListener("pointercancel", release);
window.addEventListener("blur", release);
onChange(render);
listen((event) => {
  if (event.event === "selection") state.targets = event.targets;
  else for (const frame of event.frames) state.edited.add(frame);
  // The settings show neither, and something may be half typed there.
  if (state.tab !== "settings") render();
});
void start();
