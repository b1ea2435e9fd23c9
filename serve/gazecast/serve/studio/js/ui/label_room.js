/** Room for labels on a picture: one that would lie on another is left out. */

/** A function that takes a box {left, right, top, bottom} if nothing before it has; tells whether. */
export function createLabelRoom() {
  const taken = [];
  return (box) => {
    const isFree = !taken.some(
      (other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top,
    );
    if (isFree) taken.push(box);
    return isFree;
  };
}
