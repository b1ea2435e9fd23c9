"""Compare two to eight variants of a design: where is one seen more, and can that be told at all?

Every region is compared between every two variants that have it, with the error that differences
were measured to have (`gazecast.analysis.uncertainty`). Many comparisons find something by chance,
so their p-values are corrected (Holm, "A simple sequentially rejective multiple test procedure",
1979): the goal's own among themselves, as it is what the caller asks about, those of all other
regions together. Attention alone makes no design the better one: only with a goal can the verdict
name a variant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.regions import Polygon, Region, region_shares
from gazecast.analysis.uncertainty import Interval, difference, distance, share_interval
from gazecast.model.error_tables import Calibration
from gazecast.model.vocabulary import Window

SIGNIFICANCE = 0.05
"""Chance of naming a difference where there is none, over all regions and variants together."""

DIFFERS = "differs"
NO_DIFFERENCE = "no_detectable_difference"

MOST_VARIANTS = 8

_LONGER_SIDE = 128  # of the grid on which densities are held against each other


class ComparisonError(ValueError):
    """Variants cannot be compared. The message says what to change."""


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One version of a design. density: (rows, columns), sum 1. regions: names must be unique."""

    name: str
    density: NDArray[np.floating]
    regions: Sequence[Region | Polygon]


@dataclass(frozen=True, slots=True)
class VariantShare:
    """share: predicted, 0 to 1. interval: what a panel would show."""

    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class RegionComparison:
    """One region in all variants that have it.

    verdict: the variant in which it is seen more than in any other; DIFFERS where some two variants
    differ but none leads; NO_DIFFERENCE. probability: that the verdict's variant truly has more
    than each other one, after correction; for DIFFERS that some two differ, for NO_DIFFERENCE that
    the variant with the highest share truly has it; 0.5 to 1.
    """

    name: str
    verdict: str
    probability: float
    shares: Mapping[str, VariantShare]


@dataclass(frozen=True, slots=True)
class Comparison:
    """verdict: a variant (only with a goal), DIFFERS or NO_DIFFERENCE; probability as of the region
    that decides it. unmatched: regions that only one variant has. apart: total variation distance
    (0 to 1) of every two variants."""

    verdict: str
    probability: float
    regions: tuple[RegionComparison, ...]
    unmatched: tuple[str, ...]
    apart: Mapping[tuple[str, str], float]


def compare(
    variants: Sequence[Variant],
    window: Window,
    calibration: Calibration,
    goal: str | None = None,
) -> Comparison:
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
    if goal is not None and goal not in matched:
        raise ComparisonError(
            f"goal_region {goal!r} is not a region of at least two variants; there are "
            f"{', '.join(matched)}"
        )
    apart = {
        (first.name, second.name): _apart(first.density, second.density)
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
                variant: VariantShare(share, share_interval(share, window, calibration))
                for variant, share in tables[name].items()
            },
        )
        for name in matched
    )
    verdict, probability = _overall(regions, goal)
    unmatched = tuple(name for name, table in tables.items() if len(table) == 1)
    return Comparison(verdict, probability, regions, unmatched, apart)


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


def _apart(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
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
