/** The one state of the page, and who hears of its changes. */

/**
 * @import { Report, MeasuredRegion, ServedModel, WindowDensity } from "answers"
 * @import { Density } from "../../web/density.js"
 * @import { Problem } from "../api/problem.js"
 */

/** @typedef {"1s" | "3s" | "5s"} Window */
/** @typedef {"heatmap" | "focus" | "contours" | "order" | "design"} View */
/** @typedef {"select" | "rectangle" | "polygon"} Tool */

/** @typedef {[x: number, y: number]} Point of a picture, 0 to 1; or px of the screen */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {{width: number, height: number}} Size */

/**
 * All of it 0 to 1 of the picture. Of a polygon, the box is the one around it.
 * @typedef {object} RegionFields
 * @property {string} id
 * @property {string} name
 * @property {boolean} automatic found by the service, not drawn or named by a person
 *
 * @typedef {RegionFields & Box & {kind: "rectangle", points: null}} Rectangle
 * @typedef {RegionFields & Box & {kind: "polygon", points: Point[]}} Polygon
 * @typedef {Rectangle | Polygon} Region
 */

/**
 * What the service says of a design, for every window, but for the densities themselves.
 * @typedef {Omit<Report, "density" | "windows"> & {windows: Record<Window, Pick<WindowDensity, "hotspots">>}} Answer
 */

/** @typedef {Partial<Record<Window, Density>>} Densities those not shown come a moment later */

/**
 * @typedef {object} Design
 * @property {string} id
 * @property {string} name file name, unique among the designs
 * @property {Blob} blob PNG, JPEG or WebP, as it is sent
 * @property {string} url object URL of blob, for pictures; made anew after a restore
 * @property {number} width px
 * @property {number} height px
 * @property {string} domain "auto" or one of the model's domains
 * @property {number | null} viewportHeight px; set: a long page
 * @property {boolean} findRegions the next prediction is to look for regions
 * @property {Region[]} regions
 * @property {string | null} goal id of a region
 * @property {string[]} intended ids of regions, first to be seen first
 * @property {boolean} hidden ranked first, not revealed yet
 * @property {"waiting" | "sending" | "predicting" | "ready" | "failed"} status
 * @property {boolean} measuring numbers are being asked for (again)
 * @property {number} progress of the upload, 0 to 1
 * @property {Problem | null} problem
 * @property {Answer | null} answer
 * @property {Record<string, MeasuredRegion>} numbers by id of the region, of those measured as they are now
 * @property {Densities | null} densities
 */

/** @typedef {Design & {answer: Answer, densities: Densities}} PredictedDesign */

/**
 * What is compared, as far as it was chosen.
 * @typedef {object} Chosen
 * @property {string | null} [first] id of a design
 * @property {string | null} [second] id of a design
 * @property {Layout} [layout]
 * @property {string | null | undefined} [goal] name of a region, null for none, undefined for the first design's own
 *
 * @typedef {"side" | "swipe" | "difference"} Layout
 */

/**
 * @typedef {object} State
 * @property {Design[]} designs in the order they were added
 * @property {string | null} selected id of the design that is looked at
 * @property {"look" | "compare"} mode
 * @property {View} view
 * @property {Window} window
 * @property {number} opacity of the heatmap, 0 to 1
 * @property {boolean} outlines whether regions are drawn
 * @property {Tool} tool
 * @property {string | null} region id of the selected region of the selected design
 * @property {boolean} rankFirst rank regions before each reveal
 * @property {ServedModel | null} model null until it is there
 * @property {Chosen} [compare]
 */

/**
 * Hears of each change; `changed` are the keys of state that changed ("designs" for any design).
 * @callback StateListener
 * @param {State} state
 * @param {Set<keyof State>} changed
 * @returns {unknown}
 */

/** @typedef {ReturnType<typeof createStore>} Store */

/** @type {Window[]} */
export const WINDOWS = ["1s", "3s", "5s"];

/**
 * What `work` makes of each window.
 * @template Made
 * @param {(window: Window) => Made} work
 * @returns {Record<Window, Made>}
 */
export function ofWindows(work) {
  return { "1s": work("1s"), "3s": work("3s"), "5s": work("5s") };
}

/** State is changed with `update` and `updateDesign` only, and never in place. */
export function createStore() {
  /** @type {Set<StateListener>} */
  const listeners = new Set();
  /** @type {State} */
  const start = {
    designs: [],
    selected: null,
    mode: "look",
    view: "heatmap",
    window: "3s",
    opacity: 1,
    outlines: true,
    tool: "select",
    region: null,
    rankFirst: false,
    model: null,
  };
  const store = {
    state: start,

    /** @param {Partial<State>} changes */
    update(changes) {
      const names = /** @type {(keyof State)[]} */ (Object.keys(changes));
      const changed = new Set(names.filter((name) => changes[name] !== store.state[name]));
      if (!changed.size) return;
      store.state = { ...store.state, ...changes };
      for (const listener of [...listeners]) listener(store.state, changed);
    },

    /**
     * @param {string} id
     * @param {Partial<Design>} changes
     */
    updateDesign(id, changes) {
      if (!store.design(id)) return; // removed in the meantime
      store.update({
        designs: store.state.designs.map((each) => (each.id === id ? { ...each, ...changes } : each)),
      });
    },

    /** @param {string | null} id */
    design: (id) => store.state.designs.find((each) => each.id === id) ?? null,

    selected: () => store.design(store.state.selected),

    /**
     * What is given back ends it.
     * @param {StateListener} listener
     */
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}
