/** The tools over the design: picking, drawing, zooming. */

import { element, icon } from "../ui/element.js";

/** editor: of regions/editor.js. */
export function createTools({ store }, viewer, editor) {
  const tool = (value, label) =>
    element(
      "button",
      {
        type: "button",
        "data-tool": value,
        "aria-label": label,
        title: label,
        onclick: (event) => {
          // Pressed by key (detail 0): a region is added at once, for the keyboard to move.
          if (event.detail === 0 && value !== "select") editor.insert(value);
          else store.update({ tool: value });
        },
      },
      icon(value),
    );
  const press = (name, label, run) =>
    element("button", { type: "button", "aria-label": label, title: label, onclick: run }, icon(name));
  const draws = [tool("select", "Select and move"), tool("rectangle", "Draw a rectangle"), tool("polygon", "Draw a polygon")];

  const draw = (state) => draws.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.tool === state.tool)));
  store.on((state, changed) => changed.has("tool") && draw(state));
  draw(store.state);

  return element(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "Tools", "aria-orientation": "vertical" },
    element("div", { class: "group" }, draws),
    element(
      "div",
      { class: "group" },
      press("add", "Zoom in", () => viewer.zoom(1.4)),
      press("minus", "Zoom out", () => viewer.zoom(1 / 1.4)),
      press("fit", "Fit", () => viewer.fit()),
    ),
  );
}
