/** The view of one frame's attention: layers by share, scores, findings. */

import type { Report, MeasuredRegion } from "answers";
import type { Kind, Layer } from "../../protocol";
import { analyse, removeOverlay, selectLayer, toggleGoal, whatIf } from "../actions";
import { h } from "../dom";
import { chance, percent, range, times } from "../numbers";
import type { Analysis } from "../state";
import { state } from "../state";
import { comparisonResult } from "./compare";
import { choices, errors, legend, notices, progress } from "./parts";

const KINDS: Record<Kind, string> = {
  text: "text",
  button: "button",
  component: "component",
  image: "image",
  layer: "layer",
};

export function analyseView(): HTMLElement[] {
  const { targets } = state;
  const chosen =
    targets.length === 0
      ? "Select one or more frames"
      : targets.length === 1
        ? targets[0]!.name
        : `${targets.length} frames`;
  const head = h(
    "div",
    { class: "row" },
    h("strong", { class: "grow" }, chosen),
    h(
      "button",
      {
        class: "do",
        "data-key": "analyse",
        disabled: targets.length === 0 || state.progress !== null,
        click: () => void analyse(targets.map(({ id }) => id)),
      },
      "Analyse",
    ),
  );
  const shown = state.shown === null ? undefined : state.analyses.get(state.shown);
  return [head, choices(), progress(), errors(), ...(shown ? result(shown) : intro())].filter(
    (part) => part !== null,
  );
}

function intro(): HTMLElement[] {
  return [
    h(
      "p",
      { class: "muted" },
      "The heat map appears over the frame, as a locked layer beside it; the frame itself is not " +
        "changed. Frames are sent to your own server, and kept nowhere.",
    ),
  ];
}

function result(analysis: Analysis): HTMLElement[] {
  if (state.whatIf) {
    const back = () => {
      state.whatIf = null;
      void selectLayer(analysis.exported.frame.id);
    };
    return [
      h("button", { class: "plain", "data-key": "back", click: back }, "← Back to the frame"),
      h("h2", {}, `What if “${state.whatIf.hidden}” were hidden?`),
      ...comparisonResult(state.whatIf),
    ];
  }
  const { answer, exported } = analysis;
  return [
    which(analysis),
    legend(),
    table(analysis),
    exported.leftOut > 0
      ? h("p", { class: "muted" }, `The ${exported.leftOut} smallest layers were left out.`)
      : null,
    goalResult(answer, analysis),
    ...findings(answer),
    ...scores(answer),
    notices(answer.domain.name, answer.accuracy, answer.unfamiliar.warning, answer.notice),
  ].filter((part) => part !== null);
}

/** The frame that is shown, and what can be done with it. */
function which({ exported: { frame } }: Analysis): HTMLElement {
  const select = h(
    "select",
    {
      class: "grow",
      "data-key": "shown",
      "aria-label": "Frame",
      change: () => {
        state.shown = select.value;
        void selectLayer(select.value);
      },
    },
    ...[...state.analyses].map(([id, { exported }]) =>
      h("option", { value: id, selected: id === frame.id }, exported.frame.name),
    ),
  );
  const busy = state.progress !== null;
  return h(
    "section",
    {},
    h("h2", {}, "Attention"),
    h(
      "div",
      { class: "row" },
      select,
      h(
        "button",
        {
          class: "plain",
          "data-key": "update",
          disabled: busy,
          click: () => void analyse([frame.id]),
        },
        "Update",
      ),
      h(
        "button",
        {
          class: "plain",
          "data-key": "remove",
          disabled: busy,
          click: () => void removeOverlay(frame.id),
        },
        "Remove",
      ),
    ),
    state.edited.has(frame.id)
      ? h("p", { class: "warning" }, "The frame was edited since. Update to see what that changes.")
      : null,
  );
}

function table(analysis: Analysis): HTMLElement {
  const { answer, exported } = analysis;
  if (exported.layers.length === 0) {
    return h(
      "p",
      { class: "notice" },
      "No layers to measure. Give layers names, or set a smaller minimum size or more levels in the " +
        "settings.",
    );
  }
  // The server answers in the order in which it was asked.
  const rows = exported.layers
    .map((layer, index) => ({ layer, region: answer.regions[index]! }))
    .sort((a, b) => b.region.share - a.region.share);
  const observers = answer.regions[0]!.interval?.observers;
  return h(
    "section",
    {},
    h(
      "table",
      { class: "layers" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", {}, "Layer"),
          h("th", { title: "Share of all looks" }, "Share"),
          h("th", { title: "Times what an even spread would give" }, "× even"),
          h("th", { title: "Chance that one person has looked at it by then" }, "by 1 s"),
          h("th", {}, "by 3 s"),
          h("th", {}, "by 5 s"),
          h("th", { title: "Mark as the goal" }, "Goal"),
          h("th", { title: "What if it were hidden?" }, "Hide"),
        ),
      ),
      h("tbody", {}, ...rows.map(({ layer, region }) => row(analysis, layer, region))),
    ),
    observers === undefined
      ? null
      : h(
          "p",
          { class: "muted" },
          `Share of all looks; in 90 % of cases a panel of ${observers} people shows one in the range. ` +
            "By 1, 3 and 5 s: the chance that one person has looked there by then.",
        ),
  );
}

function row(analysis: Analysis, layer: Layer, region: MeasuredRegion): HTMLElement {
  const { id, kind } = layer;
  const { name, share, interval, intensity, seen, contrast } = region;
  const isGoal = analysis.goal === id;
  const busy = state.progress !== null;
  const only = (event: Event, action: () => void) => {
    event.stopPropagation(); // else the row would select the layer as well
    action();
  };
  const about = contrast === null ? KINDS[kind] : `${KINDS[kind]} · contrast ${contrast.toFixed(1)}`;
  return h(
    "tr",
    { class: isGoal ? "goal" : "", click: () => void selectLayer(id) },
    h(
      "td",
      {},
      h(
        "button",
        { class: "name", "data-key": `name ${id}`, title: `Select “${name}” in Figma` },
        name,
      ),
      h("small", {}, about),
    ),
    h("td", {}, percent(share), interval && h("small", {}, range(interval.low, interval.high))),
    h("td", {}, times(intensity)),
    ...(["1s", "3s", "5s"] as const).map((window) =>
      h("td", {}, seen ? chance(seen[window]!).replace("over ", "> ") : "–"),
    ),
    h(
      "td",
      {},
      h(
        "button",
        {
          class: "icon",
          "data-key": `goal ${id}`,
          "aria-pressed": String(isGoal),
          "aria-label": `Goal: ${name}`,
          disabled: busy,
          click: (event) => only(event, () => void toggleGoal(analysis, id)),
        },
        "◎",
      ),
    ),
    h(
      "td",
      {},
      h(
        "button",
        {
          class: "icon",
          "data-key": `hide ${id}`,
          "aria-label": `What if ${name} were hidden?`,
          disabled: busy,
          click: (event) => only(event, () => void whatIf(analysis, id)),
        },
        "⊘",
      ),
    ),
  );
}

function goalResult({ intended_order: order }: Report, analysis: Analysis) {
  const goal = analysis.exported.layers.find(({ id }) => id === analysis.goal);
  if (!goal || !order) return null;
  const { name } = goal.region;
  const text =
    order.outranking.length === 0
      ? `Goal: nothing is expected to be seen before “${name}”.`
      : `Goal: “${name}” is expected to be seen after: ${order.outranking.join(", ")}.`;
  return h("p", { class: "notice" }, text);
}

function findings({ findings }: Report): HTMLElement[] {
  if (findings.length === 0) return [];
  return [
    h("h2", {}, "Findings"),
    ...findings.map(({ observation, hypothesis, suggestion }) =>
      h(
        "div",
        { class: "finding" },
        h("p", {}, observation),
        h("p", { class: "muted" }, hypothesis),
        h("p", {}, suggestion),
      ),
    ),
  ];
}

function scores({ scores }: Report): HTMLElement[] {
  if (!scores) return []; // the plugin asks for them; other clients need not
  const { focus, half_area, clarity, reference_set } = scores;
  const rows: [string, string][] = [
    ["Focus", `${focus.toFixed(2)} (0 spread evenly, 1 in one place)`],
    ["Half of the looks", `on ${percent(half_area)} of the frame`],
  ];
  if (clarity !== null && reference_set !== null) {
    rows.push(["Clarity", `${Math.round(clarity)} of 100, against ${reference_set}`]);
  }
  const list = rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
  return [h("h2", {}, "Scores"), h("dl", {}, ...list)];
}
