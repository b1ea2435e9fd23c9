/** The API key, where the service asks for one: kept for this tab, until it is closed. */

/** @import { Problem } from "./problem.js" */

const PLACE = "gazecast-key";

/** @typedef {(problem: Problem) => Promise<boolean>} KeyDialogue of a problem to whether a key was given */

/** @type {KeyDialogue} */
let ask = () => Promise.resolve(false);
/** @type {Promise<boolean> | null} */
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

/**
 * How the key is asked for.
 * @param {KeyDialogue} dialogue
 */
export function askKeyWith(dialogue) {
  ask = dialogue;
}

/**
 * Asks once, however many requests were refused.
 * @param {Problem} problem
 */
export function askForKey(problem) {
  asking ??= ask(problem).finally(() => {
    asking = null;
  });
  return asking;
}
