from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from gazecast.analysis.regions import Region
from gazecast.analysis.scores.contrast import contrast_ratio, region_contrast

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
ALL = Region("all", 0, 0, 1, 1)
colours = st.tuples(*[st.integers(0, 255)] * 3)


def text(ink, paper, size: int = 18, jpeg: bool = False) -> np.ndarray:
    image = Image.new("RGB", (260, 60), paper)
    draw = ImageDraw.Draw(image)
    draw.text((10, 15), "Add to basket today", fill=ink, font=ImageFont.load_default(size))
    if jpeg:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=90)
        image = Image.open(file)
    return np.asarray(image)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        (BLACK, WHITE, 21.0),
        ((119, 119, 119), WHITE, 4.48),
        ((118, 118, 118), WHITE, 4.54),
        ((255, 0, 0), WHITE, 4.00),
        ((0, 0, 255), WHITE, 8.59),
        ((0, 128, 0), WHITE, 5.14),
        ((255, 255, 0), BLACK, 19.56),
    ],
)
def test_ratios_are_the_published_ones(one, other, ratio):
    assert contrast_ratio(one, other) == pytest.approx(ratio, abs=0.005)


@given(one=colours, other=colours)
def test_a_ratio_has_no_order_and_stays_in_range(one, other):
    ratio = contrast_ratio(one, other)
    assert ratio == contrast_ratio(other, one)
    assert 1 <= ratio <= 21 + 1e-5
    assert contrast_ratio(one, one) == 1


@pytest.mark.parametrize("wrong", [(256, 0, 0), (0, -1, 0), (1, 2)])
def test_what_is_no_colour_is_refused(wrong):
    with pytest.raises(ValueError, match="give R, G and B of 0 to 255"):
        contrast_ratio(wrong, WHITE)


@pytest.mark.parametrize(
    ("ink", "paper", "normal", "large"),
    [
        (BLACK, WHITE, True, True),
        ((119, 119, 119), WHITE, False, True),
        ((118, 118, 118), WHITE, True, True),
        ((170, 170, 170), WHITE, False, False),
        (WHITE, (20, 90, 200), True, True),
        ((255, 220, 0), (240, 240, 240), False, False),
    ],
)
def test_drawn_text_is_judged_by_its_ink(ink, paper, normal, large):
    found = region_contrast(text(ink, paper), ALL)
    assert (found.foreground, found.background) == (ink, paper)
    assert found.ratio == contrast_ratio(ink, paper)
    assert (found.passes_normal, found.passes_large) == (normal, large)


def test_compression_changes_little():
    found = region_contrast(text((60, 60, 60), (235, 240, 250), jpeg=True), ALL)
    assert found.ratio == pytest.approx(contrast_ratio((60, 60, 60), (235, 240, 250)), rel=0.12)


def test_only_the_region_counts():
    page = np.full((200, 400, 3), 255, np.uint8)
    page[50:110, 100:360] = text(WHITE, (0, 90, 60))
    button = Region.from_pixels("buy", 100, 50, 260, 60, image_width=400, image_height=200)
    found = region_contrast(page, button)
    assert found.region is button
    assert (found.foreground, found.background) == (WHITE, (0, 90, 60))


def test_a_few_stray_pixels_are_no_foreground():
    page = text((119, 119, 119), WHITE)
    page = page.copy()
    page[0, :5] = 0
    assert region_contrast(page, ALL).foreground == (119, 119, 119)


@pytest.mark.parametrize("size", [(1, 1), (40, 60)])
def test_one_colour_has_no_contrast(size):
    assert region_contrast(np.full((*size, 3), 80, np.uint8), ALL) is None


def test_a_region_smaller_than_a_pixel_is_that_pixel():
    page = np.zeros((10, 10, 3), np.uint8)
    assert region_contrast(page, Region("dot", 0.99, 0.99, 0.005, 0.005)) is None


def test_a_large_region_is_judged_by_a_sample_that_no_pattern_escapes():
    page = np.full((2000, 3000, 3), 255, np.uint8)
    page[::2] = 0
    assert region_contrast(page, ALL).ratio == pytest.approx(21)
    page = np.full((1000, 1000, 3), 255, np.uint8)
    page[:, ::50] = 90  # twice the share that counts
    assert region_contrast(page, ALL).foreground == (90, 90, 90)
    page[:, ::50] = 255
    page[:, ::200] = 90  # half of it
    assert region_contrast(page, ALL) is None


def test_a_sample_is_of_the_region_alone():
    page = np.zeros((400, 600, 3), np.uint8)
    page[100:300, 200:500] = (10, 200, 30)
    page[200:300, 200:500] = (250, 250, 240)
    inside = Region.from_pixels("in", 200, 100, 300, 200, image_width=600, image_height=400)
    found = region_contrast(page, inside)
    assert {found.foreground, found.background} == {(10, 200, 30), (250, 250, 240)}
