"""Compare two to eight variants of a design: where is one seen more, and can that be told at all?

Every region is compared between every two variants that have it, with the error that differences
were measured to have (`gazecast.analysis.uncertainty`). Many comparisons find something by chance,
so their p-values are corrected (Holm, "A simple sequentially rejective multiple test procedure",
1979): the goal's own among themselves, as it is what the caller asks about, those of all other
regions together. Attention alone makes no design the better one: only with a goal can the verdict
name a variant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.bounds import MOST_VARIANTS
from gazecast.analysis.regions import Polygon, Region, region_shares
from gazecast.analysis.uncertainty import difference, distance, share_interval
from gazecast.data.errors import GazecastError
from gazecast.model.error_tables import Calibration
from gazecast.model.records import record
from gazecast.model.vocabulary import Window

SIGNIFICANCE = 0.05
"""Chance of naming a difference where there is none, over all regions and variants together."""

DIFFERS = "differs"
NO_DIFFERENCE = "no_detectable_difference"

_LONGER_SIDE = 128  # of the grid on which densities are held against each other


class ComparisonError(GazecastError, ValueError):
    """Variants cannot be compared. The message says what to change."""


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One version of a design. density: (rows, columns), sum 1. regions: names must be unique."""

    name: str
    density: NDArray[np.floating]
    regions: Sequence[Region | Polygon]


@record
class VariantShare:
    """A region's share of all fixations in one variant."""

    share: float
    """Predicted, 0 to 1."""
    low: float
    """Lower end of where a panel's share would lie in 90 % of cases."""
    high: float
    """Upper end of it."""


@record
class RegionComparison:
    """One region in all variants that have it."""

    name: str
    """As it was given, or found."""
    verdict: str
    """The variant in which it is seen more than in any other; `differs` where some two variants
    differ but none leads; `no_detectable_difference`."""
    probability: float
    """That the verdict's variant truly leads, that some two truly differ, or, where no difference
    is detected, that the variant with the highest share truly has it; after correction for the
    number of comparisons, 0.5 to 1."""
    shares: Mapping[str, VariantShare]
    """By variant."""


@record
class Distance:
    """How far two variants' densities are apart."""

    first: str
    """Name of one variant."""
    second: str
    """Name of the other."""
    distance: float
    """Total variation distance, 0 to 1: the share of looks that would have to move."""


@dataclass(frozen=True, slots=True)
class ComparedVariants:
    """verdict: a variant (only with a goal), DIFFERS or NO_DIFFERENCE; probability as of the region
    that decides it. unmatched: regions that only one variant has. distances: of every two
    variants."""

    verdict: str
    probability: float
    regions: tuple[RegionComparison, ...]
    unmatched: tuple[str, ...]
    distances: tuple[Distance, ...]


def compare_variants(
    variants: Sequence[Variant],
    window: Window,
    calibration: Calibration,
    goal: str | None = None,
) -> ComparedVariants:
    """Compare variants that were predicted for one window and one domain.

    goal: name of the region that should be seen. Raises ComparisonError for fewer than two or more
    than MOST_VARIANTS variants, for names that are not unique, for a goal that is not a region of
    at least two variants, and where no region is.
    """
    tables = _tables(variants)
    matched = [name for name, table in tables.items() if len(table) > 1]
    if not matched:
        raise ComparisonError(
            "no region has the same name in two variants; name what belongs together alike"
        )
    if goal is not None:
        require_goal(goal, matched)
    apart = {
        (first.name, second.name): _distance(first.density, second.density)
        for first, second in combinations(variants, 2)
    }
    tests = {
        (name, first, second): difference(
            tables[name][first], tables[name][second], apart[first, second], calibration.difference
        ).more
        for name in matched
        for first, second in combinations(tables[name], 2)
    }
    adjusted = _holm({key: more for key, more in tests.items() if key[0] == goal}) | _holm(
        {key: more for key, more in tests.items() if key[0] != goal}
    )
    by_region: dict[str, dict[Pair, float]] = {name: {} for name in matched}
    for (name, first, second), value in adjusted.items():
        by_region[name][first, second] = value
    regions = tuple(
        RegionComparison(
            name,
            *_verdict(tables[name], by_region[name]),
            {
                variant: _with_interval(share, window, calibration)
                for variant, share in tables[name].items()
            },
        )
        for name in matched
    )
    verdict, probability = _overall(regions, goal)
    unmatched = tuple(name for name, table in tables.items() if len(table) == 1)
    distances = tuple(Distance(*pair, distance) for pair, distance in apart.items())
    return ComparedVariants(verdict, probability, regions, unmatched, distances)


def _with_interval(share: float, window: Window, calibration: Calibration) -> VariantShare:
    interval = share_interval(share, window, calibration)
    return VariantShare(share, interval.low, interval.high)


def require_goal(goal: str, matched: Collection[str]) -> None:
    """Raises ComparisonError for a goal that is none of the regions that two variants have."""
    if goal not in matched:
        there = f"there are {', '.join(matched)}" if matched else "there are none"
        raise ComparisonError(
            f"goal_region {goal!r} is not a region of at least two variants; {there}"
        )


def _tables(variants: Sequence[Variant]) -> dict[str, dict[str, float]]:
    """Shares by region, then variant."""
    if not 2 <= len(variants) <= MOST_VARIANTS:
        raise ComparisonError(f"{len(variants)} variants given; compare 2 to {MOST_VARIANTS}")
    names = [variant.name for variant in variants]
    if len(set(names)) < len(names):
        raise ComparisonError("two variants have the same name; rename one of the files")
    if reserved := {DIFFERS, NO_DIFFERENCE} & set(names):
        raise ComparisonError(f"no variant may be called {min(reserved)}; rename the file")
    tables: dict[str, dict[str, float]] = {}
    for variant in variants:
        shares = region_shares(variant.density, variant.regions).tolist()
        for region, share in zip(variant.regions, shares, strict=True):
            table = tables.setdefault(region.name, {})
            if variant.name in table:
                raise ComparisonError(
                    f"variant {variant.name} has two regions named {region.name!r}; rename one"
                )
            table[variant.name] = share
    return tables


def _distance(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Distance of two densities, laid over each other whatever their aspects."""
    scale = min(1.0, _LONGER_SIDE / max(first.shape))
    size = (max(1, round(first.shape[1] * scale)), max(1, round(first.shape[0] * scale)))
    maps = []
    for density in (first, second):
        small = Image.fromarray(density.astype(np.float32)).resize(size, Image.Resampling.BOX)
        values = np.asarray(small, dtype=np.float64)
        maps.append(values / values.sum())
    return distance(*maps)


Pair = tuple[str, str]
Test = tuple[str, str, str]


def _holm(more: Mapping[Test, float]) -> dict[Test, float]:
    """Two-sided p-values, corrected for their number; never falling along the sorted ones."""
    values = {test: 2 * min(chance, 1 - chance) for test, chance in more.items()}
    adjusted: dict[Test, float] = {}
    highest = 0.0
    for position, test in enumerate(sorted(values, key=lambda test: values[test])):
        highest = max(highest, min(1.0, (len(values) - position) * values[test]))
        adjusted[test] = highest
    return adjusted


def _verdict(shares: Mapping[str, float], adjusted: Mapping[Pair, float]) -> tuple[str, float]:
    leader = max(shares, key=lambda variant: shares[variant])
    against_others = max(p for pair, p in adjusted.items() if leader in pair)
    if against_others <= SIGNIFICANCE:
        return leader, 1 - against_others / 2
    if min(adjusted.values()) <= SIGNIFICANCE:
        return DIFFERS, 1 - min(adjusted.values()) / 2
    return NO_DIFFERENCE, 1 - against_others / 2


def _overall(regions: Sequence[RegionComparison], goal: str | None) -> tuple[str, float]:
    for region in regions:
        if region.name == goal and region.verdict != NO_DIFFERENCE:
            return region.verdict, region.probability
    surest = max(regions, key=lambda region: (region.verdict != NO_DIFFERENCE, region.probability))
    if surest.verdict != NO_DIFFERENCE:
        return DIFFERS, surest.probability
    return NO_DIFFERENCE, surest.probability
