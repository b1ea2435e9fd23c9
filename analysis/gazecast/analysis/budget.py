"""Attention budgets: what a design's numbers must keep to, as a build keeps to a size limit.

A rule is one line of a budget; held against the numbers of one picture it gives an outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from gazecast.analysis.uncertainty import Interval
from gazecast.data.errors import GazecastError
from gazecast.model.vocabulary import Window

_Known = TypeVar("_Known")


class BudgetError(GazecastError, ValueError):
    """A rule cannot be held against a picture. The message says what to change."""


@dataclass(frozen=True, slots=True)
class RegionNumbers:
    """Of one region. share: of all looks in the budget's window, 0 to 1. interval, first_interval:
    of the share in that window and in the first second; seen: chance that one person has looked at
    it by the end of each window; all None where the model is not calibrated. rank: 1 for the
    highest share. glance: 1 for what is expected to be seen first; equal where that cannot be told.
    contrast: WCAG ratio, 1 to 21, None where there is none to measure."""

    share: float
    interval: Interval | None
    first_interval: Interval | None
    seen: Mapping[Window, float] | None
    rank: int
    glance: int
    contrast: float | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one picture. focus: 0 to 1."""

    focus: float
    regions: Mapping[str, RegionNumbers]

    def region(self, name: str) -> RegionNumbers:
        """Raises BudgetError for an unknown one."""
        if name not in self.regions:
            known = ", ".join(self.regions) or "none"
            raise BudgetError(
                f"there is no region {name!r}: name one of the picture's regions ({known}), or add "
                "it to them"
            )
        return self.regions[name]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule. rule, wanted and found are short phrases for people."""

    rule: str
    wanted: str
    found: str
    passed: bool

    def __str__(self) -> str:
        return f"{self.rule}: wanted {self.wanted}, found {self.found}"


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Name = Annotated[str, Field(min_length=1)]


class _Bounds(_Part):
    """The least and the most that is allowed, both included."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _check(self) -> _Bounds:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}, exchange them")
        return self

    def hold(self, low: float, high: float) -> bool:
        """Whether all from low to high is allowed."""
        return (self.min is None or low >= self.min) and (self.max is None or high <= self.max)

    def wanted(self, scale: float = 1.0, unit: str = "") -> str:
        """In words, the bounds times `scale`."""
        least, most = (
            None if bound is None else f"{bound * scale:g}" for bound in (self.min, self.max)
        )
        if most is None:
            return f"at least {least}{unit}"
        if least is None:
            return f"at most {most}{unit}"
        return f"exactly {least}{unit}" if least == most else f"{least} to {most}{unit}"

    def found(self, value: float, scale: float = 1.0, unit: str = "", least: int = 1) -> str:
        """The value times `scale`, with digits enough, at least `least`, to tell it from
        a bound that it misses."""
        missed = [bound for bound in (self.min, self.max) if bound not in (None, value)]
        for digits in range(least, 6):
            text = f"{value * scale:.{digits}f}"
            if not any(float(text) == round(bound * scale, digits) for bound in missed):
                break
        return f"{text}{unit}"


_Part01 = Annotated[float, Field(ge=0, le=1)]


class ShareBounds(_Bounds):
    """Shares of all looks, 0 to 1."""

    min: _Part01 | None = None
    max: _Part01 | None = None


class SeenBounds(ShareBounds):
    """Chances that one person has looked there, 0 to 1. by: the end of this window."""

    by: Window


class RankBounds(_Bounds):
    """Places, 1 for the highest share."""

    min: Annotated[int, Field(ge=1)] | None = None
    max: Annotated[int, Field(ge=1)] | None = None


class ContrastBounds(_Bounds):
    """WCAG contrast ratios of a region, 1 to 21."""

    region: Name
    min: Annotated[float, Field(ge=1, le=21)] | None = None
    max: Annotated[float, Field(ge=1, le=21)] | None = None


class ShareRule(_Part):
    """How much attention a region gets. confident: its whole interval keeps to the bounds."""

    region: Name
    share: ShareBounds
    confident: bool = False

    def check(self, numbers: Numbers) -> Outcome:
        """Raises BudgetError."""
        region = numbers.region(self.region)
        low = high = region.share
        found = self.share.found(region.share, 100, " %")
        wanted = self.share.wanted(100, " %")
        if region.interval is not None:
            found += f" ({_range(region.interval)})"
        if self.confident:
            interval = _calibrated(region.interval, "confident")
            low, high = interval.low, interval.high
            wanted += ", the whole range"
        return Outcome(f"share of {self.region}", wanted, found, self.share.hold(low, high))


class SeenRule(_Part):
    """How likely it is that one person has looked at a region by the end of a window."""

    region: Name
    seen: SeenBounds

    def check(self, numbers: Numbers) -> Outcome:
        """Raises BudgetError."""
        seen = _calibrated(numbers.region(self.region).seen, "seen")[self.seen.by]
        return Outcome(
            f"{self.region} seen by {self.seen.by}",
            self.seen.wanted(100, " %"),
            self.seen.found(seen, 100, " %"),
            self.seen.hold(seen, seen),
        )


class RankRule(_Part):
    """The place of a region's share among those of all regions."""

    region: Name
    rank: RankBounds

    def check(self, numbers: Numbers) -> Outcome:
        """Raises BudgetError."""
        rank = numbers.region(self.region).rank
        return Outcome(
            f"rank of {self.region}",
            self.rank.wanted(),
            f"{rank} of {len(numbers.regions)}",
            self.rank.hold(rank, rank),
        )


class OrderRule(_Part):
    """One region is expected to be seen before another; a tie is not enough. confident: their
    intervals in the first second are apart."""

    first: Name
    before: Name
    confident: bool = False

    @model_validator(mode="after")
    def _check(self) -> OrderRule:
        if self.first == self.before:
            raise ValueError("first and before name the same region, name two")
        return self

    def check(self, numbers: Numbers) -> Outcome:
        """Raises BudgetError."""
        first, before = numbers.region(self.first), numbers.region(self.before)
        passed = first.glance < before.glance
        wanted = "in the first glance"
        found = f"places {first.glance} and {before.glance}"
        if first.glance == before.glance:
            found = f"a tie at place {first.glance}"
        if self.confident:
            one = _calibrated(first.first_interval, "confident")
            other = _calibrated(before.first_interval, "confident")
            passed = passed and one.low > other.high
            wanted += ", ranges of the first second apart"
            found += f" ({_range(one)}; {_range(other)})"
        return Outcome(f"{self.first} before {self.before}", wanted, found, passed)


class ContrastRule(_Part):
    """How much a region's content stands out from its background."""

    contrast: ContrastBounds

    def check(self, numbers: Numbers) -> Outcome:
        """Raises BudgetError."""
        ratio = numbers.region(self.contrast.region).contrast
        return Outcome(
            f"contrast of {self.contrast.region}",
            self.contrast.wanted(unit=":1"),
            "none to measure: one colour alone, or a polygon"
            if ratio is None
            else self.contrast.found(ratio, unit=":1"),
            ratio is not None and self.contrast.hold(ratio, ratio),
        )


class FocusRule(_Part):
    """How concentrated the attention is."""

    focus: ShareBounds

    def check(self, numbers: Numbers) -> Outcome:
        focus = numbers.focus
        return Outcome(
            "focus",
            self.focus.wanted(),
            self.focus.found(focus, least=2),
            self.focus.hold(focus, focus),
        )


_RULES = {
    "share": ShareRule,
    "seen": SeenRule,
    "rank": RankRule,
    "first": OrderRule,
    "contrast": ContrastRule,
    "focus": FocusRule,
}


def _kind(rule: object) -> str | None:
    """By the field that only this kind has, so that only that kind's errors are told."""
    fields = rule if isinstance(rule, dict) else getattr(rule, "model_fields_set", ())
    return next((field for field in _RULES if field in fields), None)


AnyRule = Annotated[
    Annotated[ShareRule, Tag("share")]
    | Annotated[SeenRule, Tag("seen")]
    | Annotated[RankRule, Tag("rank")]
    | Annotated[OrderRule, Tag("first")]
    | Annotated[ContrastRule, Tag("contrast")]
    | Annotated[FocusRule, Tag("focus")],
    Discriminator(
        _kind,
        custom_error_type="unknown_rule",
        custom_error_message="not a known rule: give one of {region, share}, {region, seen}, "
        "{region, rank}, {first, before}, {contrast} and {focus}",
    ),
]
"""Any rule, told by the field that only its kind has."""


def check_budget(rules: Iterable[AnyRule], numbers: Numbers) -> list[Outcome]:
    """One outcome for each rule, in their order. Raises BudgetError for a rule about a region that
    is not there, or about a certainty that a model without calibration does not have."""
    return [rule.check(numbers) for rule in rules]


def _calibrated(value: _Known | None, field: str) -> _Known:
    if value is None:
        raise BudgetError(
            f"{field} needs a calibrated model, and this one is not: run gazecast calibrate, use "
            f"the shipped model, or leave the rule's {field!r} out"
        )
    return value


def _range(interval: Interval) -> str:
    return f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %"
