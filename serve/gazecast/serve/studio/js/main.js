/** Puts the studio together and starts it. */

import * as client from "./api/client.js";
import { createStore } from "./state/store.js";
import { createDesigns } from "./state/designs.js";
import { announce } from "./ui/announce.js";
import { notify } from "./ui/notify.js";
import { createViewer } from "./viewer/viewer.js";

const store = createStore();
const designs = createDesigns(store, client, notify);
const app = { store, designs, client, announce, notify };
const viewer = createViewer(document.getElementById("studio"), { label: "Design" });
store.on((state, changed) => {
  if (!changed.has("designs")) return;
  const design = store.selected();
  if (!design) return;
  viewer.setDesign(design);
  if (design.densities) viewer.setDensity(design.densities[state.window], []);
});
document.body.addEventListener("dragover", (event) => event.preventDefault());
document.body.addEventListener("drop", (event) => {
  event.preventDefault();
  designs.add([...event.dataTransfer.files]);
});
window.app = app;
