/** What the browser keeps: designs by id, and how the page was left. IndexedDB, as pictures are large. */

const NAME = "gazecast-studio";
const VERSION = 1;
const DESIGNS = "designs";
const SESSION = "session";

/** Rejects where the browser keeps nothing, as some do in private windows. */
export function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(DESIGNS, { keyPath: "id" });
      request.result.createObjectStore(SESSION);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(database(request.result));
  });
}

function database(opened) {
  // Another tab may want to change or delete it: nothing is lost, as all is written already.
  opened.onversionchange = () => opened.close();

  /** Runs `work` on both stores as one transaction; resolves when it is on the disk. */
  function transaction(mode, work) {
    return new Promise((resolve, reject) => {
      const running = opened.transaction([DESIGNS, SESSION], mode);
      const result = work(running.objectStore(DESIGNS), running.objectStore(SESSION));
      running.oncomplete = () => resolve(result);
      running.onabort = () => reject(running.error);
    });
  }

  return {
    /** {designs, session}; session is null where nothing was kept. */
    async read() {
      const [designs, session] = await transaction("readonly", (designs, session) => [
        designs.getAll(),
        session.get(SESSION),
      ]);
      return { designs: designs.result, session: session.result ?? null };
    },

    write({ put, remove, session }) {
      return transaction("readwrite", (designs, kept) => {
        for (const design of put) designs.put(design);
        for (const id of remove) designs.delete(id);
        kept.put(session, SESSION);
      });
    },

    clear() {
      return transaction("readwrite", (designs, session) => {
        designs.clear();
        session.clear();
      });
    },
  };
}
