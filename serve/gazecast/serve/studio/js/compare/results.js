/** What can be said of the difference: the verdict, and each region's. */

import { element, icon } from "../ui/element.js";
import { keepFocus } from "../ui/keep_focus.js";
import { save, stem } from "../takeaway/files.js";
import { formatButton } from "../takeaway/format_button.js";
import { carried, common } from "./carry.js";
import { createTable } from "./table.js";
import { twoPredictions } from "./two_predictions.js";
import { overallVerdict } from "./verdict.js";

const KINDS = { web: "web pages", mobile: "phone screens", poster: "posters", photo: "photographs" };

/** view(): {layout, part} of the stage, for its picture. */
export function createResults(app, view) {
  const panel = element("div", { class: "compare-results", tabindex: "-1" });
  let shown = null; // what the panel was made of
  let told = null; // the answer that was announced

  function render({ first, second, able, comparison, window }, again) {
    if (!able.ready) return [element("p", { class: "compare-wait" }, "The verdict comes once both are predicted and shown.")];
    if (!able.kinds) return [...twoPredictions(first, second, window), takeAway(first, second, null)];
    const { answer, names, problem, waiting } = comparison;
    return [
      problem ? failed(problem, again) : null,
      answer ? verdict(answer, names, waiting) : null,
      !answer && !problem ? element("p", { class: "compare-wait", role: "status" }, "Comparing…") : null,
      carry(first, second),
      answer ? createTable(answer, names) : null,
      answer ? takeAway(first, second, answer) : null,
      answer ? fine(answer, [first, second]) : null,
    ];
  }

  function takeAway(first, second, answer) {
    const name = `${stem(first.name)} and ${stem(second.name)}`;
    const picture = {
      what: "Picture",
      ending: "PNG",
      words: "Both as they are shown, with the legend",
      make: async () => {
        const { comparisonPicture, pngOf } = await import("../takeaway/picture.js");
        const { layout, part } = view();
        const canvas = await comparisonPicture(first, second, { layout, part, state: app.store.state });
        save(await pngOf(canvas), `${name}.${layout}.png`);
      },
    };
    const numbers = {
      what: "Verdicts",
      ending: "JSON",
      words: "All numbers of the comparison",
      make: () => save(JSON.stringify(answer, null, 2), `${name}.json`, "application/json"),
    };
    return element(
      "div",
      { class: "takeaway-formats" },
      [picture, answer && numbers].filter(Boolean).map((format) => formatButton(app, format)),
    );
  }

  function carry(first, second) {
    const { firstOnly } = common(first, second);
    if (!firstOnly.length) return null;
    const names = firstOnly.map((region) => `“${region.name}”`).join(", ");
    return element(
      "div",
      { class: "compare-carry" },
      element("p", {}, `${names} ${firstOnly.length === 1 ? "is" : "are"} on A alone, so there is nothing to compare.`),
      element("button", { type: "button", class: "primary", onclick: () => carryOver(firstOnly, first, second) }, "Carry over to B"),
    );
  }

  function carryOver(regions, first, second) {
    const before = second.regions;
    const { placed, lost } = carried(regions, first, second);
    if (placed.length) app.designs.setRegions(second.id, [...before, ...placed]);
    const count = `${placed.length} ${placed.length === 1 ? "region" : "regions"} carried over to B`;
    const outside = lost.length ? ` Not ${lost.join(", ")}: B ends above it.` : "";
    app.notify({
      title: count,
      detail: `They lie at the same place as on A; move them on B where its layout differs.${outside}`,
      kind: "done",
      action: { label: "Undo", run: () => app.designs.setRegions(second.id, before) },
    });
    app.announce(count);
    panel.focus(); // the button is gone
  }

  return {
    element: panel,
    show(now, again) {
      const key = [now.first, now.second, now.comparison, now.window, now.able.ready, now.able.kinds];
      if (shown && key.every((each, i) => each === shown[i])) return;
      shown = key;
      keepFocus(panel, () => panel.replaceChildren(...render(now, again).filter(Boolean)));
      const { answer, names, waiting } = now.comparison;
      if (answer && !waiting && answer !== told) {
        told = answer;
        const { title, chance } = overallVerdict(answer, names);
        app.announce(`${title}. ${chance}`);
      }
    },
  };
}

function verdict(answer, names, waiting) {
  const { kind, title, chance, words } = overallVerdict(answer, names);
  return element(
    "section",
    { class: `verdict verdict-${kind}`, "aria-busy": waiting ? "true" : null, "data-verdict": kind },
    element("h2", {}, title),
    chance ? element("p", { class: "chance" }, chance) : null,
    element("p", {}, words),
  );
}

function failed(problem, again) {
  return element(
    "div",
    { class: "compare-problem", role: "alert" },
    icon("warning"),
    element("div", {}, element("strong", {}, problem.title), element("p", {}, problem.words)),
    element("button", { type: "button", onclick: again }, "Try again"),
  );
}

/** What the numbers rest on. */
function fine(answer, designs) {
  const apart = answer.apart[0].distance;
  const warnings = answer.variants.map(({ unfamiliar }, i) => unfamiliar.warning && `${"AB"[i]}: ${unfamiliar.warning}`);
  const long = designs.some((design) => design.viewportHeight);
  return element(
    "div",
    { class: "compare-fine" },
    warnings.filter(Boolean).map((words) => element("p", { class: "compare-warning" }, icon("warning"), words)),
    element("p", {}, `Overall ${Math.round(100 * apart)} % of all looks would have to move to make A's prediction B's.`),
    long ? element("p", {}, "Both were compared as pictures seen at once, not screen by screen.") : null,
    element("p", {}, `Compared as ${KINDS[answer.domain.name] ?? answer.domain.name}: ${answer.domain.validation}. Errors of differences as measured: ${answer.basis}.`),
  );
}
