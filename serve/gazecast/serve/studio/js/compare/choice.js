/** Which two designs are held against each other, and how far they can be. */

/** Proportions that differ by less than this are the same but for a pixel or two. */
const SAME_PROPORTIONS = 0.02;

/** Narrower than this, px, and this many times as tall, a picture has the form of a phone screen. */
const PHONE = { narrower: 1000, tall: 1.5 };

/** Whether it is a phone screen: as was said of it, else as it was taken for or by its form. */
export function isPhone({ answer, domain, width, height }) {
  if (domain !== "auto") return domain === "mobile";
  return answer?.domain.name === "mobile" || (width < PHONE.narrower && height / width > PHONE.tall);
}

/** state.compare, with designs that are there: by default the one looked at against the one before it. */
export function choice({ compare, designs, selected }) {
  const ids = designs.map((design) => design.id);
  const kept = { layout: "side", goal: undefined, ...compare };
  if (!ids.includes(kept.first)) kept.first = null;
  if (!ids.includes(kept.second)) kept.second = null;
  const at = Math.max(1, ids.indexOf(selected));
  kept.second ??= [ids[at], ...ids].find((id) => id !== undefined && id !== kept.first) ?? null;
  kept.first ??= [ids[ids.indexOf(kept.second) - 1], ...ids].find((id) => id !== undefined && id !== kept.second) ?? null;
  return kept;
}

/** The goal's name: chosen here, or the first design's own. */
export function goalName({ goal }, first) {
  if (goal !== undefined) return goal;
  return first.regions.find((region) => region.id === first.goal)?.name ?? null;
}

/**
 * {comparable, layable, ready}. A phone screen and a page are two predictions, each with errors of its
 * own that were never measured against the other's: they are shown beside each other and no more.
 * Pictures of other proportions cannot be laid over each other.
 */
export function comparability(first, second) {
  const ready = [first, second].every((design) => design.answer !== null && !design.hidden);
  const phones = [first, second].filter(isPhone).length;
  const proportions = (first.width / first.height) * (second.height / second.width);
  return {
    ready,
    comparable: ready && phones !== 1,
    kinds: phones !== 1,
    layable: phones !== 1 && Math.abs(Math.log(proportions)) < SAME_PROPORTIONS,
  };
}
