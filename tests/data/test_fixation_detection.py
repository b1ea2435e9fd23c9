"""Fixations from raw samples."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gazecast.data.fixation_detection import detect_fixations

RATE_HZ = 100.0


def rest(x: float, y: float, samples: int) -> np.ndarray:
    return np.tile([x, y], (samples, 1))


def detect(samples: np.ndarray):
    return detect_fixations(samples, rate_hz=RATE_HZ, dispersion=30.0)


def test_two_rests_are_two_fixations():
    found = detect(np.concatenate([rest(10, 10, 20), rest(200, 50, 30)]))
    assert found.x.tolist() == [10, 200]
    assert found.y.tolist() == [10, 50]
    assert found.onset_ms.tolist() == [0, 200]
    assert found.duration_ms.tolist() == [200, 300]


def test_a_saccade_between_rests_belongs_to_neither():
    saccade = np.linspace([10, 10], [400, 10], 6)[1:-1]
    found = detect(np.concatenate([rest(10, 10, 20), saccade, rest(400, 10, 20)]))
    assert found.onset_ms.tolist() == [0, 240]
    assert found.duration_ms.tolist() == [200, 200]


def test_a_rest_below_the_shortest_duration_is_no_fixation():
    found = detect(np.concatenate([rest(10, 10, 9), rest(200, 10, 10)]))
    assert found.x.tolist() == [200]


def test_a_lost_sample_ends_a_fixation():
    found = detect(np.concatenate([rest(10, 10, 15), rest(np.nan, np.nan, 5), rest(10, 10, 15)]))
    assert found.onset_ms.tolist() == [0, 200]


def test_position_is_the_median_so_one_stray_sample_does_not_move_it():
    samples = rest(10, 10, 21)
    samples[5] = [25, 20]
    found = detect(samples)
    assert (found.x.tolist(), found.y.tolist()) == ([10], [10])


def test_drift_beyond_the_dispersion_is_split():
    drift = np.column_stack([np.linspace(0, 59, 60), np.zeros(60)])
    assert len(detect(drift).x) == 1 + 1  # 31 samples span 30, then 29 more


@pytest.mark.parametrize("samples", [np.empty((0, 2)), rest(np.nan, np.nan, 50), rest(1, 1, 3)])
def test_nothing_to_find_is_no_fixation(samples):
    assert len(detect(samples).x) == 0


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(0, 60), st.just(2)),
        elements=st.one_of(st.floats(0, 80), st.just(np.nan)),
    )
)
def test_fixations_are_compact_apart_and_long_enough(samples):
    found = detect(samples)
    starts = np.rint(found.onset_ms * RATE_HZ / 1000).astype(int)
    ends = starts + np.rint(found.duration_ms * RATE_HZ / 1000).astype(int)
    for start, end in zip(starts, ends, strict=True):
        inside = samples[start:end]
        assert len(inside) >= 10
        assert (inside.max(axis=0) - inside.min(axis=0)).sum() <= 30.0
    assert all(end <= start for end, start in pairwise(np.ravel([starts, ends], "F")[1:-1]))
