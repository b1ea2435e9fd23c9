/** The order in which regions should be seen: said before the reveal or after it, and what became of it. */

import { element, icon, shape } from "../ui/element.js";
import { keepFocus } from "../ui/keep_focus.js";
import { term } from "../ui/term.js";

const ROW = 40; // px of a row of both orders, as in css/panels.css

export function createOrder({ store, designs, announce }) {
  const panel = element("div", { class: "order-panel" });
  let drawn = [];
  let editing = null; // id of the design whose order is changed after the reveal

  function draw() {
    const design = store.selected();
    if (!design) return;
    keepFocus(panel, () => panel.replaceChildren(...content(design).filter(Boolean)));
  }

  function content(design) {
    if (design.hidden) return ranking(design);
    if (!design.answer) return [element("p", { class: "empty" }, "The predicted order comes with the prediction.")];
    if (editing === design.id) return [...rankLists(design), button("Done", "primary", () => ((editing = null), draw()))];
    return design.intended.length ? bothOrders(design) : predictedOrder(design);
  }

  const button = (label, style, run, more = {}) =>
    element("button", { type: "button", class: style, "data-key": label, onclick: run, ...more }, label);

  // ---- Before the reveal ----

  function ranking(design) {
    return [
      element("h3", {}, "Before you look"),
      element("p", {}, "Say in which order people should see these. Pick them here or on the design, the first one first."),
      ...rankLists(design),
      element(
        "div",
        { class: "buttons" },
        button("Reveal prediction", "primary", () => reveal(design), { disabled: !design.answer }),
        button("Skip", "", () => {
          store.updateDesign(design.id, { intended: [] });
          reveal(store.design(design.id));
        }, { disabled: !design.answer }),
      ),
      design.answer ? null : element("p", { class: "fine" }, "The prediction is on its way."),
    ];
  }

  function reveal(design) {
    store.updateDesign(design.id, { hidden: false });
    if (design.intended.length) designs.setOptions(design.id, {});
    announce("Prediction revealed.");
  }

  function rankLists(design) {
    const { regions, intended } = design;
    const rest = regions.filter((region) => !intended.includes(region.id));
    return [
      element(
        "ol",
        { class: "ranked", "aria-label": "Intended order" },
        intended.map((id, i) => rankedRow(design, regions.find((region) => region.id === id), i)),
      ),
      intended.length ? null : element("p", { class: "empty" }, "Nothing ranked yet."),
      rest.length ? element("h4", {}, "Not ranked") : null,
      element(
        "ul",
        { class: "unranked", "aria-label": "Not ranked" },
        rest.map((region) =>
          element(
            "li",
            {},
            element(
              "button",
              { type: "button", class: "chip", "data-key": `rank-${region.id}`, onclick: () => rank(region.id) },
              icon("add"),
              region.name,
            ),
          ),
        ),
      ),
      regions.length ? null : element("p", { class: "fine" }, "Regions are being looked for; you can draw your own, too."),
    ].filter(Boolean);
  }

  function rankedRow(design, region, i) {
    const act = (name, label, to, disabled) =>
      element(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": `${label} ${region.name}`,
          title: label,
          "data-key": `${name}-${region.id}`,
          disabled,
          onclick: () => change(design, to),
        },
        icon(name),
      );
    const { intended } = design;
    const without = intended.toSpliced(i, 1);
    return element(
      "li",
      { draggable: "true", "data-id": region.id, ondragstart: startDrag, ondragover: (event) => event.preventDefault(), ondrop: dropOn },
      element("span", { class: "place" }, i + 1),
      element("span", { class: "name" }, region.name),
      act("up", "Earlier:", without.toSpliced(i - 1, 0, region.id), i === 0),
      act("down", "Later:", without.toSpliced(i + 1, 0, region.id), i === intended.length - 1),
      act("close", "Take out", without, false),
    );
  }

  function startDrag(event) {
    event.dataTransfer.setData("text/x-region", event.currentTarget.dataset.id);
    event.dataTransfer.effectAllowed = "move";
  }

  function dropOn(event) {
    const id = event.dataTransfer.getData("text/x-region");
    const design = store.selected();
    if (!design.intended.includes(id)) return;
    event.preventDefault();
    const to = design.intended.indexOf(event.currentTarget.dataset.id);
    change(design, design.intended.filter((each) => each !== id).toSpliced(to, 0, id));
  }

  /** Ranks a region last, or takes it out of the order. */
  function rank(id) {
    const design = store.selected();
    const { intended } = design;
    const name = design.regions.find((region) => region.id === id).name;
    const there = intended.includes(id);
    change(design, there ? intended.filter((each) => each !== id) : [...intended, id]);
    announce(there ? `${name} taken out.` : `${name} is number ${intended.length + 1}.`);
  }

  function change(design, intended) {
    // Before the reveal nothing is shown of the answer, so it need not be asked for.
    if (design.hidden) store.updateDesign(design.id, { intended });
    else designs.setOptions(design.id, { intended });
  }

  // ---- After it ----

  function predictedOrder(design) {
    const names = design.answer.first_glance_order;
    if (!names.length) {
      return [element("p", { class: "empty" }, "With regions, this tells in which order they are expected to be seen.")];
    }
    return [
      element("h3", {}, "Expected to be seen first"),
      element("ol", { class: "predicted" }, names.map((name, i) => item(name, i))),
      button("Say what you intended", "", () => ((editing = design.id), draw())),
      fine(),
    ];
  }

  function item(name, i, more = {}) {
    return element("li", more, element("span", { class: "place" }, i + 1), element("span", { class: "name" }, name));
  }

  function bothOrders(design) {
    const told = design.answer.intended_order;
    const intended = design.intended.map((id) => design.regions.find((region) => region.id === id).name);
    const predicted = design.answer.first_glance_order.filter((name) => intended.includes(name));
    const height = intended.length * ROW;
    const links = shape("svg", { class: "links", width: 48, height, viewBox: `0 0 48 ${height}`, "aria-hidden": "true" });
    intended.forEach((name, from) => {
      const to = predicted.indexOf(name);
      if (to < 0) return;
      const [y1, y2] = [(from + 0.5) * ROW, (to + 0.5) * ROW];
      links.append(shape("path", { d: `M0 ${y1}C24 ${y1} 24 ${y2} 48 ${y2}`, class: shift(from, to) }));
    });
    const moved = (name, i) => {
      const to = predicted.indexOf(name);
      const words = to === i ? "as intended" : to < 0 ? "" : `predicted number ${to + 1}`;
      return element("span", { class: "visually-hidden" }, words);
    };
    return [
      element(
        "div",
        { class: "orders" },
        element("h3", {}, "Intended"),
        element("h3", { class: "second" }, "Predicted"),
        element("ol", { class: "intended" }, intended.map((name, i) => {
          const row = item(name, i, { class: shift(i, predicted.indexOf(name)) });
          row.append(moved(name, i));
          return row;
        })),
        links,
        element("ol", { class: "predicted" }, predicted.map((name, i) => item(name, i, { class: shift(intended.indexOf(name), i) }))),
      ),
      // After a change, what was told before is of another order.
      told?.intended.join("\n") === intended.join("\n") ? agreement(told) : null,
      button("Change the order", "", () => ((editing = design.id), draw())),
      fine(),
    ].filter(Boolean);
  }

  const shift = (from, to) => (from === to ? "same" : to < from ? "earlier" : "later");

  function agreement({ agreement: tau, goal_region: goal, outranking }) {
    const words =
      tau === null
        ? "The orders cannot be compared: one of them is a tie."
        : `The predicted order is ${inWords(tau)} the intended one`;
    return element(
      "p",
      { class: "agreement" },
      words,
      tau === null ? null : [" (", term("agreement", "Kendall's tau-b of both orders over all regions: 1 the same, 0 unrelated, -1 reversed."), ` ${tau.toFixed(2)}).`],
      goal && outranking.length ? element("span", {}, ` Before ${goal}: ${outranking.join(", ")}.`) : null,
    );
  }

  function inWords(tau) {
    if (tau > 0.7) return "close to";
    if (tau > 0.2) return "partly like";
    return tau > -0.2 ? "unrelated to" : "nearly the reverse of";
  }

  function fine() {
    return element("p", { class: "fine" }, "By the share of looks in the first second, ties by the later windows. An order of chances, not a path of the eye.");
  }

  store.on(() => {
    const { id, regions, intended, hidden, answer } = store.selected() ?? {};
    const now = [id, regions, intended, hidden, answer];
    if (now.every((each, i) => each === drawn[i])) return;
    drawn = now;
    draw();
  });

  return { element: panel, rank };
}
