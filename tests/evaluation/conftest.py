"""Synthetic stimuli: small images that observers look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gazecast.data.stimulus import Fixations, Stimulus


@pytest.fixture
def make_stimulus():
    def make(name, x, y, *, width=40, height=30, onset_s=None, observer=None, split="train"):
        number = len(x)
        onset = np.full(number, np.nan) if onset_s is None else np.asarray(onset_s) * 1000.0
        fixations = Fixations(
            x=np.asarray(x, dtype=np.float64),
            y=np.asarray(y, dtype=np.float64),
            onset_ms=onset,
            duration_ms=np.full(number, np.nan),
            observer=np.asarray(["0"] * number if observer is None else observer, dtype=np.str_),
            kind=np.full(number, "fixation"),
        )
        return Stimulus(name, Path("images") / name, width, height, split, fixations)

    return make
