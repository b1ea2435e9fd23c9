/** Regions drawn over a design in a comparison, to look at: drawing and editing is done on one design. */

import { shape } from "../ui/element.js";
import { createLabelRoom } from "../ui/label_room.js";

const LETTER = 8; // px, about
const LINE = 15;

export function createOutlines(viewer) {
  const group = shape("g", { class: "still", "aria-hidden": "true" });
  viewer.overlay.append(group);
  let regions = [];

  function place() {
    const hasRoom = createLabelRoom();
    group.replaceChildren(
      ...regions.map((region) => {
        const corners = (region.points ?? box(region)).map(viewer.toScreen);
        const left = Math.min(...corners.map(([x]) => x));
        const top = Math.min(...corners.map(([, y]) => y));
        const points = corners.map((corner) => corner.map((each) => each.toFixed(1)).join(",")).join(" ");
        return shape(
          "g",
          { class: ["region", region.goal && "goal", region.automatic && "automatic"].filter(Boolean).join(" ") },
          shape("polygon", { points, class: "halo" }),
          shape("polygon", { points, class: "line" }),
          labelAt(region.name, left + 1, top < 18 ? top + 15 : top - 5, hasRoom),
        );
      }),
    );
  }

  viewer.events.addEventListener("move", place);
  return {
    place,
    show(next) {
      regions = next.toSorted((a, b) => b.goal - a.goal);
      place();
    },
  };
}

function labelAt(name, left, bottom, hasRoom) {
  const box = { left, right: left + LETTER * name.length, top: bottom - LINE, bottom };
  return hasRoom(box) ? shape("text", { class: "label", x: left, y: bottom }, name) : null;
}

function box({ x, y, width, height }) {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}
