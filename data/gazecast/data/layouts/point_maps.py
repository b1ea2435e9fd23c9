"""Fixations that were published as a picture or matrix of points, one for all observers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazecast.data.stimulus import Fixations


def fixations_of_point_map(points: NDArray[Any]) -> Fixations:
    """A fixation where `points` (rows, columns) is not zero, at the middle of that pixel.

    Who looked and when is not in such a map: the observer is "all", times are unknown, and the
    order is that of the pixels.
    """
    row, column = np.nonzero(points)
    unknown = np.full(len(row), np.nan)
    return Fixations(
        x=column.astype(np.float64) + 0.5,
        y=row.astype(np.float64) + 0.5,
        onset_ms=unknown,
        duration_ms=unknown.copy(),
        observer=np.full(len(row), "all"),
        kind=np.full(len(row), "fixation"),
    )
