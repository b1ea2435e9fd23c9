/** A comparison's verdict in words. Numbers come from the service; nothing is decided here. */

import { percent } from "../ui/numbers.js";

export const NO_DIFFERENCE = "no_detectable_difference";
const DIFFERS = "differs";

// The words of the IPCC for chances (Mastrandrea et al. 2010, "Guidance note on consistent treatment
// of uncertainties"), which readers of reports know; below them, a chance is no better than a coin's.
const CHANCES = [
  [0.99, "virtually certain"],
  [0.95, "extremely likely"],
  [0.9, "very likely"],
  [0.66, "likely"],
  [0, "about as likely as not"],
];

/** A probability of 0.5 to 1 in words. */
export function chanceWords(probability) {
  return CHANCES.find(([least]) => probability >= least)[1];
}

/** In percent; never "100 %", as nothing here is certain. */
export function chancePercent(probability) {
  return probability > 0.99 ? "more than 99\u00a0%" : `${Math.round(100 * probability)}\u00a0%`;
}

/** Of a region: which of the two designs it is seen more in. */
export function regionVerdict(region, names) {
  const leader = names.indexOf(region.verdict);
  if (leader >= 0) {
    return {
      detected: true,
      leader,
      words: `More in ${letter(leader)}`,
      chance: `${chanceWords(region.probability)}, ${chancePercent(region.probability)}`,
    };
  }
  return {
    detected: false,
    leader: null,
    words: "No detectable difference",
    chance: leans(region)
      ? `${chancePercent(region.probability)} that ${letter(higher(region, names))} truly has more`
      : "",
  };
}

/**
 * The verdict on two designs: {kind, title, chance, words}. kind: "leads", "differs", "same".
 * names: of both, in order.
 */
export function overallVerdict(answer, names) {
  const goal = answer.regions.find((region) => region.name === answer.goal_region);
  const leader = names.indexOf(answer.verdict);
  if (leader >= 0) {
    return {
      kind: "leads",
      title: `“${answer.goal_region}” is seen more in ${letter(leader)}`,
      chance: chanceSentence(answer.probability),
      words: `${shares(goal, names)} This says where people look, not which design works better.`,
    };
  }
  const changed = answer.regions.filter((region) => region.verdict !== NO_DIFFERENCE);
  if (answer.verdict === DIFFERS) {
    const first = goal
      ? `No detectable difference for “${goal.name}”; other regions differ: `
      : "Seen differently: ";
    const advice = goal
      ? ""
      : " Attention alone makes neither the better one: choose the region that should be seen, and the verdict can name a design.";
    return {
      kind: "differs",
      title: "A and B differ",
      chance: chanceSentence(answer.probability),
      words: `${first}${changed.map((region) => changedWords(region, names)).join("; ")}.${advice}`,
    };
  }
  const closest = answer.regions.reduce((a, b) => (b.probability > a.probability ? b : a));
  const chance = leans(closest)
    ? `The clearest of them is “${closest.name}”: ${chancePercent(closest.probability)} that ` +
      `${letter(higher(closest, names))} truly has more, which is too little to rely on. `
    : "";
  return {
    kind: "same",
    title: "No detectable difference",
    chance: "",
    words:
      `In none of the ${answer.regions.length === 1 ? "compared places" : `${answer.regions.length} regions`} do A and B ` +
      `differ by more than such predictions are known to err. ${chance}Either design will do as far as attention goes, ` +
      "or only a test with people can tell.",
  };
}

export function letter(position) {
  return "AB"[position];
}

function chanceSentence(probability) {
  const words = String(chanceWords(probability));
  return `${words[0].toUpperCase()}${words.slice(1)}: ${chancePercent(probability)}`;
}

function changedWords(region, names) {
  const { words } = regionVerdict(region, names);
  return `“${region.name}” ${words.toLowerCase().replace(/ [ab]$/, (end) => end.toUpperCase())}`;
}

function shares(region, names) {
  const [a, b] = names.map((name) => percent(region.shares[name].share));
  return `A ${a}, B ${b} of all looks.`;
}

/** A chance that is rounded to 50 % says nothing of a side; correcting for many regions makes it so. */
function leans(region) {
  return region.probability >= 0.505;
}

function higher(region, names) {
  return region.shares[names[1]].share > region.shares[names[0]].share ? 1 : 0;
}
