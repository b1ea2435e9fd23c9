"""From fixations to densities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from gazecast.data.density import blur, fixation_counts, fixation_density, sigma_from_degrees
from gazecast.data.stimulus import Fixations

points = st.lists(st.tuples(st.floats(-20, 120), st.floats(-20, 100)), max_size=40)


def at(xy: list[tuple[float, float]]) -> Fixations:
    x, y = np.array(xy, dtype=np.float64).reshape(-1, 2).T
    unknown = np.full(len(x), np.nan)
    return Fixations(x, y, unknown, unknown, np.full(len(x), "0"), np.full(len(x), "fixation"))


@given(points, st.integers(1, 50), st.integers(1, 50))
def test_each_fixation_inside_is_counted_once_on_any_grid(xy, rows, columns):
    inside = sum(0 <= x < 100 and 0 <= y < 80 for x, y in xy)
    assert fixation_counts(at(xy), 100, 80, (rows, columns)).sum() == inside


def test_a_fixation_is_counted_in_its_pixel():
    counts = fixation_counts(at([(3.99, 2.0)]), 5, 4)
    assert counts.shape == (4, 5)
    assert np.argwhere(counts).tolist() == [[2, 3]]


@given(st.floats(1, 3000), st.integers(1, 1500))
def test_a_fixation_just_inside_the_edge_is_in_the_last_cell(width, columns):
    edge = float(np.nextafter(width, 0))
    counts = fixation_counts(at([(edge, edge)]), width, width, (columns, columns))
    assert counts[-1, -1] == 1


def test_fixations_in_one_pixel_add_up():
    assert fixation_counts(at([(1.1, 1.1), (1.9, 1.9)]), 5, 4)[1, 1] == 2


@given(points.map(lambda xy: [*xy, (50.0, 40.0)]), st.floats(0.5, 30))
def test_a_density_sums_to_1_and_is_not_negative(xy, sigma_px):
    density = fixation_density(at(xy), 100, 80, sigma_px=sigma_px, shape=(40, 50))
    assert density.shape == (40, 50)
    assert density.sum() == pytest.approx(1, abs=1e-9)
    assert density.min() >= 0


def test_no_fixation_inside_has_no_density():
    with pytest.raises(ValueError, match="no fixation inside the image"):
        fixation_density(at([(500, 500)]), 100, 80, sigma_px=5)


def test_blur_equals_scipy_on_one_point_with_mass_lost_at_the_border():
    counts = np.zeros((31, 41))
    counts[0, 3] = 1
    expected = gaussian_filter(counts, 3.0, mode="constant", truncate=4.0)
    assert expected.sum() < 0.9
    np.testing.assert_allclose(blur(counts, 3.0), expected / expected.sum(), atol=1e-15)


def test_blur_far_from_the_border_is_the_gaussian_formula():
    counts = np.zeros((81, 81))
    counts[40, 40] = 1
    y, x = np.mgrid[-40:41, -40:41]
    gaussian = np.exp(-(x**2 + y**2) / (2 * 5.0**2))
    np.testing.assert_allclose(blur(counts, 5.0), gaussian / gaussian.sum(), atol=1e-6)


@pytest.mark.parametrize("shape", [(200, 100), (100, 200), (100, 100)])
def test_sigma_is_in_pixels_of_the_image_whatever_the_grid(shape):
    density = fixation_density(at([(100.5, 100.5)]), 200, 200, sigma_px=12, shape=shape)
    rows, columns = shape
    y = (np.arange(rows) + 0.5) * 200 / rows
    x = (np.arange(columns) + 0.5) * 200 / columns
    down, across = density.sum(axis=1), density.sum(axis=0)
    assert np.sqrt((down * (y - down @ y) ** 2).sum()) == pytest.approx(12, rel=0.01)
    assert np.sqrt((across * (x - across @ x) ** 2).sum()) == pytest.approx(12, rel=0.01)


def test_sigma_from_degrees_is_proportional():
    assert sigma_from_degrees(0.5, 34.0) == 17.0
