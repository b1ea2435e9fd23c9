/** Puts the studio together and starts it. */

import * as client from "./api/client.js";
import { createCompare } from "./compare/compare.js";
import { createHelpDialogue, createKeyDialogue } from "./panels/dialogues.js";
import { createLook } from "./panels/look.js";
import { createStart } from "./panels/start.js";
import { createTopbar } from "./panels/topbar.js";
import { takeFiles } from "./picture/choose.js";
import { createDesigns } from "./state/designs.js";
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

const told = new Map(); // of each design, whether its prediction was announced
store.on((state) => {
  const design = store.selected();
  compare.hidden = state.mode !== "compare" || !state.designs.length;
  root.dataset.mode = state.designs.length ? state.mode : "start";
  root.dataset.status = status(design);
  document.title = design ? `${design.name} · gazecast` : "gazecast";
  if (design?.answer && !design.hidden && !told.has(design.id)) announce(`${design.name} is predicted.`);
  if (design?.answer && !design.hidden) told.set(design.id, true);
});

/** What the page waits for, if anything. */
function status(design) {
  if (!design) return "empty";
  if (design.hidden) return "ranking";
  return design.measuring ? "busy" : design.status;
}

await startStorage(app);
store.update({ designs: [...store.state.designs] }); // everything is drawn once
