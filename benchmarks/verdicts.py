"""How often a comparison says what it should, on real pages.

    python benchmarks/verdicts.py --data DATA [--pages 200] [--buttons 50]

Each of the first pages of alexa500 against itself, recompressed as JPEG, moved by 2 px and at twice
the size: nothing differs. On pages among the rest, a button is drawn twice: once small and pale,
once twice as wide and high and in a strong colour; it is the goal. No page is shown or kept.
"""

from __future__ import annotations

import argparse
from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.progress import track
from rich.table import Table

from gazecast.analysis.comparison import NO_DIFFERENCE
from gazecast.designs.comparison import compare
from gazecast.designs.design import Design
from gazecast.designs.regions import Region
from gazecast.model.predictor import Predictor

CHANGES = ("itself", "JPEG", "moved 2 px", "twice the size")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--buttons", type=int, default=50)
    options = parser.parse_args()
    files = sorted((options.data / "alexa500" / "images").iterdir())
    predictor = Predictor()
    none: Counter[str] = Counter()
    for file in track(files[: options.pages], "The same page"):
        page = Image.open(file).convert("RGB")
        for change in CHANGES:
            variants = {"a": png(page), "b": changed(page, change)}
            designs = [Design(image=image, name=name) for name, image in variants.items()]
            none[change] += compare(predictor, designs).verdict == NO_DIFFERENCE
    rng = np.random.default_rng(0)
    told = 0
    for file in track(files[-options.buttons :], "A button made twice as big"):
        page = Image.open(file).convert("RGB")
        told += compare(predictor, with_buttons(page, rng)).verdict == "strong"
    table = Table("change", "should say", "said so")
    for change in CHANGES:
        table.add_row(change, NO_DIFFERENCE, f"{none[change]} of {options.pages}")
    table.add_row("button", "the variant with the larger one", f"{told} of {options.buttons}")
    Console().print(table)


def png(page: Image.Image) -> bytes:
    file = BytesIO()
    page.save(file, "PNG", compress_level=1)
    return file.getvalue()


def changed(page: Image.Image, change: str) -> bytes:
    if change == "JPEG":
        file = BytesIO()
        page.save(file, "JPEG", quality=80)
        return file.getvalue()
    if change == "moved 2 px":
        rgb = np.pad(np.asarray(page), ((2, 0), (2, 0), (0, 0)), mode="edge")
        return png(Image.fromarray(rgb[: page.height, : page.width]))
    if change == "twice the size":
        return png(page.resize((2 * page.width, 2 * page.height), Image.Resampling.BICUBIC))
    return png(page)


def with_buttons(page: Image.Image, rng: np.random.Generator) -> list[Design]:
    """The page with either button at one random place."""
    unit = page.width / 1366
    centre = (rng.uniform(0.2, 0.8) * page.width, rng.uniform(0.2, 0.8) * page.height)
    designs = []
    for name, scale, fill, ink in (
        ("pale", 1.0, "#e3e6ea", "#9aa1a9"),
        ("strong", 2.0, "#d9480f", "#ffffff"),
    ):
        width, height = 120 * unit * scale, 40 * unit * scale
        left, top = centre[0] - width / 2, centre[1] - height / 2
        box = (left, top, left + width, top + height)
        drawn = page.copy()
        draw = ImageDraw.Draw(drawn)
        draw.rounded_rectangle(box, radius=height / 5, fill=fill)
        font = ImageFont.load_default(0.42 * height)
        draw.text(centre, "Sign up", fill=ink, font=font, anchor="mm")
        button = Region(name="button", x=left, y=top, width=width, height=height, unit="px")
        designs.append(
            Design(
                image=png(drawn),
                name=name,
                regions=[button],
                goal_region="button",
                domain="web",
            )
        )
    return designs


if __name__ == "__main__":
    main()
