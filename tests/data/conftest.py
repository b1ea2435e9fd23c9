"""Fixations to try things on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from gazecast.data.stimulus import Fixations


@pytest.fixture
def make_fixations() -> Callable[..., Fixations]:
    """Fixations of kind "fixation" with unknown times, unless given."""

    def make(
        x: Sequence[float],
        y: Sequence[float],
        *,
        onset_ms: Sequence[float] | None = None,
        duration_ms: Sequence[float] | None = None,
        observer: Sequence[str] | None = None,
    ) -> Fixations:
        unknown = np.full(len(x), np.nan)
        return Fixations(
            x=np.array(x, dtype=np.float64),
            y=np.array(y, dtype=np.float64),
            onset_ms=unknown if onset_ms is None else np.array(onset_ms, dtype=np.float64),
            duration_ms=unknown if duration_ms is None else np.array(duration_ms, dtype=np.float64),
            observer=np.array(["0"] * len(x) if observer is None else observer, dtype=np.str_),
            kind=np.full(len(x), "fixation"),
        )

    return make
