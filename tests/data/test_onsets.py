"""Onsets rebuilt from durations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.data.onsets import rebuild_onsets
from gazecast.data.stimulus import Fixations

VIEWING_S = 3.0
# At most 20 fixations of one of 3 observers; 20 * 150 ms never exceed the viewing time.
recordings = st.lists(
    st.tuples(st.sampled_from(["ann", "ben", "cem"]), st.floats(1, 150)), min_size=1, max_size=20
)


def seen_by(observers: list[str], durations: list[float], onsets: list[float]) -> Fixations:
    count = len(observers)
    return Fixations(
        x=np.zeros(count),
        y=np.zeros(count),
        onset_ms=np.array(onsets, dtype=np.float64),
        duration_ms=np.array(durations, dtype=np.float64),
        observer=np.array(observers),
        kind=np.full(count, "fixation"),
    )


def unknown_onsets(recording: list[tuple[str, float]]) -> Fixations:
    observers, durations = zip(*recording, strict=True)
    return seen_by(list(observers), list(durations), [np.nan] * len(recording))


@given(recordings)
def test_fixations_of_one_observer_follow_each_other_without_overlap(recording):
    rebuilt = rebuild_onsets(unknown_onsets(recording), VIEWING_S)
    for observer in set(rebuilt.observer):
        one = rebuilt.where(rebuilt.observer == observer)
        ends = one.onset_ms + one.duration_ms
        assert one.onset_ms[0] >= 0
        assert (one.onset_ms[1:] >= ends[:-1] - 1e-9).all()


@given(recordings)
def test_the_last_fixation_ends_with_the_viewing_time(recording):
    rebuilt = rebuild_onsets(unknown_onsets(recording), VIEWING_S)
    for observer in set(rebuilt.observer):
        one = rebuilt.where(rebuilt.observer == observer)
        assert one.onset_ms[-1] + one.duration_ms[-1] == pytest.approx(VIEWING_S * 1000)


@given(recordings)
def test_everything_but_onsets_is_untouched(recording):
    fixations = unknown_onsets(recording)
    rebuilt = rebuild_onsets(fixations, VIEWING_S)
    assert (rebuilt.duration_ms == fixations.duration_ms).all()
    assert (rebuilt.observer == fixations.observer).all()


def test_missing_time_is_spread_evenly_over_the_gaps():
    durations = [200.0] * 10  # 2.0 of 3 s: ten gaps of 100 ms
    rebuilt = rebuild_onsets(seen_by(["ann"] * 10, durations, [np.nan] * 10), VIEWING_S)
    assert rebuilt.onset_ms == pytest.approx(100 + 300 * np.arange(10))


def test_each_observer_has_its_own_clock():
    observers = ["ann", "ben", "ann"]
    rebuilt = rebuild_onsets(seen_by(observers, [500, 1000, 500], [np.nan] * 3), VIEWING_S)
    assert rebuilt.onset_ms.tolist() == [1000, 2000, 2500]


def test_known_onsets_are_untouched_whoever_lacks_them():
    observers = ["ann", "ann", "ben"]
    rebuilt = rebuild_onsets(seen_by(observers, [200] * 3, [340, 600, np.nan]), VIEWING_S)
    assert rebuilt.onset_ms.tolist() == [340, 600, 2800]


def test_an_observer_with_a_partly_known_clock_is_untouched():
    rebuilt = rebuild_onsets(seen_by(["ann"] * 2, [200] * 2, [340, np.nan]), VIEWING_S)
    np.testing.assert_array_equal(rebuilt.onset_ms, [340, np.nan])


def test_unknown_durations_leave_onsets_unknown():
    rebuilt = rebuild_onsets(seen_by(["ann"] * 2, [200, np.nan], [np.nan] * 2), VIEWING_S)
    assert np.isnan(rebuilt.onset_ms).all()


def test_durations_beyond_the_viewing_time_follow_without_gaps():
    rebuilt = rebuild_onsets(seen_by(["ann"] * 2, [2000] * 2, [np.nan] * 2), VIEWING_S)
    assert rebuilt.onset_ms.tolist() == [0, 2000]
