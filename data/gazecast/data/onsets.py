"""Rebuild fixation onsets where a data set published durations only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gazecast.data.stimulus import Fixations, FloatArray


def rebuild_onsets(fixations: Fixations, viewing_s: float) -> Fixations:
    """Fill unknown onsets from durations, per observer.

    The durations of one observer sum to less than the viewing time; what is missing went into
    saccades and blinks. It is spread evenly over the gaps: one before each fixation, so that the
    first fixation does not start at zero either (in sets with known onsets it starts at 0.3 to
    0.5 s). An observer whose durations fill or exceed the viewing time gets gaps of zero length.
    Observers with any unknown duration, or with known onsets, are left as they are.

    viewing_s: seconds the stimulus was shown.
    """
    onset: FloatArray = fixations.onset_ms.copy()
    # Integer codes, not names: comparing strings takes most of the time of reading a data set.
    observers, observer = np.unique(fixations.observer, return_inverse=True)
    for code in range(len(observers)):
        rows = np.flatnonzero(observer == code)
        durations = fixations.duration_ms[rows]
        if not np.isnan(onset[rows]).all() or np.isnan(durations).any():
            continue
        gap = max(0.0, viewing_s * 1000.0 - float(durations.sum())) / len(rows)
        elapsed_before = np.concatenate(([0.0], np.cumsum(durations)[:-1]))
        onset[rows] = elapsed_before + gap * np.arange(1, len(rows) + 1)
    return replace(fixations, onset_ms=onset)
