"""Findings: what stands out in the numbers of a prediction, ranked by how far it is off.

A finding is made only where the numbers carry it: two regions are set against each other only if
neither lies in the other, and one draws more than another only if their intervals are apart. To
find nothing is an answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gazecast.analysis.findings.templates import MANY_TIMES, TEMPLATES, TENTATIVE, TIMES, Kind
from gazecast.analysis.order import OrderComparison
from gazecast.model.records import record
from gazecast.model.vocabulary import Window, seconds

OUTRANKED = 1.5
"""A region matters to the goal from this many times its looks."""
HARDLY_SEEN = 0.03
"""Below this share even at the upper end of its interval, the goal is hardly seen."""
DOMINATES = 0.5
"""Above this share even at the lower end of its interval, a region dominates."""
TYPICAL_HALF_AREA = 0.09
"""Part of a web page that holds half of all looks: the median of 36 pages of FiWI, fixations of 11
observers in 5 s, blurred with 30 px at a width of 1,366 px. Their highest is 0.145."""
SCATTERED = 2.0
"""Attention is scattered from this many times TYPICAL_HALF_AREA; predictions are smoother than
measured maps, so the bar is above all of those."""
LEAST_CONTRAST = 3.0
"""WCAG 2.2, success criteria 1.4.3 (large text) and 1.4.11 (controls): no text or control may have
less."""
CLUTTERED = 90.0
"""Percentile of the reference set from which a picture is cluttered for its kind."""
BELOW_FOLD = 0.6
"""Share of looks below the fold from which most are there."""
MOST_TIMES = 20.0
"""Ratios from here on are worded "at least" this: with shares near zero they mean little."""


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """Of one region. share, low, high: of all looks in the window, with its interval, 0 to 1;
    first_share, first_low, first_high: the same in the first second. intensity: share in multiples
    of an even spread. contrast: WCAG contrast ratio, 1 to 21, where known. within: names of the
    regions that this one lies in (`gazecast.analysis.regions.encloses`)."""

    name: str
    share: float
    low: float
    high: float
    intensity: float
    first_share: float
    first_low: float
    first_high: float
    contrast: float | None = None
    within: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that findings are made from. None stands for what is not known or was not asked for.

    goal: name of the region that should be seen. order: intended against predicted. half_area: part
    of the picture, 0 to 1, that holds half of all looks. clutter: percentile, 0 to 100, in the
    reference set named clutter_set. fold: shares of looks above and below the fold.
    out_of_distribution: the picture is unlike the training data. validation: one line on how far
    the model has been checked on this domain.
    Raises ValueError where the goal is none of the regions.
    """

    regions: tuple[RegionFacts, ...]
    window: Window
    validation: str
    goal: str | None = None
    order: OrderComparison | None = None
    half_area: float | None = None
    clutter: float | None = None
    clutter_set: str | None = None
    fold: tuple[float, float] | None = None
    out_of_distribution: bool = False

    def __post_init__(self) -> None:
        if self.goal is not None and all(self.goal != region.name for region in self.regions):
            raise ValueError(f"the goal {self.goal!r} is none of the regions: give its region")


@record
class Finding:
    """What stands out in the numbers, and what may be done about it."""

    kind: Kind
    """What is found, of a closed list."""
    observation: str
    """What is predicted."""
    hypothesis: str
    """What may be behind it."""
    suggestion: str
    """What to try."""
    effect: float
    """How many times off what it is compared with, on a logarithmic scale: 0 is not at all, 1 is
    ten times or more."""
    numbers: Mapping[str, float]
    """Those behind the sentences, shares as 0 to 1."""


def findings(facts: Facts) -> list[Finding]:
    """The findings, the largest effect first; none is an answer too.

    On a picture unlike the training data that finding comes first and the others are worded as
    tentative.
    """
    found = [*_of_goal(facts), *_of_regions(facts), *_of_page(facts)]
    found.sort(key=lambda finding: -finding.effect)
    if not facts.out_of_distribution:
        return found
    unlike = _finding("unlike_training_data", 10.0, {}, validation=facts.validation)
    return [
        unlike,
        *(
            replace(finding, observation=TENTATIVE.format(observation=finding.observation))
            for finding in found
        ),
    ]


def _of_goal(facts: Facts) -> Iterator[Finding]:
    goal = next((region for region in facts.regions if region.name == facts.goal), None)
    if goal is None:
        return
    rivals = [region for region in facts.regions if _comparable(goal, region)]
    if rivals:
        yield from _against(goal, max(rivals, key=lambda region: region.first_share))
    if goal.high < HARDLY_SEEN:
        yield _finding(
            "goal_hardly_seen",
            _ratio(HARDLY_SEEN, goal.share),
            {"share": goal.share, "high": goal.high, "seconds": float(seconds(facts.window))},
            goal=goal.name,
            share=_percent(goal.share),
            high=_percent(goal.high),
        )
    if goal.contrast is not None and round(goal.contrast, 1) < LEAST_CONTRAST:
        yield _finding(
            "goal_low_contrast",
            LEAST_CONTRAST / goal.contrast,
            {"contrast": goal.contrast, "least": LEAST_CONTRAST},
            goal=goal.name,
        )


def _against(goal: RegionFacts, rival: RegionFacts) -> Iterator[Finding]:
    """The goal and the strongest other region, in the first second."""
    ratio = _ratio(rival.first_share, goal.first_share)
    if ratio >= OUTRANKED and rival.first_low > goal.first_high:
        yield _finding(
            "goal_outranked", ratio, _pair(goal, rival), goal=goal.name, rival=rival.name
        )
    elif ratio >= OUTRANKED:
        yield _finding(
            "goal_rivalled",
            1.0,
            {
                "goal_low": goal.first_low,
                "goal_high": goal.first_high,
                "rival_low": rival.first_low,
                "rival_high": rival.first_high,
            },
            goal=goal.name,
            rival=rival.name,
            goal_range=_range(goal.first_low, goal.first_high),
            rival_range=_range(rival.first_low, rival.first_high),
        )
    elif (
        goal.first_low > rival.first_high
        and (lead := _ratio(goal.first_share, rival.first_share)) >= OUTRANKED
    ):
        yield _finding("goal_dominant", lead, _pair(rival, goal), goal=goal.name, rival=rival.name)


def _of_regions(facts: Facts) -> Iterator[Finding]:
    for region in facts.regions:
        if region.low > DOMINATES and region.intensity >= OUTRANKED and region.name != facts.goal:
            yield _finding(
                "one_region_dominates",
                region.intensity,
                {
                    "share": region.share,
                    "area": region.share / region.intensity,
                    "seconds": float(seconds(facts.window)),
                },
                region=region.name,
                share=_percent(region.share),
                area=_percent(region.share / region.intensity),
            )
    if facts.order is not None:
        yield from _of_order(facts, facts.order)


def _of_order(facts: Facts, order: OrderComparison) -> Iterator[Finding]:
    """The intended pair that the prediction turns round the most."""
    regions = {region.name: region for region in facts.regions}
    wanted = [regions[name] for name in order.intended if name in regions]
    turned = [
        (_ratio(late.first_share, early.first_share), early, late)
        for place, early in enumerate(wanted)
        for late in wanted[place + 1 :]
        if _comparable(early, late) and late.first_low > early.first_high
    ]
    if turned:
        ratio, early, late = max(turned, key=lambda pair: pair[0])
        yield _finding("order_differs", ratio, _pair(early, late), early=early.name, late=late.name)


def _of_page(facts: Facts) -> Iterator[Finding]:
    half = facts.half_area
    if half is not None and half >= SCATTERED * TYPICAL_HALF_AREA:
        yield _finding(
            "attention_scattered",
            half / TYPICAL_HALF_AREA,
            {"half_area": half, "typical": TYPICAL_HALF_AREA},
            half_area=_percent(half),
            typical=_percent(TYPICAL_HALF_AREA),
        )
    if facts.clutter is not None and facts.clutter_set and facts.clutter >= CLUTTERED:
        yield _finding(
            "clutter_high",
            _ratio(50.0, 100.0 - facts.clutter),  # against the half that is above the median
            {"percentile": facts.clutter},
            percent=f"{math.floor(facts.clutter)} %",
            reference=facts.clutter_set,
        )
    if facts.fold is not None and facts.fold[1] >= BELOW_FOLD:
        above, below = facts.fold
        yield _finding(
            "below_fold",
            _ratio(below, above),
            {"above": above, "below": below},
            above=_percent(above),
            below=_percent(below),
        )


def _finding(kind: Kind, times_off: float, numbers: Mapping[str, float], **words: str) -> Finding:
    template = TEMPLATES[kind]
    if "ratio" in numbers:
        words["times"] = (TIMES if numbers["ratio"] < MOST_TIMES else MANY_TIMES).format(
            ratio=numbers["ratio"], most=MOST_TIMES
        )
    values: dict[str, float | str] = {**numbers, **words}
    return Finding(
        kind,
        template.observation.format(**values),
        template.hypothesis.format(**values),
        template.suggestion.format(**values),
        effect=min(max(math.log10(times_off), 0.0), 1.0),
        numbers=numbers,
    )


def _comparable(first: RegionFacts, second: RegionFacts) -> bool:
    """Two regions, neither of which lies in the other."""
    return (
        first.name != second.name
        and second.name not in first.within
        and first.name not in second.within
    )


def _pair(less: RegionFacts, more: RegionFacts) -> dict[str, float]:
    return {
        "ratio": _ratio(more.first_share, less.first_share),
        "share": more.first_share,
        "compared_share": less.first_share,
    }


def _ratio(more: float, less: float) -> float:
    """more / less, at most MOST_TIMES; 1 where both are 0."""
    if more <= 0:
        return 1.0 if less <= 0 else more / less
    return min(more / less, MOST_TIMES) if less > 0 else MOST_TIMES


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"


def _range(low: float, high: float) -> str:
    return f"{_percent(low).removesuffix(' %')} to {_percent(high)}"
