"""Intervals, chances of being seen and differences: what must hold whatever the tables say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.analysis.uncertainty import difference, distance, seen, share_interval
from gazecast.model.error_tables import Calibration, DifferenceError, SeenRate, ShareError
from gazecast.model.vocabulary import WINDOWS

ERROR = ShareError(base=0.002, slope=0.01, observer=0.05, low=-1.7, high=1.6)
DIFFERENCE = DifferenceError(floor=0.01, slope=0.4, ceiling=0.15)
CALIBRATION = Calibration(
    basis="made up",
    observers=11,
    share=dict.fromkeys(WINDOWS, ERROR),
    # At 3 s the table is too low on purpose: what was seen by 1 s stays seen.
    seen={"1s": SeenRate(3.0, 2.0), "3s": SeenRate(2.0, 2.0), "5s": SeenRate(14.0, 4.0)},
    difference=DIFFERENCE,
)

shares = st.floats(0, 1)


@given(share=shares, observers=st.integers(1, 50))
def test_an_interval_holds_its_share_and_stays_a_share(share, observers):
    interval = share_interval(share, "3s", CALIBRATION, observers)
    assert 0 <= interval.low <= share <= interval.high <= 1
    assert interval.observers == observers


@given(share=st.floats(0.01, 0.9))
def test_more_observers_narrow_the_interval(share):
    few, many = (share_interval(share, "3s", CALIBRATION, observers) for observers in (3, 30))
    assert few.low <= many.low <= many.high <= few.high


def test_an_interval_by_hand():
    interval = share_interval(0.25, "3s", CALIBRATION)
    deviation = math.sqrt(0.002 + 0.01 * math.pi / 6 + 0.05 / 11)
    assert interval.low == pytest.approx(math.sin(math.pi / 6 - 1.7 * deviation) ** 2)
    assert interval.high == pytest.approx(math.sin(math.pi / 6 + 1.6 * deviation) ** 2)


def test_a_panel_without_observers_is_refused():
    with pytest.raises(ValueError, match="at least one observer"):
        share_interval(0.1, "3s", CALIBRATION, 0)


@given(
    inner=st.lists(shares, min_size=3, max_size=3), more=st.lists(shares, min_size=3, max_size=3)
)
def test_seen_never_falls_with_time_nor_with_a_larger_region(inner, more):
    outer = [min(1.0, share + extra) for share, extra in zip(inner, more, strict=True)]
    small = seen(dict(zip(WINDOWS, inner, strict=True)), CALIBRATION)
    large = seen(dict(zip(WINDOWS, outer, strict=True)), CALIBRATION)
    assert 0 <= small["1s"] <= small["3s"] <= small["5s"] <= 1
    assert all(small[window] <= large[window] for window in WINDOWS)


def test_a_region_without_attention_is_never_seen():
    assert set(seen(dict.fromkeys(WINDOWS, 0.0), CALIBRATION).values()) == {0.0}


@given(first=shares, second=shares, apart=st.floats(0, 1))
def test_a_difference_turns_round_with_its_sides(first, second, apart):
    one, other = (
        difference(*pair, apart, DIFFERENCE) for pair in ((first, second), (second, first))
    )
    assert one.size == pytest.approx(-other.size)
    assert one.more == pytest.approx(1 - other.more)
    assert (one.more >= 0.5) == (first >= second) or one.more == pytest.approx(0.5)


def test_the_same_difference_is_surer_between_versions_that_look_alike():
    near, far, farthest = (difference(0.2, 0.1, apart, DIFFERENCE) for apart in (0.05, 0.2, 1.0))
    assert near.deviation == pytest.approx(math.hypot(0.01, 0.4 * 0.05))
    assert near.more > far.more > farthest.more > 0.5
    assert farthest.deviation == 0.15


def test_distances_of_densities():
    even, left = np.full((2, 2), 0.25), np.array([[0.5, 0.0], [0.5, 0.0]])
    assert distance(even, even) == 0
    assert distance(even, left) == pytest.approx(0.5)
    assert distance(left, left[:, ::-1]) == pytest.approx(1)
