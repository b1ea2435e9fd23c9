"""How far predicted shares may be believed: error tables that are measured once and ship with the
model. gazecast.evaluation.fit_error_tables fits them, gazecast.analysis.uncertainty applies them.

Errors are on the scale arcsin(sqrt(share)), where the sampling error of a share does not depend on
the share (Anscombe, "The transformation of Poisson, binomial and negative-binomial data",
Biometrika 1948).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from gazecast.model.vocabulary import Window

_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)


def arcsine(share: float) -> float:
    """arcsin(sqrt(share)): 0 to pi / 2 for a share of 0 to 1; beyond, the nearer end."""
    return math.asin(math.sqrt(min(max(share, 0.0), 1.0)))


@dataclass(frozen=True, slots=True)
class ShareError:
    """Errors of a region's share on the arcsine scale, as observed share less predicted share."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    base: float
    """Variance of the model's error for a region without attention."""
    slope: float
    """How that variance grows with the predicted share's arcsine."""
    observer: float
    """Variance that one observer adds; a panel of N adds an Nth of it."""
    low: float
    """5 % quantile of the errors, in standard deviations."""
    high: float
    """95 % quantile of the errors, in standard deviations."""

    def deviation(self, share: float, observers: int) -> float:
        """Standard deviation for a predicted share (0 to 1) and a panel of this size."""
        return math.sqrt(self.base + self.slope * arcsine(share) + self.observer / observers)

    def interval(self, share: float, observers: int) -> tuple[float, float]:
        """Lowest and highest share, 0 to 1, of the 90 % interval of what a panel of this size shows
        for a predicted share (0 to 1)."""
        centre, deviation = arcsine(share), self.deviation(share, observers)
        low = max(centre + self.low * deviation, 0.0)
        high = min(centre + self.high * deviation, math.pi / 2)
        # The share is shown as the best guess: the interval holds it whatever the bias.
        return min(math.sin(low) ** 2, share), max(math.sin(high) ** 2, share)


@dataclass(frozen=True, slots=True)
class SeenRate:
    """Chance that an observer has fixated a region by the end of a window: that a negative binomial
    number of fixations in it is not zero."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    rate: float
    """Fixations by the end of the window, as far as they spread independently."""
    dispersion: float
    """Above zero; the smaller, the more the fixations of one observer keep together."""

    def chance(self, share: float) -> float:
        """1 - (1 + rate share / dispersion) ** -dispersion, 0 to 1, for a predicted share (0 to 1)
        in that window."""
        mean = self.rate * min(max(share, 0.0), 1.0)
        return 1.0 - math.exp(-self.dispersion * math.log1p(mean / self.dispersion))


@dataclass(frozen=True, slots=True)
class DifferenceError:
    """Errors of the difference of a region's shares in two versions of a design, on the arcsine
    scale. Versions that look alike share their errors."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    floor: float
    """Standard deviation for two renderings of one design."""
    slope: float
    """What it grows by per unit of total variation distance between the two densities."""
    ceiling: float
    """Standard deviation for two unrelated designs."""

    def deviation(self, apart: float) -> float:
        """Standard deviation for two densities of this total variation distance (0 to 1)."""
        return min(math.hypot(self.floor, self.slope * apart), self.ceiling)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The error tables of a model."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    basis: str
    """What they were measured on, in one line."""
    observers: int
    """Size of the panel that intervals speak of."""
    share: Mapping[Window, ShareError]
    """Errors of shares, per window."""
    seen: Mapping[Window, SeenRate]
    """Chances of being fixated, per window."""
    difference: DifferenceError
    """Errors of differences between two versions."""
