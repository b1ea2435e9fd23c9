"""Renders the example designs: source/*.html to PNG files and the regions measured in them.

Run ``python examples/render.py`` (all designs) or ``python examples/render.py poster`` (one). It
needs a system Chromium, the Playwright Python package and the fonts named in README.md.

Every element with a ``data-region`` attribute becomes one region in ``NAME.regions.json``: a list
of ``{"name", "x", "y", "width", "height"}``, each number a share (0 to 1) of the picture's width or
height, read from the element's own box, so that the regions cannot drift from the design.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

EXAMPLES = Path(__file__).resolve().parent

# One element box per region, in CSS pixels. Anything that is cut off, by the page or by its own
# box, is named too: a design with clipped text is a mistake, not an example.
MEASURE = """
() => {
  const regions = [...document.querySelectorAll('[data-region]')].map(element => {
    const box = element.getBoundingClientRect();
    return {name: element.dataset.region, x: box.x, y: box.y, width: box.width, height: box.height};
  });
  const inside = box => box.left >= -0.5 && box.top >= -0.5
    && box.right <= innerWidth + 0.5 && box.bottom <= innerHeight + 0.5;
  const clipped = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const holder = text.parentElement;
    const overflows = !holder.closest('svg')
      && getComputedStyle(holder).display !== 'inline'
      && holder.scrollWidth > holder.clientWidth + 1;
    if (overflows || ![...range.getClientRects()].every(inside)) clipped.push(text.data.trim());
  }
  return {regions, clipped};
}
"""


class Region(TypedDict):
    """A named box; in CSS pixels as measured, in 0 to 1 of the picture as written."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Design:
    """One picture to render: its page, and its size in CSS pixels times ``scale``."""

    name: str
    page: str
    width: int
    height: int
    scale: int = 1


DESIGNS = (
    Design("landing-page", "landing-page.html", 1366, 768),
    # The fragment selects the second variant in the page's own style sheet (body:target).
    Design("landing-page-b", "landing-page.html#b", 1366, 768),
    Design("phone-screen", "phone-screen.html", 390, 844, scale=2),
    Design("poster", "poster.html", 900, 1273),
)


def measure(page: Page, design: Design) -> list[Region]:
    """The page's regions in 0 to 1 of the picture; ValueError if one, or any text, is cut off."""
    measured = page.evaluate(MEASURE)
    if measured["clipped"]:
        raise ValueError(f"{design.name}: text is cut off: {measured['clipped']}")
    regions: list[Region] = []
    for box in measured["regions"]:
        region = Region(
            name=box["name"],
            x=round(box["x"] / design.width, 4),
            y=round(box["y"] / design.height, 4),
            width=round(box["width"] / design.width, 4),
            height=round(box["height"] / design.height, 4),
        )
        right, bottom = region["x"] + region["width"], region["y"] + region["height"]
        if min(region["x"], region["y"]) < 0 or max(right, bottom) > 1:
            raise ValueError(f"{design.name}: region {region['name']!r} leaves the picture")
        regions.append(region)
    return regions


def render(browser: Browser, design: Design) -> None:
    """Writes ``NAME.png`` and ``NAME.regions.json`` beside this file."""
    page = browser.new_page(
        viewport={"width": design.width, "height": design.height},
        device_scale_factor=design.scale,
    )
    page.goto(f"{(EXAMPLES / 'source').as_uri()}/{design.page}")
    page.evaluate("document.fonts.ready")
    regions = measure(page, design)
    with Image.open(io.BytesIO(page.screenshot())) as screenshot:
        # Chromium writes quick, large files; the same pixels compress a good deal further.
        screenshot.convert("RGB").save(EXAMPLES / f"{design.name}.png", optimize=True)
    page.close()
    lines = ",\n".join(f"  {json.dumps(region)}" for region in regions)
    (EXAMPLES / f"{design.name}.regions.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main(names: list[str]) -> None:
    """Renders the designs called ``names``, or all of them."""
    unknown = set(names) - {design.name for design in DESIGNS}
    if unknown:
        raise SystemExit(f"No such design: {', '.join(sorted(unknown))}.")
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium was not found. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for design in DESIGNS:
            if not names or design.name in names:
                render(browser, design)
                print(f"wrote {design.name}.png and {design.name}.regions.json")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
