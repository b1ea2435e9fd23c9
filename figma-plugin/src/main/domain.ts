/** What kind of design a frame is, as far as its size tells. */

import type { DomainChoice } from "../protocol";
import { showsPicture } from "./layers";
import type { Frame } from "./targets";

/** Longer by shorter side of a sheet: A series, US letter, US tabloid. */
const SHEETS = [Math.SQRT2, 11 / 8.5, 17 / 11];

/** The guess can be changed, so it is made only where a size is telling; "auto" where it is not. */
export function guessDomain(frame: Frame): DomainChoice {
  const { width, height } = frame;
  if (isPhoto(frame)) return "photo";
  if (width >= 280 && width <= 480 && height >= 1.5 * width) return "mobile";
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (height > width && SHEETS.some((sheet) => Math.abs(ratio / sheet - 1) < 0.005)) return "poster";
  if (width >= 960) return "web";
  return "auto";
}

function isPhoto(frame: Frame): boolean {
  const shown = frame.children.filter((child) => child.visible);
  if (shown.length === 0) return showsPicture(frame);
  const [only] = shown;
  return (
    shown.length === 1 &&
    only!.type === "RECTANGLE" &&
    showsPicture(only) &&
    only.width >= frame.width &&
    only.height >= frame.height
  );
}
