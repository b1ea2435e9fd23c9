/** Room for labels on a picture: one that would lie on another is left out. */

/** @typedef {{left: number, right: number, top: number, bottom: number}} Edges */

/** A function that takes a box if nothing before it has; tells whether. */
export function createLabelRoom() {
  /** @type {Edges[]} */
  const taken = [];
  /** @param {Edges} box */
  return (box) => {
    const isFree = !taken.some(
      (other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top,
    );
    if (isFree) taken.push(box);
    return isFree;
  };
}
