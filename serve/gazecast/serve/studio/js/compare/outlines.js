/** Regions drawn over a design in a comparison, to look at: drawing and editing is done on one design. */

import { shape } from "../ui/element.js";

export function createOutlines(viewer) {
  const group = shape("g", { class: "compare-outlines", "aria-hidden": "true" });
  viewer.overlay.append(group);
  let regions = [];

  function place() {
    group.replaceChildren(
      ...regions.map((region) => {
        const corners = (region.points ?? box(region)).map(viewer.toScreen);
        const left = Math.min(...corners.map(([x]) => x));
        const top = Math.min(...corners.map(([, y]) => y));
        const points = corners.map((corner) => corner.map((each) => each.toFixed(1)).join(",")).join(" ");
        return shape(
          "g",
          { class: region.goal ? "goal" : null },
          shape("polygon", { points, class: "halo" }),
          shape("polygon", { points }),
          shape("text", { x: left + 5, y: top + 15 }, region.name),
        );
      }),
    );
  }

  viewer.events.addEventListener("move", place);
  return {
    place,
    show(next) {
      regions = next;
      place();
    },
  };
}

function box({ x, y, width, height }) {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}
