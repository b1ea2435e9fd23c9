from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazecast.analysis.hotspots import MIN_INTENSITY, RADIUS, hotspots

ROWS, COLUMNS = 90, 160


def density_of(*peaks: tuple[float, float, float], sigma: float = 4, floor: float = 1e-5):
    """Gaussians of (x, y in 0-1, weight) on an even floor."""
    row, column = np.mgrid[:ROWS, :COLUMNS] + 0.5
    density = np.full((ROWS, COLUMNS), floor)
    for x, y, weight in peaks:
        distance = (column - x * COLUMNS) ** 2 + (row - y * ROWS) ** 2
        density += weight * np.exp(-distance / (2 * sigma**2))
    return (density / density.sum()).astype(np.float32)


def distance(a, b) -> float:
    """In parts of the longer side."""
    return math.hypot((a.x - b.x), (a.y - b.y) * ROWS / COLUMNS)


def test_peaks_are_found_where_they_are_strongest_first():
    found = hotspots(density_of((0.3, 0.4, 1), (0.7, 0.6, 2)))
    assert [(round(spot.x, 2), round(spot.y, 2)) for spot in found] == [(0.7, 0.6), (0.3, 0.4)]


def test_intensity_is_the_peak_in_multiples_of_an_even_spread():
    density = density_of((0.5, 0.5, 1))
    assert hotspots(density)[0].intensity == pytest.approx(density.max() * density.size)


def test_share_is_the_mass_of_the_disc():
    sigma = RADIUS * COLUMNS / 2  # a disc of two sigma holds 1 - exp(-2) of a Gaussian
    (spot,) = hotspots(density_of((0.5, 0.5, 1), sigma=sigma, floor=0.0))
    assert spot.share == pytest.approx(1 - math.exp(-2), abs=0.02)


@pytest.mark.parametrize("shape", [(90, 160), (300, 40), (1, 1)])
def test_an_even_spread_has_no_hotspot(shape):
    assert hotspots(np.full(shape, 1 / math.prod(shape), np.float32)) == []


def test_gentle_waves_are_no_hotspots():
    wave = 1 + 0.8 * np.sin(np.arange(COLUMNS) / 5)[None, :].repeat(ROWS, 0)
    assert hotspots(wave / wave.sum()) == []


def test_a_weaker_peak_nearby_belongs_to_the_stronger():
    close = density_of((0.5, 0.5, 2), (0.5 + 1.5 * RADIUS, 0.5, 1), sigma=2)
    assert len(hotspots(close)) == 1


def test_a_plateau_is_one_hotspot_at_its_centre():
    density = np.full((ROWS, COLUMNS), 1e-6)
    density[20:31, 40:81] = 1.0
    (spot,) = hotspots(density / density.sum())
    assert (spot.x, spot.y) == (60.5 / COLUMNS, 25.5 / ROWS)


def test_terraces_on_a_slope_are_no_hotspots():
    steps = np.round(density_of((0.5, 0.5, 1), sigma=25).astype(float) * 30_000)
    assert len(np.unique(steps)) < 15
    (spot,) = hotspots(steps / steps.sum())
    assert (spot.x, spot.y) == pytest.approx((0.5, 0.5), abs=0.01)


def test_a_peak_in_the_corner_is_found():
    (spot,) = hotspots(density_of((0, 0, 1)))
    assert (spot.x, spot.y) == (0.5 / COLUMNS, 0.5 / ROWS)


def test_at_most_limit_are_given():
    grid = [(x / 8, y / 4, 1 + x + 9 * y) for x in range(1, 8) for y in range(1, 4)]
    density = density_of(*grid, sigma=2)
    assert len(hotspots(density)) == 5
    assert len(hotspots(density, limit=3)) == 3
    assert len(hotspots(density, limit=99)) == len(grid)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_hotspots_keep_their_promises_on_any_density(seed):
    noise = np.random.default_rng(seed).random((ROWS, COLUMNS)) ** 8
    found = hotspots(noise / noise.sum(), limit=50)
    assert [spot.intensity for spot in found] == sorted(
        (spot.intensity for spot in found), reverse=True
    )
    assert all(spot.intensity >= MIN_INTENSITY for spot in found)
    assert all(distance(a, b) > 2 * RADIUS for a, b in itertools.combinations(found, 2))
    assert sum(spot.share for spot in found) <= 1
