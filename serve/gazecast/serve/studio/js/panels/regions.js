/** The regions as a table: their numbers, their names, the goal; in and out as JSON. */

import { Problem } from "../api/problem.js";
import { chooseFiles } from "../picture/choose.js";
import { regionsFromJson, regionsToJson } from "../regions/json.js";
import { freeName, measured } from "../state/designs.js";
import { tabSeparated } from "../takeaway/spreadsheet.js";
import { element, icon } from "../ui/element.js";
import { keepFocus } from "../ui/keep_focus.js";
import { percent, range, seconds, times } from "../ui/numbers.js";
import { term } from "../ui/term.js";

const DEFINITIONS = {
  share: "Share of all looks that fall into the region. Below it, where the share of a panel of people would lie in 90 % of cases.",
  intensity: "The share divided by the region's share of the area: 1 is what an even spread gives.",
  seen: "Probability that one person has looked at the region by then.",
};

/** onRemove(id): removes a region. */
export function createRegions(app, { onRemove }) {
  const { store, designs, announce, notify } = app;
  const panel = element("div", { class: "regions-panel" });
  let sort = { by: "share", down: true };
  let drawn = [];

  function draw() {
    const design = store.selected();
    if (!design) return;
    keepFocus(panel, () => panel.replaceChildren(...content(design)));
  }

  function content(design) {
    const actions = toolbar(design);
    if (!design.regions.length) {
      const words = design.measuring ? "Looking for regions." : "Draw a region on the design, or let them be found.";
      return [actions, element("p", { class: "empty" }, words)];
    }
    return [actions, table(design), design.hidden ? null : caption(design)].filter(Boolean);
  }

  function toolbar(design) {
    const button = (name, label, run, more = {}) =>
      element("button", { type: "button", class: "small", onclick: run, "data-key": label, ...more }, name ? icon(name) : null, label);
    return element(
      "div",
      { class: "panel-actions" },
      button("find", "Find", () => designs.setOptions(design.id, { findRegions: true }), {
        title: "Find text blocks, pictures and buttons",
        disabled: design.measuring && !design.answer,
      }),
      button(null, "Copy", () => copy(design), {
        title: "Copy the table",
        // A copy while numbers are still being asked for would lack them.
        disabled: !design.regions.length || !design.regions.every((region) => numbers(design, region)),
      }),
      button(null, "Import", () => importRegions(design), { title: "Regions from a JSON file" }),
      button(null, "Export", () => exportRegions(design), { title: "Regions as a JSON file", disabled: !design.regions.length }),
      design.regions.length > 1
        ? button(null, "Clear", () => designs.setRegions(design.id, []), { title: "Remove all regions" })
        : null,
    );
  }

  // ---- Table ----

  function table(design) {
    const { window } = store.state;
    return element(
      "div",
      { class: "table-frame" },
      element(
        "table",
        { class: design.measuring ? "measuring" : "" },
        element("caption", { class: "visually-hidden" }, `Regions of ${design.name}, first ${seconds(window)}`),
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "col", class: "goal" }, element("span", { class: "visually-hidden" }, "Goal")),
            heading("name", "Region"),
            heading("share", "Share", DEFINITIONS.share),
            heading("intensity", "Intensity", DEFINITIONS.intensity),
            heading("seen", `Seen by ${seconds(window)}`, DEFINITIONS.seen),
            element("th", { scope: "col" }, element("span", { class: "visually-hidden" }, "Remove")),
          ),
        ),
        element("tbody", {}, sorted(design).map((region) => row(design, region))),
      ),
    );
  }

  function heading(by, label, definition) {
    const active = sort.by === by;
    const arrow = element("span", { class: "arrow", "aria-hidden": "true" }, active ? (sort.down ? "↓" : "↑") : "");
    const button = element(
      "button",
      {
        type: "button",
        class: "sort",
        "data-key": `sort-${by}`,
        title: definition ?? null,
        onclick: () => {
          sort = { by, down: active ? !sort.down : by !== "name" };
          draw();
        },
      },
      label,
      arrow,
    );
    const order = active ? (sort.down ? "descending" : "ascending") : "none";
    return element("th", { scope: "col", "aria-sort": order, class: by === "name" ? "text" : "number" }, button);
  }

  function sorted(design) {
    const value = (region) => {
      if (sort.by === "name") return region.name.toLowerCase();
      return numbers(design, region)?.[sort.by] ?? -1;
    };
    const sign = sort.down ? -1 : 1;
    return [...design.regions].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return sign * (typeof x === "string" ? x.localeCompare(y, undefined, { numeric: true }) : x - y);
    });
  }

  /** {share, interval, intensity, seen} in the window that is looked at, or null. */
  function numbers(design, region) {
    const answer = design.hidden ? null : measured(design, region);
    const { window } = store.state;
    return answer && { ...answer.by_window[window], seen: answer.seen?.[window] ?? null };
  }

  function row(design, region) {
    const told = numbers(design, region);
    const goal = element(
      "button",
      {
        type: "button",
        class: "quiet goal-button",
        "data-key": `goal-${region.id}`,
        "aria-pressed": design.goal === region.id,
        "aria-label": `Goal: ${region.name}`,
        title: design.goal === region.id ? "This should be seen; press to unmark" : "Mark as what should be seen",
        onclick: () => designs.setOptions(design.id, { goal: design.goal === region.id ? null : region.id }),
      },
      icon("target"),
    );
    const name = element("input", {
      type: "text",
      class: "region-name",
      value: region.name,
      maxlength: 200,
      "aria-label": "Name",
      "data-key": `name-${region.id}`,
      onfocus: () => store.update({ region: region.id }),
      onchange: () => rename(design.id, region, name),
      onkeydown: (event) => event.key === "Enter" && name.blur(),
    });
    return element(
      "tr",
      {
        class: region.id === store.state.region ? "selected" : "",
        "data-region": region.id,
        onclick: () => store.update({ region: region.id }),
      },
      element("td", { class: "goal" }, goal),
      element("th", { scope: "row", class: "text" }, name),
      element("td", { class: "number" }, told ? shareCell(told) : "…"),
      element("td", { class: "number" }, told ? times(told.intensity) : "…"),
      element("td", { class: "number" }, told ? (told.seen === null ? "–" : percent(told.seen)) : "…"),
      element(
        "td",
        { class: "act" },
        element(
          "button",
          {
            type: "button",
            class: "quiet",
            "aria-label": `Remove ${region.name}`,
            title: "Remove",
            onclick: (event) => {
              event.stopPropagation();
              onRemove(region.id);
            },
          },
          icon("close"),
        ),
      ),
    );
  }

  function shareCell({ share, interval }) {
    return [
      element("span", { class: "value" }, percent(share)),
      interval ? element("span", { class: "interval" }, range(interval)) : null,
    ];
  }

  function caption(design) {
    const first = design.regions.map((region) => measured(design, region)).find((each) => each?.interval);
    return element(
      "p",
      { class: "fine" },
      term("Share", DEFINITIONS.share),
      ", ",
      term("intensity", DEFINITIONS.intensity),
      " and ",
      term("seen", DEFINITIONS.seen),
      ` in the first ${seconds(store.state.window)}.`,
      first ? ` Ranges: 90 % of panels of ${first.interval.observers} people.` : "",
    );
  }

  function rename(designId, region, field) {
    const design = store.design(designId);
    const wanted = field.value.trim();
    const others = design.regions.filter((each) => each.id !== region.id).map((each) => each.name);
    if (!wanted || wanted === region.name) {
      field.value = region.name;
      return;
    }
    const name = freeName(wanted, others);
    designs.setRegions(designId, design.regions.map((each) => (each.id === region.id ? { ...each, name, automatic: false } : each)));
  }

  // ---- In and out ----

  async function copy(design) {
    const { window } = store.state;
    const lines = [["Region", "Share", "Low", "High", "Intensity", `Seen by ${seconds(window)}`]];
    for (const region of sorted(design)) {
      const { share, interval, intensity, seen } = numbers(design, region);
      lines.push([region.name, share, interval?.low, interval?.high, intensity, seen]);
    }
    try {
      await navigator.clipboard.writeText(tabSeparated(lines));
    } catch {
      notify({ title: "The table cannot be copied", detail: "The browser does not let this page write to the clipboard. Use Take away to save it as a file." });
      return;
    }
    announce("Table copied.");
    notify({ title: "Table copied", kind: "done" });
  }

  function importRegions(design) {
    chooseFiles(
      async ([file]) => {
        try {
          const regions = regionsFromJson(await file.text(), design);
          designs.setRegions(design.id, regions);
          store.update({ region: null, outlines: true });
          announce(`${regions.length} regions imported.`);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          notify({ title: error.title, detail: error.words });
        }
      },
      ".json,application/json",
      false,
    );
  }

  function exportRegions(design) {
    const url = URL.createObjectURL(new Blob([regionsToJson(design.regions)], { type: "application/json" }));
    const stem = design.name.replace(/\.[^.]*$/, "");
    element("a", { href: url, download: `${stem}.regions.json` }).click();
    URL.revokeObjectURL(url);
  }

  store.on((state) => {
    const { id, regions, numbers: known, goal, hidden, measuring } = store.selected() ?? {};
    const now = [id, regions, known, goal, hidden, measuring, state.window];
    // Not drawn anew for this: the cursor is in the field that was clicked.
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll("tr[data-region]"))) {
      row.classList.toggle("selected", row.dataset.region === state.region);
    }
    if (now.every((each, i) => each === drawn[i])) return;
    drawn = now;
    draw();
  });

  return {
    element: panel,
    /** Puts the cursor into the name of a region. */
    editName(id) {
      /** @type {HTMLInputElement | null} */
      const field = panel.querySelector(`[data-key="${CSS.escape(`name-${id}`)}"]`);
      field?.focus({ preventScroll: true });
      field?.select();
    },
  };
}
