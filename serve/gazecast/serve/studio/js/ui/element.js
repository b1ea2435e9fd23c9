/** Makes elements: no markup is ever parsed, so text can never become more than text. */

/**
 * @template {Event} Kind
 * @typedef {{listen(event: Kind): unknown}["listen"]} Listener
 */

/**
 * What an element is made with, by name.
 * @typedef {{
 *   [name: string]: string | number | boolean | null | undefined | Listener<Event>,
 *   onclick?: Listener<MouseEvent>,
 *   onkeydown?: Listener<KeyboardEvent>,
 *   onpointerdown?: Listener<PointerEvent>,
 *   onpointermove?: Listener<PointerEvent>,
 *   ondragstart?: Listener<DragEvent>,
 *   ondragover?: Listener<DragEvent>,
 *   ondrop?: Listener<DragEvent>,
 * }} Attributes
 */

/** @typedef {Node | string | number | false | null | undefined} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. Attributes: `on...` are listeners, `class` and `data-...` as in markup, booleans
 * set or leave out (of `aria-...` they are written out), null leaves out. Children: nodes, strings, numbers; null and false are skipped.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * The same in SVG.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
export function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-") && typeof value === "boolean") made.setAttribute(name, String(value));
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) made.append(typeof child === "number" ? String(child) : child);
  }
  return made;
}

/**
 * What the page's markup has under an id.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

const ICONS = {
  add: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  select: "M5 3l14 8-6 2-2 6z",
  rectangle: "M4 6h16v12H4z",
  polygon: "M12 3l9 7-4 11H6L3 9z",
  minus: "M5 12h14",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  moon: "M20 14A8 8 0 0110 4a8 8 0 1010 10z",
  key: "M14.5 9.5m-4.5 0a4.5 4.5 0 109 0a4.5 4.5 0 10-9 0M11 13l-7 7M6 18l2 2M9 15l2 2",
  help: "M9 9a3 3 0 114 2.8c-.7.4-1 .9-1 1.7v.5M12 18v.01",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  up: "M6 14l6-6 6 6",
  down: "M6 10l6 6 6-6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  target: "M12 12m-8 0a8 8 0 1016 0a8 8 0 10-16 0M12 12m-3.5 0a3.5 3.5 0 107 0a3.5 3.5 0 10-7 0",
  open: "M12 16V4M7 9l5-5 5 5M4 20h16",
  save: "M12 4v12M7 11l5 5 5-5M4 20h16",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 12m-3 0a3 3 0 106 0a3 3 0 10-6 0",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.01",
  find: "M11 11m-6 0a6 6 0 1012 0a6 6 0 10-12 0M20 20l-4.5-4.5",
  swap: "M7 4L3 8l4 4M3 8h14M17 12l4 4-4 4M21 16H7",
  compare: "M4 5h7v14H4zM13 5h7v14h-7z",
};

/**
 * A line drawing of 24 x 24 units, for the eye only: what carries it needs a name of its own.
 * @param {keyof typeof ICONS} name
 */
export function icon(name) {
  return shape(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    shape("path", { d: ICONS[name] }),
  );
}
