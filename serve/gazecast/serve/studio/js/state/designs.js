/** What is done to designs: adding, predicting, cancelling, changing their regions. */

import { Problem, isAbort } from "../api/problem.js";
import { decodeDensity } from "../../web/density.js";
import { readPicture } from "../picture/files.js";
import { screenHeight } from "../picture/long_page.js";
import { sameShape } from "../regions/geometry.js";
import { idle } from "../ui/when_idle.js";
import { newId } from "./id.js";
import { WINDOWS } from "./store.js";

/**
 * @import * as Client from "../api/client.js"
 * @import { notify } from "../ui/notify.js"
 * @import { Answer, Densities, Design, PredictedDesign, Region, Size, Store, Window } from "./store.js"
 */

/** @typedef {Partial<Design> & Size & {name: string, blob: Blob}} DesignFields of a Design, these at least */
/** @typedef {ReturnType<typeof createDesigns>} Designs */

/** Measured again this long after the last change of the regions. */
const SETTLED = 350;

/**
 * The numbers of a region, as the service gave them, or null until it has.
 * @param {Design} design
 * @param {Region} region
 */
export function measured(design, region) {
  return design.numbers[region.id] ?? null;
}

/**
 * Whether there is a prediction to show.
 * @param {Design} design
 * @returns {design is PredictedDesign}
 */
export function isShown(design) {
  return design.answer !== null && design.densities !== null && !design.hidden;
}

/**
 * The density to show of a design, or null.
 * @param {Design} design
 * @param {Window} window
 */
export function shownDensity(design, window) {
  return isShown(design) ? (design.densities[window] ?? null) : null;
}

/**
 * A name that is not among those taken: a number is added where it is.
 * @param {string} name
 * @param {string[]} taken
 */
export function freeName(name, taken) {
  if (!taken.includes(name)) return name;
  const ending = /\.[^.]*$/.exec(name)?.[0] ?? "";
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 2; ; number++) {
    const next = `${stem} ${number}${ending}`;
    if (!taken.includes(next)) return next;
  }
}

/**
 * The densities of the windows from what the service sent of each, but for one that is there.
 * @param {Client.Sent} sent
 * @param {Window} known
 */
async function decodeOthers(sent, known) {
  const windows = WINDOWS.filter((window) => window !== known);
  const densities = await Promise.all(windows.map((window) => decodeDensity(sent[window])));
  return Object.fromEntries(windows.map((window, i) => [window, densities[i]]));
}

/**
 * What changes designs. `setRegions` and `setOptions` have them measured again.
 * @param {Store} store
 * @param {Pick<typeof Client, "predict">} client
 * @param {typeof notify} notify
 */
export function createDesigns(store, client, notify) {
  /** @type {Map<string, AbortController>} of each design, what cancels it */
  const requests = new Map();
  /** @type {Map<string, number>} of each design, when it is measured again */
  const timers = new Map();

  /**
   * A design from its fields; what is left out is as at the start. Returns its id.
   * @param {DesignFields} fields
   */
  function addDesign(fields) {
    const id = fields.id ?? newId();
    const taken = store.state.designs.map((each) => each.name);
    /** @type {Design} */
    const design = {
      domain: "auto",
      viewportHeight: screenHeight(fields.width, fields.height),
      findRegions: !fields.regions?.length,
      regions: [],
      goal: null,
      intended: [],
      hidden: store.state.rankFirst,
      status: "waiting",
      measuring: false,
      progress: 0,
      problem: null,
      answer: null,
      numbers: {},
      densities: null,
      url: URL.createObjectURL(fields.blob),
      ...fields,
      id,
      name: freeName(fields.name, taken),
    };
    store.update({ designs: [...store.state.designs, design] });
    return id;
  }

  /**
   * Reads files, adds what is a picture and predicts it; tells of what is none.
   * @param {Iterable<File>} files
   */
  async function add(files) {
    /** @type {DesignFields[]} */
    const read = [];
    for (const file of files) {
      try {
        read.push(await readPicture(file));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        notify({ title: error.title, detail: error.words });
      }
    }
    open(read);
  }

  /**
   * Adds designs, looks at the first of them and predicts them.
   * @param {DesignFields[]} pictures
   */
  function open(pictures) {
    const ids = pictures.map((fields) => addDesign(fields));
    if (!ids.length) return;
    for (const id of ids) predict(id); // first: the service is at work while the page is drawn
    store.update({ selected: ids[0], region: null });
  }

  /** @param {string} id */
  function remove(id) {
    const { designs, selected } = store.state;
    const at = designs.findIndex((each) => each.id === id);
    if (at < 0) return;
    cancel(id);
    URL.revokeObjectURL(designs[at].url);
    const left = designs.filter((each) => each.id !== id);
    const next = left[Math.min(at, left.length - 1)]?.id ?? null;
    store.update({ designs: left, ...(selected === id ? { selected: next, region: null } : {}) });
  }

  /**
   * Asks the service for a design's numbers; what was asked before is cancelled.
   * @param {string} id
   */
  async function predict(id) {
    stopTimer(id);
    requests.get(id)?.abort();
    const request = new AbortController();
    requests.set(id, request);
    const asked = store.design(id);
    if (!asked) return;
    const first = asked.answer === null;
    const answered = client.predict(asked, {
      signal: request.signal,
      onProgress: (progress) => first && store.updateDesign(id, { progress }),
      onSent: () => first && store.updateDesign(id, { status: "predicting" }),
    });
    store.updateDesign(id, { status: first ? "sending" : "ready", measuring: true, progress: 0, problem: null });
    try {
      const { answer, sent } = await answered;
      const { window } = store.state;
      const shown = await decodeDensity(sent[window]);
      request.signal.throwIfAborted();
      take(id, asked, answer, { [window]: shown });
      await idle();
      const densities = await decodeOthers(sent, window);
      request.signal.throwIfAborted();
      requests.delete(id);
      // What was changed while the service was at work is measured still.
      store.updateDesign(id, { densities: { ...densities, [window]: shown }, measuring: timers.has(id) });
    } catch (error) {
      if (isAbort(error)) return;
      requests.delete(id);
      if (!(error instanceof Problem)) throw error;
      store.updateDesign(id, { status: first ? "failed" : "ready", measuring: false, problem: error });
    }
  }

  /**
   * @param {string} id
   * @param {Design} asked
   * @param {Answer} answer
   * @param {Densities} densities
   */
  function take(id, asked, answer, densities) {
    const design = store.design(id);
    if (!design) return;
    /** @type {Region[]} */
    const found = answer.regions.slice(asked.regions.length).map((region) => ({
      id: newId(),
      name: freeName(region.name, design.regions.map((each) => each.name)),
      kind: "rectangle",
      x: region.x,
      y: region.y,
      width: region.width,
      height: region.height,
      points: null,
      automatic: true,
    }));
    const measuredRegions = [...asked.regions, ...found];
    const numbers = Object.fromEntries(measuredRegions.map((region, i) => [region.id, answer.regions[i]]));
    // A region that was changed while the service was at work is measured anew by then.
    for (const region of design.regions) {
      const before = asked.regions.find((each) => each.id === region.id);
      if (!before || !sameShape(before, region)) delete numbers[region.id];
    }
    store.updateDesign(id, {
      answer,
      densities,
      numbers,
      regions: [...design.regions, ...found],
      findRegions: false,
      status: "ready",
      problem: null,
    });
  }

  /** @param {string} id */
  function stopTimer(id) {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }

  /**
   * Stops asking; a design without numbers may be asked for again.
   * @param {string} id
   */
  function cancel(id) {
    stopTimer(id);
    requests.get(id)?.abort();
    requests.delete(id);
    const design = store.design(id);
    if (design) store.updateDesign(id, { status: design.answer ? "ready" : "waiting", measuring: false });
  }

  /**
   * Predicts again once nothing more has changed for a moment.
   * @param {string} id
   */
  function measureSoon(id) {
    stopTimer(id);
    if (store.design(id)?.answer === null) {
      predict(id);
      return;
    }
    timers.set(id, setTimeout(() => predict(id), SETTLED));
    store.updateDesign(id, { measuring: true });
  }

  /**
   * Takes these regions; numbers of those that kept their shape stay.
   * @param {string} id
   * @param {Region[]} regions
   */
  function setRegions(id, regions) {
    const design = store.design(id);
    if (!design) return;
    const numbers = { ...design.numbers };
    const there = new Set(regions.map((region) => region.id));
    for (const region of regions) {
      const before = design.regions.find((each) => each.id === region.id);
      if (!before || !sameShape(before, region)) delete numbers[region.id];
    }
    store.updateDesign(id, {
      regions,
      numbers,
      goal: design.goal !== null && there.has(design.goal) ? design.goal : null,
      intended: design.intended.filter((each) => there.has(each)),
    });
    measureSoon(id);
  }

  /**
   * Changes that the service's answer depends on: domain, viewportHeight, findRegions, goal, intended.
   * @param {string} id
   * @param {Partial<Pick<Design, "domain" | "viewportHeight" | "findRegions" | "goal" | "intended">>} options
   */
  function setOptions(id, options) {
    store.updateDesign(id, options);
    measureSoon(id);
  }

  return { add, open, addDesign, remove, predict, cancel, setRegions, setOptions };
}
