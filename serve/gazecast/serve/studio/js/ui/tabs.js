/** Tabs as the ARIA Authoring Practices describe them: arrows move between them. */

import { element } from "./element.js";

/** @import { Child } from "./element.js" */

/**
 * Tabs, the first of them shown.
 * @param {string} label
 * @param {{id: string, label: string, content: Child}[]} panels
 */
export function createTabs(label, panels) {
  const tabs = panels.map(({ id, label: name }) =>
    element(
      "button",
      { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick: () => show(id) },
      name,
    ),
  );
  const bodies = panels.map(({ id, content }) =>
    element("div", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, tabindex: "0" }, content),
  );
  const list = element("div", { role: "tablist", "aria-label": label, class: "tabs" }, tabs);
  list.addEventListener("keydown", (event) => {
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    /** @type {Record<string, number | undefined>} */
    const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const to = places[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    show(panels[next].id);
    tabs[next].focus();
  });

  /** @param {string} id */
  function show(id) {
    panels.forEach((panel, i) => {
      const chosen = panel.id === id;
      tabs[i].setAttribute("aria-selected", String(chosen));
      tabs[i].tabIndex = chosen ? 0 : -1;
      bodies[i].hidden = !chosen;
    });
  }

  show(panels[0].id);
  return { element: element("div", { class: "tabbed" }, list, bodies), show };
}
