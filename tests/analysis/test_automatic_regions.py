from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from gazecast.analysis.automatic_regions import AutomaticRegion, automatic_regions
from gazecast.analysis.bounds import MOST_FOUND
from gazecast.analysis.regions import Region, encloses

EXAMPLES = Path(__file__).parents[2] / "examples"
WIDTH, HEIGHT = 1366, 768


def overlap(a: Region, b: Region) -> float:
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(across, 0.0) * max(down, 0.0)


def iou(a: Region, b: Region) -> float:
    common = overlap(a, b)
    return common / (a.area + b.area - common)


def best(region: Region, found: list[AutomaticRegion], kind: str | None = None) -> float:
    kinds = [auto for auto in found if kind in {None, auto.kind}]
    return max((iou(region, auto.region) for auto in kinds), default=0.0)


class Page:
    """A page to draw on, which remembers where the things on it are."""

    def __init__(self, paper: str = "white") -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.drawn: list[tuple[str, Region]] = []

    def text(self, x: int, y: int, words: str, size: int, ink: str = "#222") -> None:
        box = self.draw.multiline_textbbox((x, y), words, font_size=size, spacing=size * 0.4)
        self.draw.multiline_text((x, y), words, ink, font_size=size, spacing=size * 0.4)
        self._remember("text", *box)

    def picture(self, x: int, y: int, width: int, height: int, seed: int) -> None:
        noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        photo = Image.fromarray(noise).resize((width, height), Image.Resampling.NEAREST)
        self.image.paste(photo, (x, y))
        self._remember("picture", x, y, x + width, y + height)

    def button(self, x: int, y: int, width: int, height: int, label: str, fill: str) -> None:
        box = (x, y, x + width - 1, y + height - 1)
        self.draw.rounded_rectangle(box, radius=height // 4, fill=fill)
        middle = (x + width / 2, y + height / 2)
        self.draw.text(middle, label, "white", font_size=height * 0.4, anchor="mm")
        self._remember("button", x, y, x + width, y + height)

    def _remember(self, kind: str, left: float, top: float, right: float, bottom: float) -> None:
        region = Region.from_pixels(kind, left, top, right - left, bottom - top, WIDTH, HEIGHT)
        self.drawn.append((kind, region))

    @property
    def rgb(self) -> np.ndarray:
        return np.asarray(self.image)


def landing_page(paper: str = "white", ink: str = "#222") -> Page:
    page = Page(paper)
    page.text(80, 150, "A headline that\nspans two lines", 64, ink)
    page.text(
        80,
        370,
        "The lead is a paragraph of smaller\ntext in a few lines, as it is\nusual.",
        22,
        ink,
    )
    page.button(80, 520, 200, 56, "Start now", "#2257d4")
    page.picture(740, 140, 500, 400, seed=1)
    page.picture(80, 640, 180, 100, seed=2)
    page.text(560, 660, "Small print at the end of it all", 16, ink)
    return page


@pytest.mark.parametrize(
    ("paper", "ink"), [("white", "#222"), ("#f4ecd8", "#433"), ("#15202b", "#eee")]
)
def test_what_was_drawn_is_found_with_its_kind(paper, ink):
    page = landing_page(paper, ink)
    found = automatic_regions(page.rgb)
    for kind, region in page.drawn:
        assert best(region, found, kind) >= 0.5, (kind, region)
    assert len(found) == len(page.drawn)


def test_regions_come_in_reading_order_and_are_counted_by_kind():
    found = automatic_regions(landing_page().rgb)
    names = "text 1, picture 1, text 2, button 1, picture 2, text 3"
    assert ", ".join(auto.region.name for auto in found) == names


def test_a_button_on_a_picture_lies_in_it():
    page = Page()
    page.picture(200, 100, 900, 500, seed=3)
    page.button(560, 320, 180, 56, "Book", "#102a66")
    button, picture = (automatic.region for automatic in automatic_regions(page.rgb)[::-1])
    assert (button.name, picture.name) == ("button 1", "picture 1")
    assert encloses(picture, button)


def test_lines_and_frames_are_no_regions():
    page = Page()
    page.draw.line([(0, 80), (WIDTH, 80)], "#999", 2)
    page.draw.line([(400, 80), (400, HEIGHT)], "#999", 2)
    page.draw.rectangle([500, 200, 900, 500], outline="#999", width=2)
    assert automatic_regions(page.rgb) == []


@pytest.mark.parametrize("shape", [(768, 1366), (1, 1), (1, 3000), (3000, 1), (20, 20)])
def test_a_blank_page_has_no_regions(shape):
    assert automatic_regions(np.full((*shape, 3), 250, np.uint8)) == []


def test_a_smooth_gradient_has_no_regions():
    ramp = np.linspace(0, 255, 1366).astype(np.uint8)
    assert automatic_regions(np.broadcast_to(ramp[None, :, None], (768, 1366, 3)).copy()) == []


def test_the_same_page_gives_the_same_regions():
    assert automatic_regions(landing_page().rgb) == automatic_regions(landing_page().rgb)


def test_at_most_limit_are_given_the_largest_first_of_all():
    page = Page()
    for row, column in itertools.product(range(6), range(6)):
        page.text(60 + 215 * column, 40 + 120 * row, f"Item {row}{column}", 20 + 4 * row)
    assert len(automatic_regions(page.rgb)) == MOST_FOUND
    every = sorted(auto.region.area for auto in automatic_regions(page.rgb, limit=99))
    few = automatic_regions(page.rgb, limit=3)
    assert sorted(auto.region.area for auto in few) == every[-3:]


@settings(max_examples=25, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(
            st.integers(0, 600), st.integers(0, 300), st.integers(4, 400), st.integers(4, 300)
        ),
        max_size=25,
    ),
    seed=st.integers(0, 2**32 - 1),
    noise=st.sampled_from([0, 6, 60]),
)
def test_regions_of_any_picture_lie_apart(boxes, seed, noise):
    rng = np.random.default_rng(seed)
    rgb = np.full((300, 600, 3), 240, np.int16)
    for x, y, width, height in boxes:
        rgb[y : y + height, x : x + width] = rng.integers(0, 256, 3)
    rgb += rng.integers(-noise, noise + 1, rgb.shape, dtype=np.int16)
    found = automatic_regions(rgb.clip(0, 255).astype(np.uint8))
    assert len(found) <= MOST_FOUND
    for first, second in itertools.combinations(found, 2):
        common = overlap(first.region, second.region)
        buttons = [one.region.area for one in (first, second) if one.kind == "button"]
        assert common <= 1e-9 or (len(buttons) == 1 and common == pytest.approx(buttons[0]))


def test_on_the_examples_the_blocks_that_stand_alone_are_found():
    alone = {
        "landing-page": ["logo", "headline", "lead", "primary button", "hero illustration"],
        "phone-screen": ["headline", "profile picture", "primary button", "offer card"],
        "poster": ["headline", "figure", "date", "place"],
    }
    for name, regions in alone.items():
        found = automatic_regions(np.asarray(Image.open(EXAMPLES / f"{name}.png").convert("RGB")))
        truth = json.loads((EXAMPLES / f"{name}.regions.json").read_text())
        for box in truth:
            if box["name"] in regions:
                assert best(Region(**box), found) >= 0.5, (name, box["name"])
