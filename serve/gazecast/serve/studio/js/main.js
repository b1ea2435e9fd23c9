/** Puts the studio together and starts it. */

import * as client from "./api/client.js";
import { Problem } from "./api/problem.js";
import { createCompare } from "./compare/compare.js";
import { createHelpDialogue, createKeyDialogue } from "./panels/dialogues.js";
import { createLook } from "./panels/look.js";
import { createStart } from "./panels/start.js";
import { createTopbar } from "./panels/topbar.js";
import { takeFiles } from "./picture/choose.js";
import { createDesigns, isShown } from "./state/designs.js";
import { createStore } from "./state/store.js";
import { startStorage } from "./takeaway/storage.js";
import { announce } from "./ui/announce.js";
import { element } from "./ui/element.js";
import { notify } from "./ui/notify.js";

const store = createStore();
const designs = createDesigns(store, client, notify);
const app = { store, designs, client, announce, notify };

const root = document.getElementById("studio");
const keyDialogue = createKeyDialogue();
const helpDialogue = createHelpDialogue();
const compare = createCompare(app);
root.append(
  createTopbar(app, { openKey: keyDialogue.open, openHelp: helpDialogue.open }),
  element("main", { id: "work", tabindex: "-1" }, createStart(app), createLook(app), compare),
  keyDialogue.element,
  helpDialogue.element,
);
takeFiles((files) => designs.add(files));

const told = new Set(); // designs whose prediction was announced
store.on((state) => {
  const design = store.selected();
  compare.hidden = state.mode !== "compare" || !state.designs.length;
  const mode = state.designs.length ? state.mode : "start";
  if (root.dataset.mode === "start" && mode !== "start") goToWork();
  root.dataset.mode = mode;
  root.dataset.status = status(design);
  document.title = design ? `${design.name} · gazecast` : "gazecast";
  if (design && isShown(design) && !told.has(design.id)) {
    told.add(design.id);
    announce(`${design.name} is predicted.`);
  }
});

/** What was pressed at the start is gone: the keyboard goes on at the design. */
function goToWork() {
  scrollTo(0, 0);
  document.getElementById("work").focus({ preventScroll: true });
}

/** What the page waits for, if anything. */
function status(design) {
  if (!design) return "empty";
  if (design.hidden) return "ranking";
  return design.measuring ? "busy" : design.status;
}

await startStorage(app);
store.update({ designs: [...store.state.designs] }); // everything is drawn once

try {
  store.update({ model: await client.model() });
} catch (error) {
  if (!(error instanceof Problem)) throw error; // told where a prediction is asked for
}
