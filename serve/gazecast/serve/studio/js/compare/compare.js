/** Mode "compare". Its modules are loaded when it is first chosen: most visits look at one design. */

import { element } from "../ui/element.js";

/** The element shown in mode "compare". */
export function createCompare(app) {
  const section = element("section", { class: "compare", "aria-label": "Compare two designs" });
  let isLoading = false;

  async function load({ mode }) {
    if (mode !== "compare" || isLoading) return;
    isLoading = true;
    try {
      const { createView } = await import("./view.js");
      createView(app, section);
      end();
    } catch {
      isLoading = false;
      app.store.update({ mode: "look" });
      app.notify({ title: "Comparing cannot be loaded", detail: "Check that gazecast serve is running, then try again." });
    }
  }

  const end = app.store.on(load);
  return section;
}
