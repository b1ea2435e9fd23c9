/** Which pictures are pages longer than a screen, and how high the screen is. */

const DESKTOP = { least: 1000, tall: 1.5, screen: 9 / 16 };
const PHONE = { tall: 2.6, screen: 844 / 390 };

/** Height of the screen in px for a picture that must be scrolled, null for one seen at once. */
export function screenHeight(width, height) {
  const ratio = height / width;
  if (width >= DESKTOP.least && ratio > DESKTOP.tall) return Math.round(width * DESKTOP.screen);
  if (width < DESKTOP.least && ratio > PHONE.tall) return Math.round(width * PHONE.screen);
  return null;
}

/** What to propose when a picture is said to be a long page. */
export function usualScreen(width, height) {
  const screen = width < DESKTOP.least ? PHONE.screen : DESKTOP.screen;
  return Math.min(Math.round(width * screen), height);
}

/** Lines over a long page: {y in px, label, kind}. */
export function pageLines(longPage, height) {
  if (!longPage) return [];
  const { viewport_height: fold, half_reach: half, quarter_reach: quarter, false_bottoms: bottoms } = longPage;
  const lines = [
    fold < height && { y: fold, label: "Fold: the first screen ends", kind: "fold" },
    half && half < height && { y: half, label: "Half of the visitors get here", kind: "reach" },
    quarter && quarter < height && { y: quarter, label: "A quarter of the visitors get here", kind: "reach" },
    ...bottoms.map((each) => ({ y: each.top, label: "Looks like the end of the page", kind: "bottom" })),
  ].filter(Boolean);
  return apart(lines, height);
}

/** Lines closer than this part of the height share one label. */
const CLOSE = 0.006;

function apart(lines, height) {
  const sorted = lines.sort((a, b) => a.y - b.y);
  return sorted.reduce((kept, line) => {
    const last = kept.at(-1);
    if (last && line.y - last.y < CLOSE * height) last.label += `; ${line.label}`;
    else kept.push({ ...line });
    return kept;
  }, []);
}
