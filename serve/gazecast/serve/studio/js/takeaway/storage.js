/** Keeps the work in the browser, so that a reload loses nothing, and forgets it when told to. */

import { openDatabase } from "./database.js";

/** Written this long after a change, with what has changed by then; before the page goes, at once. */
const SETTLED = 300;

/** Of a design; the rest is made anew. */
const DESIGN = [
  "id", "name", "blob", "width", "height", "domain", "viewportHeight", "findRegions", "regions",
  "goal", "intended", "hidden", "answer", "numbers", "densities", "measuring",
];
/** Of the page. */
const SESSION = ["selected", "mode", "view", "window", "opacity", "outlines", "rankFirst", "compare"];

const OTHER_TABS = "gazecast-studio";

/**
 * Restores what was kept, then keeps what changes. Sets app.storage to {forget()}, which works also
 * where the browser keeps nothing.
 */
export async function startStorage(app) {
  const tabs = new BroadcastChannel(OTHER_TABS);
  let database = null;
  try {
    database = await openDatabase();
    restore(app, await database.read());
  } catch (error) {
    notKept(app, error);
  }
  const keeper = database && keep(app, database);
  tabs.onmessage = () => location.reload();

  app.storage = {
    /** Empties the store, the page, and the key and settings of this site; other tabs start anew. */
    async forget() {
      await keeper?.stop();
      for (const { id } of app.store.state.designs) app.designs.remove(id);
      await database?.clear();
      sessionStorage.clear();
      localStorage.clear();
      tabs.postMessage("forgotten");
      keeper?.start();
    },
  };
}

function restore({ store, designs }, { designs: kept, session }) {
  kept.sort((a, b) => a.position - b.position);
  for (const { position, ...design } of kept) {
    designs.addDesign({ ...design, status: design.answer ? "ready" : "waiting" });
  }
  if (session) store.update(session);
  for (const { id, answer, measuring } of kept) if (!answer || measuring) designs.predict(id);
  predictAnewWithAnotherModel(store, designs);
}

/** Numbers of an older model are not shown beside those of this one. */
function predictAnewWithAnotherModel(store, designs) {
  const end = store.on((state) => {
    if (!state.model) return;
    end();
    for (const { id, answer } of state.designs) {
      if (answer && answer.model.sha256 !== state.model.sha256) {
        store.updateDesign(id, { answer: null, numbers: {}, densities: null });
        designs.predict(id);
      }
    }
  });
}

function keep(app, database) {
  const { store } = app;
  let written = new Map(); // id -> the fields that are in the database
  let timer = 0;
  let writing = Promise.resolve();
  let stopped = false;

  for (const [position, design] of store.state.designs.entries()) written.set(design.id, fields(design, position));

  function write() {
    clearTimeout(timer);
    timer = 0;
    if (stopped) return writing;
    const now = new Map(store.state.designs.map((design, position) => [design.id, fields(design, position)]));
    const put = [...now.values()].filter((design) => !same(design, written.get(design.id)));
    const remove = [...written.keys()].filter((id) => !now.has(id));
    const session = Object.fromEntries(SESSION.map((name) => [name, store.state[name]]));
    written = now;
    writing = writing
      .then(() => (now.size ? database.write({ put, remove, session }) : database.clear()))
      .catch((error) => notKept(app, error));
    return writing;
  }

  store.on((_, changed) => {
    if (!changed.has("designs") && !SESSION.some((name) => changed.has(name))) return;
    timer ||= setTimeout(write, SETTLED);
  });
  addEventListener("pagehide", write);
  document.addEventListener("visibilitychange", () => document.hidden && write());

  return {
    async stop() {
      stopped = true;
      await writing;
    },
    start() {
      stopped = false;
      written = new Map();
    },
  };
}

function fields(design, position) {
  return { ...Object.fromEntries(DESIGN.map((name) => [name, design[name]])), position };
}

/** State is never changed in place, so what is the same is the same object. */
function same(design, before) {
  return before !== undefined && Object.keys(design).every((name) => design[name] === before[name]);
}

let told = false;

function notKept(app, error) {
  if (told) return;
  told = true;
  const full = error?.name === "QuotaExceededError";
  app.notify({
    title: full ? "The browser has no more room for this work" : "This browser does not keep the work",
    detail:
      `${full ? "What was added last" : "It"} is gone when the page is closed or loaded anew. Take away what you need, ` +
      `or ${full ? "remove designs you are done with." : "open the page outside a private window."}`,
  });
}
