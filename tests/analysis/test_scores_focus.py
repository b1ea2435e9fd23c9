from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.analysis.scores.focus import focus, half_area


def even(*shape: int) -> np.ndarray:
    return np.full(shape, 1 / math.prod(shape), np.float32)


def one_cell(*shape: int) -> np.ndarray:
    density = np.zeros(shape, np.float32)
    density[-1, 0] = 1
    return density


def test_an_even_spread_has_no_focus_and_needs_half_the_area():
    assert focus(even(9, 16)) == pytest.approx(0, abs=1e-6)
    assert half_area(even(9, 16)) == pytest.approx(0.5, abs=1e-6)


def test_one_cell_is_all_focus_and_half_of_it_holds_half():
    assert focus(one_cell(9, 16)) == 1
    assert half_area(one_cell(9, 16)) == pytest.approx(0.5 / 144)


def test_an_even_spread_over_a_part_has_the_focus_of_its_size():
    density = np.zeros((8, 8))
    density[:4, :2] = 1 / 8
    assert focus(density) == pytest.approx(1 - math.log(8) / math.log(64))
    assert half_area(density) == pytest.approx(4 / 64)


def test_cells_count_in_part():
    # 0.4, then 0.1 of the 0.3: a third of the second cell.
    assert half_area(np.array([[0.3, 0.4, 0.3]])) == pytest.approx((1 + 1 / 3) / 3)


@given(seed=st.integers(0, 2**32 - 1), power=st.floats(0.1, 8))
def test_both_stay_in_range_wherever_the_cells_lie(seed, power):
    rng = np.random.default_rng(seed)
    density = rng.random((7, 11)) ** power
    density /= density.sum()
    shuffled = rng.permutation(density.ravel()).reshape(11, 7)
    assert 0 <= focus(density) <= 1
    assert 0 < half_area(density) <= 0.5 + 1e-9
    assert focus(shuffled) == pytest.approx(focus(density), abs=1e-12)
    assert half_area(shuffled) == pytest.approx(half_area(density), abs=1e-12)


def test_a_blur_takes_focus_away():
    density = even(12, 12) * 0.2
    density[5, 5] += 0.8
    blurred = sum(np.roll(density, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)) / 9
    assert focus(blurred) < focus(density)
    assert half_area(blurred) > half_area(density)


@pytest.mark.parametrize(
    "wrong",
    [even(3, 4) * 2, np.array([[1.5, -0.5]]), np.array([[np.nan, 1.0]]), np.zeros((0, 3))],
)
def test_what_is_no_density_is_refused(wrong):
    for score in (focus, half_area):
        with pytest.raises(ValueError, match="not negative, that sum to 1"):
            score(wrong)


def test_one_cell_alone_has_no_focus_to_speak_of():
    with pytest.raises(ValueError, match="at least two"):
        focus(np.ones((1, 1)))
