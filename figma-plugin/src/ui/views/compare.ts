/** The view of frames beside each other: a verdict, overall and for each layer. */

import type { RegionComparison } from "answers";
import { compareFrames } from "../actions";
import { h } from "../dom";
import { heatImage } from "../heat";
import { chance, percent, range } from "../numbers";
import { commonNames } from "../server";
import type { Comparison, Side } from "../state";
import { state } from "../state";
import { choices, errors, legend, notices, progress } from "./parts";

const MOST = 8;

const NONE = "no_detectable_difference";
const DIFFERS = "differs";

/** Of the heat maps beside each other, px of the longer side. */
const PICTURE_SIDE = 480;

export function compareView(): HTMLElement[] {
  const { targets, comparison } = state;
  const names = targets.map(({ name }) => name).join(" · ");
  const head = h(
    "div",
    { class: "row" },
    h("strong", { class: "grow" }, targets.length < 2 ? "Select two frames" : names),
    h(
      "button",
      {
        class: "do",
        "data-key": "compare",
        disabled: targets.length < 2 || targets.length > MOST || state.progress !== null,
        click: () => void compareFrames(targets.map(({ id }) => id)),
      },
      "Compare",
    ),
  );
  const hint = h(
    "p",
    { class: targets.length > MOST ? "warning" : "muted" },
    targets.length > MOST
      ? `${targets.length} frames are selected; select ${MOST} at most.`
      : `2 to ${MOST} frames, or a component set for its variants. Layers of one name belong together.`,
  );
  const parts = [head, hint, choices(), progress(), errors()];
  if (comparison) parts.push(goalChoice(comparison), ...comparisonResult(comparison));
  return parts.filter((part) => part !== null);
}

function goalChoice({ sides, answer }: Comparison): HTMLElement {
  const names = commonNames(sides.map(({ exported }) => exported));
  const select = h(
    "select",
    {
      "data-key": "compared goal",
      disabled: state.progress !== null || answer.automatic,
      change: () => {
        state.comparedGoal = select.value;
        void compareFrames(sides.map(({ exported }) => exported.frame.id));
      },
    },
    h("option", { value: "" }, "none: which differs, but no better one"),
    ...names.map((name) => h("option", { value: name, selected: name === state.comparedGoal }, name)),
  );
  return h("label", {}, "Layer that should be seen", select);
}

export function comparisonResult(comparison: Comparison): HTMLElement[] {
  const { sides, answer } = comparison;
  const warning = answer.variants.find(({ unfamiliar }) => unfamiliar.warning)?.unfamiliar.warning;
  return [
    h("p", { class: "verdict" }, overall(comparison)),
    h("div", { class: "sides" }, ...sides.map(picture)),
    legend(),
    answer.automatic
      ? h("p", { class: "notice" }, "No layers have the same name, so the server looked for parts itself.")
      : null,
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h("tr", {}, h("th", {}, "Layer"), ...sides.map(({ name }) => h("th", {}, name)), h("th", {}, "Verdict")),
      ),
      h("tbody", {}, ...answer.regions.map((region) => row(region, comparison))),
    ),
    answer.unmatched.length > 0
      ? h("p", { class: "muted" }, `Only in one of them: ${answer.unmatched.join(", ")}.`)
      : null,
    notices(answer.domain.name, answer.domain.validation, warning ?? null, answer.notice),
  ].filter((part) => part !== null);
}

function overall(comparison: Comparison): string {
  const { verdict, probability, goal_region: goal } = comparison.answer;
  if (verdict === NONE) return "No detectable difference";
  if (verdict === DIFFERS) return `Attention differs (${chance(probability)} sure)`;
  return `“${goal!}” is seen more in “${nameOf(verdict, comparison)}” (${chance(probability)} sure)`;
}

/** Variants go by their number, from 1. */
function nameOf(variant: string, { sides }: Comparison): string {
  return sides[Number(variant) - 1]?.name ?? variant;
}

function row({ name, verdict, probability, shares }: RegionComparison, comparison: Comparison) {
  const { sides, answer } = comparison;
  const said =
    verdict === NONE
      ? "no detectable difference"
      : verdict === DIFFERS
        ? `differs (${chance(probability)})`
        : `more in “${nameOf(verdict, comparison)}” (${chance(probability)})`;
  return h(
    "tr",
    { class: name === answer.goal_region ? "goal" : "" },
    h("td", { title: name }, name),
    ...sides.map((_, index) => {
      const one = shares[String(index + 1)];
      if (!one) return h("td", { class: "muted" }, "–");
      return h("td", {}, percent(one.share), h("small", {}, range(one.low, one.high)));
    }),
    h("td", { class: "verdict-cell" }, said),
  );
}

function picture({ exported, name, density }: Side): HTMLElement {
  const { png } = exported;
  const design = h("img", { alt: `${name}, with its attention` });
  const canvas = h("canvas");
  design.addEventListener("load", () => {
    URL.revokeObjectURL(design.src);
    const scale = PICTURE_SIDE / Math.max(design.naturalWidth, design.naturalHeight);
    canvas.width = Math.max(1, Math.round(design.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(design.naturalHeight * scale));
    canvas.getContext("2d")!.putImageData(heatImage(density, canvas.width, canvas.height), 0, 0);
  });
  design.src = URL.createObjectURL(new Blob([png], { type: "image/png" }));
  return h("figure", {}, h("figcaption", { title: name }, name), h("div", { class: "picture" }, design, canvas));
}
