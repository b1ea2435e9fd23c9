"""The report's words and tables: what page.html.j2 shows, and how numbers are written in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gazecast.analysis.findings import Finding
from gazecast.analysis.regions import Region, encloses
from gazecast.analysis.scores.clutter import Clutter
from gazecast.analysis.scores.reference_sets import reference_set
from gazecast.designs.errors import ReportError
from gazecast.designs.html_report.pictures import Pictures, draw
from gazecast.designs.predicted import Predicted
from gazecast.designs.records import MeasuredRegion, Report
from gazecast.model.vocabulary import WINDOWS, seconds

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""The Content-Security-Policy that the page asks for."""

# What HTML does not allow (its standard, section 13.2.3.5), nor UTF-8.
_NO_HTML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry:
    """One image of a report: its name, its prediction, and the numbers of it.

    report: asked for with the goal, where the image has it.
    """

    name: str
    predicted: Predicted
    report: Report


@dataclass(frozen=True, slots=True)
class _Goal:
    """What an image has of the goal. place: from 1, in the order of first glances. before: the
    regions expected to be seen before it, apart from those that it lies in."""

    region: MeasuredRegion
    place: int
    before: list[str]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class _Shown:
    """One image as the template shows it. findings: those that are not the goal's."""

    name: str
    report: Report
    pictures: Pictures
    goal: _Goal | None
    findings: list[Finding]


_KINDS: dict[str, str] = {
    "web": "a web page",
    "mobile": "a phone screen",
    "poster": "a poster",
    "photo": "a photograph",
}

# Name, definition in full, what it tells; percentiles exist for the last four.
SCORES = {
    "focus": (
        "Focus",
        "1 - normalised entropy of the density: 0 for an even spread, 1 for one place alone",
        "How concentrated attention is, 0 to 1",
    ),
    "half_area": (
        "Half area",
        "Smallest part of the picture that holds half of the attention; 50 % for an even spread",
        "Part of the picture that holds half of the attention",
    ),
    "clarity": (
        "Clarity",
        "100 minus the mean of the four percentiles below; a place among pictures, not a measure "
        "of how well a design works",
        "Place among pictures of its kind: 100 is the least cluttered",
    ),
    "feature_congestion": (
        "Feature congestion",
        "Local variability of colour, contrast and orientation (Rosenholtz, Li and Nakano 2007)",
        "Clutter: how much colours, edges and directions vary",
    ),
    "subband_entropy": (
        "Subband entropy",
        "Entropy of the coefficients of a steerable pyramid (Rosenholtz, Li and Nakano 2007)",
        "Clutter: how little of the picture follows from the rest",
    ),
    "contour_density": (
        "Contour density",
        "Share of pixels on an edge by Canny's detector (Miniukovich and De Angeli 2014)",
        "Clutter: how many edges there are",
    ),
    "colourfulness": (
        "Colourfulness",
        "Spread and mean of the opponent colours (Hasler and Suesstrunk 2003)",
        "How strong and varied colours are",
    ),
}


def html_report(entries: Sequence[Entry], goal: str | None = None) -> str:
    """One HTML page about the images, the same for the same entries.

    entries: at least one, all of one model and window. goal: name of the region that should be
    seen. Raises ReportError for a goal that no image has.
    """
    known = {region.name: None for entry in entries for region in entry.report.regions}
    if goal is not None and goal not in known:
        names = ", ".join(known) or "none, as no regions were given or found"
        raise ReportError(f"no image has a region {goal!r}: name one of these: {names}")
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            entries=[_shown(entry, goal) for entry in entries],
            goal=goal,
            first=entries[0].report,
            model=entries[0].predicted.prediction.model,
        )
    )


@cache
def environment() -> Environment:
    """The templates: what they show is text, and escaped, until it is said to be markup."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_without_controls,
    )
    environment.globals |= {
        "policy": POLICY,
        "style": (_FOLDER / "style.css").read_text(encoding="utf-8").strip(),
        "kinds": _KINDS,
        "windows": WINDOWS,
        "definitions": SCORES,
        "clutter_measures": frozenset(field.name for field in fields(Clutter)),
        "reference_set": reference_set,
    }
    environment.filters |= {
        "letter": _letter,
        "percent": lambda part: f"{100 * part:.1f} %",
        "px": lambda value: f"{value:.1f}",
        "seconds": seconds,
        "spell": lambda window: "second" if window == "1s" else f"{seconds(window)} seconds",
        "times": lambda multiple: f"{multiple:.1f}x",
        "upper_end": lambda region: region.interval.high if region.interval else region.share,
        "whole_percent": lambda part: f"{100 * part:.0f} %",
    }
    return environment


def _without_controls(value: object) -> object:
    """The value to show; characters that a page cannot have become U+FFFD."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _NO_HTML.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def _letter(number: int) -> str:
    """A, B, C and so on, for 0, 1, 2."""
    return chr(ord("A") + number)


def _shown(entry: Entry, goal: str | None) -> _Shown:
    report = entry.report
    of_goal = [each for each in report.findings if goal and each.kind.startswith("goal_")]
    return _Shown(
        entry.name,
        report,
        draw(
            entry.predicted.picture.rgb,
            entry.predicted.prediction.density,
            report.regions,
            report.hotspots,
        ),
        _goal(report, goal, of_goal),
        [each for each in report.findings if each not in of_goal],
    )


def _goal(report: Report, goal: str | None, findings: list[Finding]) -> _Goal | None:
    """None where the image has no such region."""
    region = next((region for region in report.regions if region.name == goal), None)
    if goal is None or region is None:
        return None
    place = report.first_glance_order.index(goal)
    around = {each.name for each in report.regions if encloses(_box(each), _box(region))}
    before = [name for name in report.first_glance_order[:place] if name not in around]
    return _Goal(region, place + 1, before, findings)


def _box(region: MeasuredRegion) -> Region:
    return Region(region.name, region.x, region.y, region.width, region.height)
