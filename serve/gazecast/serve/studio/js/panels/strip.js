/** The designs, small, in a row: which one is looked at, and taking one away. */

import { element, icon } from "../ui/element.js";
import { keepFocus } from "../ui/keep_focus.js";

export function createStrip({ store, designs, announce }) {
  const list = element("ul", {});
  const strip = element("nav", { class: "strip", "aria-label": "Designs" }, list);

  const draw = (state) =>
    keepFocus(list, () => {
      list.replaceChildren(
        ...state.designs.map((design) =>
          element(
            "li",
            {},
            element(
              "button",
              {
                type: "button",
                class: "thumbnail",
                "data-key": design.id,
                "data-status": design.status,
                "aria-current": design.id === state.selected ? "true" : null,
                title: design.name,
                onclick: () => store.update({ selected: design.id, region: null }),
              },
              element("img", { src: design.url, alt: "", draggable: "false" }),
              element("span", { class: "name" }, design.name),
            ),
            element(
              "button",
              {
                type: "button",
                class: "remove",
                "aria-label": `Remove ${design.name}`,
                title: "Remove",
                onclick: () => {
                  designs.remove(design.id);
                  announce(`${design.name} removed.`);
                },
              },
              icon("close"),
            ),
          ),
        ),
      );
    });

  store.on((state, changed) => {
    if (changed.has("selected") || (changed.has("designs") && isNews(state.designs))) draw(state);
  });

  // Most changes of designs are not seen here.
  let drawn = "";
  function isNews(all) {
    const now = JSON.stringify(all.map(({ id, name, url, status }) => [id, name, url, status]));
    const news = now !== drawn;
    drawn = now;
    return news;
  }
  return strip;
}
