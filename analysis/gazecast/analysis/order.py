"""In which order regions are expected to be seen, and how that fits the order that was intended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import scipy

from gazecast.model.vocabulary import WINDOWS, Window

TOLERANCE = 0.01
"""Shares that differ by less than this (one look in a hundred) are a tie."""


@dataclass(frozen=True, slots=True)
class Glance:
    """rank: 1 for the region that is expected to be seen first; regions that cannot be told apart
    have the same rank, and the next is as many lower."""

    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class OrderComparison:
    """An intended order and the predicted one.

    tau: Kendall's tau-b, -1 (reversed) to 1 (the same), ties allowed for; regions that the intended
    order leaves out count as intended after all it names. None where either side is one tie.
    outranking: the regions predicted before the goal though intended after it, first seen first;
    empty without a goal.
    """

    intended: tuple[str, ...]
    predicted: tuple[Glance, ...]
    tau: float | None
    outranking: tuple[str, ...]


def first_glance_order(
    shares: Mapping[str, Mapping[Window, float]], tolerance: float = TOLERANCE
) -> list[Glance]:
    """The regions in the order in which they are expected to be seen first.

    shares: for each region's name its share in every window, 0 to 1. What draws most looks in the
    first second is expected to be seen first; where shares tie, the 3 s window decides, then the
    5 s window. Shares tie that are less than `tolerance` below the highest of their group.
    """
    tiers: list[list[str]] = [list(shares)] if shares else []
    for window in WINDOWS:
        by_share = {name: share[window] for name, share in shares.items()}
        tiers = [part for tier in tiers for part in _split(tier, by_share, tolerance)]
    glances: list[Glance] = []
    for tier in tiers:
        glances += [Glance(name, len(glances) + 1) for name in tier]
    return glances


def compare_orders(
    intended: Sequence[str], predicted: Sequence[Glance], goal: str | None = None
) -> OrderComparison:
    """Set the intended order of regions, first to be seen first, against the predicted one.

    Raises ValueError, with what to change, where the intended order names a region twice or one
    that was not predicted, and where the goal was not predicted.
    """
    ranks = {glance.name: glance.rank for glance in predicted}
    _refuse(intended, goal, known=ranks.keys())
    wanted = {name: position for position, name in enumerate(intended, start=1)}
    last = len(intended) + 1
    tau = None
    if len(set(ranks.values())) > 1 and len({wanted.get(name, last) for name in ranks}) > 1:
        order = [wanted.get(name, last) for name in ranks]
        tau = float(scipy.stats.kendalltau(order, list(ranks.values())).statistic)
    outranking: tuple[str, ...] = ()
    if goal is not None:
        # A goal that the order leaves out comes before all else that it leaves out.
        place = wanted.get(goal, len(intended))
        outranking = tuple(
            glance.name
            for glance in predicted
            if glance.rank < ranks[goal] and wanted.get(glance.name, last) > place
        )
    return OrderComparison(tuple(intended), tuple(predicted), tau, outranking)


def _split(tier: list[str], shares: Mapping[str, float], tolerance: float) -> list[list[str]]:
    """The tier as tiers of falling share, each within the tolerance of its highest."""
    parts: list[list[str]] = []
    for name in sorted(tier, key=lambda name: -shares[name]):
        if parts and shares[parts[-1][0]] - shares[name] < tolerance:
            parts[-1].append(name)
        else:
            parts.append([name])
    return parts


def _refuse(intended: Sequence[str], goal: str | None, known: Collection[str]) -> None:
    for name, times in Counter(intended).items():
        if times > 1:
            raise ValueError(
                f"the intended order names region {name!r} more than once: name it once"
            )
    for name in (*intended, *([] if goal is None else [goal])):
        if name not in known:
            raise ValueError(
                f"there is no region {name!r} to be seen in an order: name regions that are given"
            )
