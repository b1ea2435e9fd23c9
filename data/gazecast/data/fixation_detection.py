"""Fixations from raw gaze samples, by dispersion threshold (I-DT).

Salvucci & Goldberg: Identifying fixations and saccades in eye-tracking protocols. ETRA 2000.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gazecast.data.stimulus import FloatArray


@dataclass(frozen=True, slots=True)
class DetectedFixations:
    """Fixations in time order. x, y: float64 (n,), the medians of the samples, in their unit.
    onset_ms (from the first sample) and duration_ms: float64 (n,)."""

    x: FloatArray
    y: FloatArray
    onset_ms: FloatArray
    duration_ms: FloatArray


def detect_fixations(
    samples: FloatArray,
    *,
    rate_hz: float,
    dispersion: float,
    shortest_ms: float = 100.0,
) -> DetectedFixations:
    """Find fixations in the samples of one recording.

    A fixation is a longest run of samples, at least `shortest_ms` long, whose extent in x plus
    extent in y is at most `dispersion`; the paper suggests half a degree to one degree of visual
    angle, and 100 ms.

    samples: float64 (n, 2), x and y at a fixed rate. A row with NaN is a lost sample, such as a
    blink: it ends a fixation.
    """
    length = max(1, round(shortest_ms * rate_hz / 1000.0))
    found: list[tuple[int, int]] = []
    for start, end in _unbroken_runs(samples):
        found += [
            (start + a, start + b) for a, b in _compact(samples[start:end], length, dispersion)
        ]
    medians = np.array([np.median(samples[a:b], axis=0) for a, b in found]).reshape(-1, 2)
    bounds = np.array(found, dtype=np.float64).reshape(-1, 2) * (1000.0 / rate_hz)
    return DetectedFixations(
        x=medians[:, 0],
        y=medians[:, 1],
        onset_ms=bounds[:, 0],
        duration_ms=bounds[:, 1] - bounds[:, 0],
    )


def _unbroken_runs(samples: FloatArray) -> NDArray[np.intp]:
    """(n, 2): start and end (exclusive) of each run of samples without a lost one."""
    seen = np.concatenate(([False], np.isfinite(samples).all(axis=1), [False]))
    return np.flatnonzero(seen[1:] != seen[:-1]).reshape(-1, 2)


def _compact(run: FloatArray, length: int, dispersion: float) -> list[tuple[int, int]]:
    """Start and end (exclusive) of the fixations in a run without lost samples."""
    if len(run) < length:
        return []
    windows = sliding_window_view(run, length, axis=0)
    extent = (windows.max(axis=-1) - windows.min(axis=-1)).sum(axis=-1)
    starts = np.flatnonzero(extent <= dispersion)  # of windows that are a fixation already
    found = []
    start = 0
    while (index := int(np.searchsorted(starts, start))) < len(starts):
        start = int(starts[index])
        tail = run[start:]
        growing = np.maximum.accumulate(tail) - np.minimum.accumulate(tail)
        beyond = np.flatnonzero(growing.sum(axis=1) > dispersion)
        end = start + int(beyond[0]) if len(beyond) else len(run)
        found.append((start, end))
        start = end
    return found
