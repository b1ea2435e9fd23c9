"""The record type."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, Stimulus


def test_columns_of_different_length_are_refused():
    zeros = np.zeros(2)
    with pytest.raises(DataError, match="differ in length"):
        Fixations(zeros, zeros, zeros, np.zeros(3), np.array(["0", "0"]), np.array(["mouse"] * 2))


def test_before_keeps_onsets_up_to_the_end_and_drops_unknown_ones(make_fixations):
    fixations = make_fixations([1, 2, 3, 4], [0] * 4, onset_ms=[0, 1000, 1001, np.nan])
    assert fixations.before(1.0).x.tolist() == [1, 2]


def test_inside_takes_the_left_and_top_edges_and_not_the_others(make_fixations):
    fixations = make_fixations([0, 9.9, 10, -0.1, np.nan], [0, 7.9, 5, 5, 5])
    assert fixations.inside(10, 8).x.tolist() == [0, 9.9]


def test_of_kind_keeps_the_kinds_asked_for(make_fixations):
    fixations = make_fixations([1, 2], [0, 0])
    assert len(fixations.of_kind("click10", "fixation")) == 2
    assert len(fixations.of_kind("mouse")) == 0


def test_splits_keeps_the_stimuli_of_the_splits_asked_for():
    stimuli = tuple(
        Stimulus(f"{split}.jpg", Path(f"{split}.jpg"), 1, 1, split) for split in ("f0", "f1", "f2")
    )
    kept = EyeTrackingSet("folds", stimuli).splits(["f0", "f2"])
    assert [stimulus.split for stimulus in kept.stimuli] == ["f0", "f2"]


def test_an_unknown_split_is_answered_with_the_known_ones():
    data = EyeTrackingSet("small", (Stimulus("a.jpg", Path("a.jpg"), 1, 1, "train"),))
    with pytest.raises(DataError, match=r"small has no split \['test'\]; it has \['train'\]"):
        data.splits(["train", "test"])
