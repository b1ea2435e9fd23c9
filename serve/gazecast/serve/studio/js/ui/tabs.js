/** Tabs as the ARIA Authoring Practices describe them: arrows move between them. */

import { element } from "./element.js";

/** panels: [{id, label, content}]. Returns {element, show(id)}. */
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
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    show(panels[next].id);
    tabs[next].focus();
  });

  function show(id) {
    panels.forEach((panel, i) => {
      const chosen = panel.id === id;
      tabs[i].setAttribute("aria-selected", chosen);
      tabs[i].tabIndex = chosen ? 0 : -1;
      bodies[i].hidden = !chosen;
    });
  }

  show(panels[0].id);
  return { element: element("div", { class: "tabbed" }, list, bodies), show };
}
