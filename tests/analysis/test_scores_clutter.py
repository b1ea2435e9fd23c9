from __future__ import annotations

import math
from dataclasses import asdict

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from gazecast.analysis.scores.clutter import Clutter, clutter, colourfulness
from gazecast.analysis.scores.contours import contour_density
from gazecast.analysis.scores.feature_congestion import feature_congestion
from gazecast.analysis.scores.filters import correlate, gaussian
from gazecast.analysis.scores.srgb import rosenholtz_lab
from gazecast.analysis.scores.subband_entropy import subband_entropy

FLOOR = (0.0007 * 0.1 * 0.05) ** (1 / 3) / 0.2088 + math.sqrt(0.001) / 0.0269


def page(boxes: int, seed: int = 0, size: tuple[int, int] = (288, 512)) -> np.ndarray:
    """White, with so many rectangles of any colour, most of them small."""
    rng = np.random.default_rng(seed)
    rgb = np.full((*size, 3), 255, np.uint8)
    for _ in range(boxes):
        top, left = rng.integers(0, size[0]), rng.integers(0, size[1])
        height, width = rng.integers(6, 40, 2)
        rgb[top : top + height, left : left + width] = rng.integers(0, 256, 3)
    return rgb


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 90)])
def test_a_blank_picture_has_no_clutter(colour):
    blank = clutter(np.full((90, 160, 3), colour, np.uint8))
    assert blank.feature_congestion == pytest.approx(FLOOR, rel=0.02)
    assert blank.subband_entropy == 0
    assert blank.contour_density == 0
    red, green, blue = colour
    opponents = math.hypot(red - green, (red + green) / 2 - blue)
    assert blank.colourfulness == pytest.approx(0.3 * opponents, abs=1e-4)


def test_more_on_the_page_is_more_of_each():
    measured = [asdict(clutter(page(boxes))) for boxes in (0, 4, 16, 64)]
    for measure in measured[0]:
        values = [one[measure] for one in measured]
        assert values == sorted(values), measure
        assert values[-1] > values[1] > values[0]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_mirrored_page_is_as_cluttered(seed):
    rgb = page(20, seed)
    here, there = asdict(clutter(rgb)), asdict(clutter(rgb[:, ::-1]))
    assert there == pytest.approx(here, rel=0.03)


def test_the_same_page_at_twice_the_resolution_is_as_cluttered():
    rgb = page(30)
    twice = np.asarray(Image.fromarray(rgb).resize((1024, 576), Image.Resampling.NEAREST))
    assert asdict(clutter(twice)) == pytest.approx(asdict(clutter(rgb)), rel=0.12)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 2), (37, 53)])
def test_any_size_is_measured(size):
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    assert all(math.isfinite(value) for value in asdict(clutter(rgb)).values())


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 5), np.uint8),
        np.zeros((4, 5, 4), np.uint8),
        np.zeros((4, 5, 3)),
        np.zeros((0, 5, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(ValueError, match="8-bit RGB"):
        clutter(wrong)


def test_clutter_is_the_same_every_time():
    assert clutter(page(9)) == clutter(page(9))
    assert isinstance(clutter(page(9)), Clutter)


# --- Colourfulness, by hand ---


def test_colourfulness_of_two_halves():
    rgb = np.zeros((2, 2, 3), np.uint8)
    rgb[:, 0] = (255, 0, 0)  # rg 255, yb 127.5; the other half black
    spread, mean = math.hypot(127.5, 63.75), math.hypot(127.5, 63.75)
    assert colourfulness(rgb) == pytest.approx(1.3 * mean)
    assert spread == mean


def test_greys_have_no_colour():
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    assert colourfulness(greys) == 0


# --- Contours ---


def test_a_box_has_a_contour_one_pixel_wide():
    grey = np.full((100, 200), 255, np.uint8)
    grey[20:80, 40:160] = 0
    perimeter = 2 * (60 + 120)
    assert contour_density(grey) * grey.size == pytest.approx(perimeter, rel=0.05)


def test_a_faint_edge_is_none_until_a_strong_one_continues_it():
    # A step of h has a peak gradient of 8 h G(0), here about 1.6 h: 69 needs h of 43, 28 of 18.
    faint = np.full((60, 120), 200, np.uint8)
    faint[30:] -= 25
    assert contour_density(faint) == 0
    fading = np.full((60, 120), 200, np.uint8)
    fading[30:] -= np.linspace(80, 25, 120).astype(np.uint8)
    assert contour_density(fading) * fading.size == pytest.approx(120, abs=4)


def test_contours_match_opencv():
    grey = np.asarray(Image.fromarray(page(40)).convert("L"))
    blurred = cv2.GaussianBlur(grey, (0, 0), 2)
    theirs = np.count_nonzero(cv2.Canny(blurred, 0.11 * 255, 0.27 * 255)) / grey.size
    assert contour_density(grey) == pytest.approx(theirs, rel=0.03)


# --- Feature congestion and subband entropy ---


def test_lightness_is_as_the_authors_have_it():
    lab = rosenholtz_lab(np.array([[[255, 255, 255], [0, 0, 0], [128, 128, 128]]], np.uint8))
    luminance = ((128 / 255 + 0.055) / 1.055) ** 2.4
    expected = [116 * 0.01 ** (1 / 3) - 16, 0, 116 * 7.787 * luminance / 100]
    assert lab[0, 0].tolist() == pytest.approx(expected, abs=2e-3)
    assert np.abs(lab[1:]).max() < 0.02  # greys have no colour


def test_colour_alone_congests():
    coloured = rosenholtz_lab(page(60))
    grey = coloured * np.array([1, 0, 0], np.float32)[:, None, None]
    assert feature_congestion(coloured) > 1.02 * feature_congestion(grey)


def test_stripes_of_one_orientation_congest_less_than_crossing_ones():
    across = (np.arange(256) // 8 % 2 * 255).astype(np.uint8)
    one_way = np.broadcast_to(across, (256, 256))
    both_ways = one_way.copy()
    for row in range(0, 256, 64):
        for column in range(row // 64 % 2 * 64, 256, 128):
            both_ways[row : row + 64, column : column + 64] = one_way[:64, :64].T

    def congestion(grey):
        return feature_congestion(rosenholtz_lab(np.stack([grey] * 3, axis=2)))

    assert congestion(both_ways) > 1.1 * congestion(one_way)


def test_noise_takes_more_to_describe_than_a_grating():
    rng = np.random.default_rng(0)
    noise = rosenholtz_lab(rng.integers(0, 256, (128, 128, 3), np.uint8))
    wave = (127 + 127 * np.sin(np.arange(128) * 2 * np.pi / 16)).astype(np.uint8)
    grating = rosenholtz_lab(np.broadcast_to(wave[None, :, None], (128, 128, 3)).copy())
    assert subband_entropy(noise) > subband_entropy(grating) > 0
    # No band of n coefficients can have more than its sqrt(n) bins hold.
    assert subband_entropy(noise) < math.log(128)


def test_bright_and_faint_copies_take_as_much_to_describe():
    lab = rosenholtz_lab(page(20))
    assert subband_entropy(0.5 * lab) == pytest.approx(subband_entropy(lab), rel=1e-3)


# --- Filters, against scipy ---


@pytest.mark.parametrize("stride", [1, 2, 4])
@pytest.mark.parametrize("size", [(30, 41), (64, 96), (9, 8), (5, 3), (1, 40)])
def test_filters_are_scipys(size, stride):
    field = np.random.default_rng(0).random(size).astype(np.float32)
    down, across = gaussian(3.0, 6), gaussian(1.0, 3, 0.5)
    expected = ndimage.correlate1d(field, np.array(down), axis=0, mode="mirror")
    expected = ndimage.correlate1d(expected, np.array(across), axis=1, mode="mirror")
    ours = correlate(field, down, across, stride)
    np.testing.assert_allclose(ours, expected[::stride, ::stride], atol=1e-6)


def test_fields_are_filtered_one_by_one():
    fields = np.random.default_rng(0).random((3, 40, 33)).astype(np.float32)
    taps = gaussian(2.0, 4)
    together = correlate(fields, taps, taps, 2)
    for field, filtered in zip(fields, together, strict=True):
        np.testing.assert_allclose(filtered, correlate(field, taps, taps, 2), atol=1e-6)
