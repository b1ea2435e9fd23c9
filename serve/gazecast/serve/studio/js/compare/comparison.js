/** Asks the service for the comparison that is wanted, and keeps what it answered. */

import { Problem } from "../api/problem.js";
import { common } from "./carry.js";
import { goalName } from "./choice.js";

/** Asked this long after the last change: regions are dragged about. */
const SETTLED = 300;
const KEPT = 12; // answers

/**
 * What to ask for: {key, designs, window, goal, wished}. Regions that both have by name are compared;
 * where there are none, the service finds some on the first design and looks them up on the second.
 * Only its answer tells which: wished is a goal that may be among them.
 */
export function asked(first, second, chosen, window) {
  const names = common(first, second).both;
  const designs = [first, second].map((design) => ({
    ...design,
    regions: names.map((name) => design.regions.find((region) => region.name === name && !region.automatic)),
  }));
  const wished = goalName(chosen, first);
  const goal = names.includes(wished) ? wished : null;
  const key = JSON.stringify([designs.map(({ id, domain, regions }) => [id, domain, regions]), window, wished]);
  return { key, designs, window, goal, wished };
}

/** onChange is called when `state` changed: {answer, names, problem, waiting}. */
export function createComparison({ client, announce }, onChange) {
  const answers = new Map();
  let key = null;
  let last = null;
  let timer = 0;
  let request = null;
  let state = { answer: null, names: [], problem: null, waiting: false };

  function set(changes) {
    state = { ...state, ...changes };
    onChange();
  }

  async function ask({ key: wanted, designs, window, goal, wished }) {
    request = new AbortController();
    const names = designs.map((design) => design.name);
    const found = (answer) => answer.automatic && answer.regions.some((region) => region.name === wished);
    try {
      const options = { window, signal: request.signal };
      let answer = await client.compare(designs, { ...options, goal });
      if (found(answer)) answer = await client.compare(designs, { ...options, goal: wished });
      answers.set(wanted, answer);
      if (answers.size > KEPT) answers.delete(answers.keys().next().value);
      set({ answer, names, problem: null, waiting: false });
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Problem)) throw error;
      set({ answer: null, problem: error, waiting: false });
      announce(`${error.title}. ${error.words}`);
    }
  }

  return {
    get state() {
      return state;
    },
    /** wanted: of `asked`, or null for none. Nothing happens where it is what is there or on its way. */
    want(wanted) {
      if (wanted?.key === key) return;
      clearTimeout(timer);
      request?.abort();
      const first = key === null;
      key = wanted?.key ?? null;
      last = wanted;
      if (wanted === null) {
        state = { answer: null, names: [], problem: null, waiting: false };
        return;
      }
      const known = answers.get(key);
      state = {
        ...state,
        problem: null,
        waiting: !known,
        ...(known ? { answer: known, names: wanted.designs.map((design) => design.name) } : {}),
      };
      if (!known) timer = setTimeout(() => ask(wanted), first ? 0 : SETTLED);
    },
    /** Asks once more for what failed. */
    again() {
      set({ problem: null, waiting: true });
      ask(last);
    },
  };
}
