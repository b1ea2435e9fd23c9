"""How sure a number is: intervals for shares, chances of being seen, errors of differences.

All of it rests on errors measured on pages that the measured model had never seen; the tables come
with the model (`gazecast.model.error_tables`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from gazecast.model.error_tables import Calibration, DifferenceError, arcsine
from gazecast.model.records import record
from gazecast.model.vocabulary import WINDOWS, Window

CONFIDENCE = 0.9
"""Of the intervals of shares."""


@record
class Interval:
    """Where a region's share would lie if a panel of people were recorded, in 90 % of cases."""

    low: float
    """Lower end, 0 to 1."""
    high: float
    """Upper end, 0 to 1."""
    observers: int
    """Size of the panel."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Of a region's share in one version and another.

    size: on the arcsine scale, positive where the first has more. deviation: its standard error.
    more: probability (0 to 1) that the first truly has more.
    """

    size: float
    deviation: float
    more: float


def share_interval(
    share: float, window: Window, calibration: Calibration, observers: int | None = None
) -> Interval:
    """What a panel would show for a region of this predicted share (0 to 1).

    observers: size of the panel, the calibration's own by default; below 1 raises ValueError.
    """
    panel = calibration.observers if observers is None else observers
    if panel < 1:
        raise ValueError(f"a panel has at least one observer, not {panel}")
    return Interval(*calibration.share[window].interval(share, panel), panel)


def seen(shares: Mapping[Window, float], calibration: Calibration) -> dict[Window, float]:
    """Probability that an observer has fixated the region by the end of each window.

    shares: of the region in every window, 0 to 1. Never falls from one window to the next, and
    never from a region to one that contains it.
    """
    chances: dict[Window, float] = {}
    so_far = 0.0
    for window in WINDOWS:
        so_far = max(so_far, calibration.seen[window].chance(shares[window]))
        chances[window] = so_far
    return chances


def distance(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Total variation distance of two densities of one shape, 0 to 1: the share of looks that would
    have to move to turn one into the other."""
    return float(np.abs(first.astype(np.float64) - second).sum() / 2)


def difference(first: float, second: float, apart: float, error: DifferenceError) -> Difference:
    """Compare a region's shares (0 to 1) in two versions whose densities are `apart` (0 to 1)."""
    size = arcsine(first) - arcsine(second)
    deviation = error.deviation(apart)
    return Difference(size, deviation, float(ndtr(size / deviation)))
