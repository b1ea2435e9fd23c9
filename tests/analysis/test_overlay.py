from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

from gazecast.analysis import overlay
from gazecast.analysis.overlay import heatmap, legend

SCREENS = [(320, 568), (540, 960), (1366, 768), (3840, 2160), (1366, 9000), (1200, 100)]


def flat(width: int, height: int, grey: int = 200) -> np.ndarray:
    return np.full((height, width, 3), grey, np.uint8)


def density_of(intensity: np.ndarray) -> np.ndarray:
    """A density whose cells are the given multiples of an even spread; their mean is made 1 by the
    last row, which must be 0."""
    density = intensity.astype(np.float64)
    missing = density.size - density.sum()
    assert missing >= 0
    density[-1] = missing / density.shape[1]
    return (density / density.size).astype(np.float32)


def test_the_legend_stands_below_and_the_picture_keeps_its_size():
    picture = flat(300, 200)
    result = heatmap(picture, np.full((20, 30), 1 / 600))
    assert result.dtype == np.uint8
    assert result.shape == (200 + len(legend(300, 200)), 300, 3)
    np.testing.assert_array_equal(result[200:], legend(300, 200))


def test_an_even_spread_shows_no_heat():
    picture = flat(300, 200)
    np.testing.assert_array_equal(heatmap(picture, np.full((20, 30), 1 / 600))[:200], picture)


def test_the_design_keeps_only_a_trace_of_its_colours():
    red = np.broadcast_to(np.array([255, 0, 0], np.uint8), (50, 50, 3))
    seen = heatmap(np.ascontiguousarray(red), np.full((5, 5), 1 / 25))[25, 25].astype(int)
    assert 50 < seen[0] - seen[1] < 100


def test_a_colour_means_the_same_multiple_in_every_picture():
    calm, busy = np.zeros((30, 30)), np.zeros((30, 30))
    calm[4:8, 4:8] = busy[4:8, 4:8] = 4.0
    busy[20:24, 20:24] = 30.0
    picture = flat(300, 300)
    seen = [heatmap(picture, density_of(intensity))[60, 60].tolist() for intensity in (calm, busy)]
    assert seen[0] == seen[1] != [200, 200, 200]


def test_heat_lies_where_the_density_is():
    intensity = np.zeros((20, 40))
    intensity[4, 30] = 16.0
    changed = np.abs(heatmap(flat(400, 200), density_of(intensity))[:180].astype(int) - 200).sum(2)
    rows, columns = np.nonzero(changed)
    assert (rows.mean(), columns.mean()) == pytest.approx((44.5, 304.5), abs=1)
    assert rows.min() > 25
    assert columns.min() > 285


def test_working_in_bands_leaves_no_seams(monkeypatch):
    generator = np.random.default_rng(3)
    density = generator.random((37, 23)) ** 4
    density /= density.sum()
    picture = generator.integers(0, 256, (601, 300, 3), np.uint8)
    banded = heatmap(picture, density)
    monkeypatch.setattr(overlay, "_BAND", 10_000)
    assert np.abs(banded.astype(int) - heatmap(picture, density)).max() <= 2


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_legend_is_not_clipped(width, height):
    strip = legend(width, height)
    ink = (strip.min(axis=2) < 150).nonzero()
    assert ink[0].max() < len(strip) - 5
    assert ink[1].max() < width - 5
    assert len(strip) < max(0.2 * height, 100)


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_legend_says_both_lines(width, height, monkeypatch):
    with_words = legend(width, height)
    for words in ("SCALE_NOTE", "SHORT_NOTICE"):
        with monkeypatch.context() as patch:
            patch.setattr(overlay, words, "")
            without = legend(width, height)
        assert without.shape != with_words.shape or (without != with_words).any()


def test_the_legend_shows_the_colours_that_the_picture_shows():
    intensity = np.zeros((30, 30))
    intensity[4:9, 4:9] = 16.0
    intensity[20:25, 4:9] = 2.0
    seen = heatmap(flat(1500, 1500, grey=255), density_of(intensity))
    bar = seen[1500 + round(1.5 * 45)]  # half of the bar down, for the font size of this picture
    for peak in (seen[325, 325], seen[1125, 325]):
        assert np.abs(bar.astype(int) - peak).sum(axis=1).min() <= 6


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (300, 7), (40, 40)])
def test_any_size_of_picture_works(shape):
    picture = np.zeros((*shape, 3), np.uint8)
    assert heatmap(picture, np.full((8, 8), 1 / 64)).shape[1] == shape[1]


def test_a_4k_picture_is_quick():
    picture = np.asarray(Image.new("RGB", (3840, 2160), "white"))
    density = np.random.default_rng(0).random((576, 1024)).astype(np.float32)
    started = time.process_time()
    heatmap(picture, density / density.sum())
    assert time.process_time() - started < 2
