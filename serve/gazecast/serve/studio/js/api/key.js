/** The API key, where the service asks for one: kept for this tab, until it is closed. */

const PLACE = "gazecast-key";

let ask = () => Promise.resolve(false);
let asking = null;

export const key = {
  get value() {
    return sessionStorage.getItem(PLACE) ?? "";
  },
  set value(value) {
    if (value) sessionStorage.setItem(PLACE, value);
    else sessionStorage.removeItem(PLACE);
  },
};

/** How the key is asked for: a function of the problem that resolves to whether one was given. */
export function askKeyWith(dialogue) {
  ask = dialogue;
}

/** Asks once, however many requests were refused. */
export function askForKey(problem) {
  asking ??= ask(problem).finally(() => {
    asking = null;
  });
  return asking;
}
