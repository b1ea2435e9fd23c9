"""The report's words and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template

from gazecast.analysis.regions import Polygon, Region, encloses
from gazecast.analysis.scores.reference_sets import reference_set
from gazecast.model.prediction import WINDOWS
from gazecast.serve.html_report.markup import Markup, escape, join, tag
from gazecast.serve.html_report.pictures import figures, letter, shape
from gazecast.serve.schemas import (
    FindingAnswer,
    HotspotAnswer,
    LongPageAnswer,
    RegionAnswer,
    Report,
)
from gazecast.serve.service import Predicted

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""The Content-Security-Policy that the page asks for."""


class ReportError(ValueError):
    """A report cannot be made. The message says what to change."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One image of a report: its name, its prediction, and the numbers of it.

    report: asked for with the goal, where the image has it.
    """

    name: str
    predicted: Predicted
    report: Report


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
    first = entries[0].report
    count = "1 image" if len(entries) == 1 else f"{len(entries)} images"
    return _filled(
        "page.html",
        policy=Markup(POLICY),
        title=join("Attention report: ", ", ".join(entry.name for entry in entries)),
        style=Markup(_resource("style.css").strip()),
        heading="Attention report",
        summary=f"{count}. Where people are predicted to look in the first {_seconds(first)}.",
        notice=first.notice,
        contents=_contents(entries),
        images=Markup(
            "\n".join(_image(number, entry, goal) for number, entry in enumerate(entries, start=1))
        ),
        limits=_limits(entries[0]),
    )


def _filled(template: str, **parts: str) -> Markup:
    values = {name: escape(part) for name, part in parts.items()}
    return Markup(Template(_resource(template)).substitute(values))


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _contents(entries: Sequence[Entry]) -> Markup:
    if len(entries) == 1:
        return Markup()
    items = [
        tag("li", tag("a", tag("bdi", entry.name), href=f"#image-{number}"))
        for number, entry in enumerate(entries, start=1)
    ]
    return tag("nav", tag("ol", *items), aria_label="Images")


# ---- One image ---------------------------------------------------------------------------------


def _image(number: int, entry: Entry, goal: str | None) -> Markup:
    report, prediction = entry.report, entry.predicted.prediction
    warning = report.unfamiliar.warning
    return _filled(
        "image.html",
        number=str(number),
        name=tag("bdi", entry.name),
        taken_for=_taken_for(report),
        warning=tag("p", warning, class_="warning") if warning else "",
        shape=shape(prediction.width, prediction.height),
        figures=figures(
            entry.predicted.picture.rgb,
            prediction.density,
            report.regions,
            report.hotspots,
            entry.name,
            _where(report.hotspots),
        ),
        goal="" if goal is None else _goal(entry, goal),
        findings=_findings([each for each in report.findings if not _is_of(goal, each)]),
        long_page="" if report.long_page is None else _long_page(report.long_page),
        order=_order(report),
        regions=_regions(report, goal),
        hotspots=_hotspots(report.hotspots),
        scores=_scores(report),
        fine=f"{report.image.width} x {report.image.height} px. Image SHA-256 "
        f"{report.image.sha256}. Prediction {report.id}.",
    )


def _taken_for(report: Report) -> str:
    domain = report.domain
    how = "as requested"
    if domain.requested == "auto":
        how = f"probability {100 * max(domain.probabilities.values()):.0f} %"
    kind = _KINDS.get(domain.name, domain.name)
    return f"Taken for {kind} ({how}). The model is {report.accuracy}."


def _where(hotspots: Sequence[HotspotAnswer]) -> str:
    if not hotspots:
        return "attention is spread out, no place stands out"
    strongest = hotspots[0]
    return (
        f"strongest {100 * strongest.x:.0f} % from the left and {100 * strongest.y:.0f} % from the "
        f"top, {_times(strongest.intensity)} an even spread"
    )


def _is_of(goal: str | None, finding: FindingAnswer) -> bool:
    return goal is not None and finding.kind.startswith("goal_")


def _findings(found: Sequence[FindingAnswer]) -> Markup:
    if not found:
        return tag("p", "Nothing stands out in the numbers.")
    return tag("ul", *map(_finding, found), class_="findings")


def _finding(finding: FindingAnswer) -> Markup:
    return tag(
        "li",
        tag("p", tag("strong", finding.observation)),
        tag("p", f"{finding.hypothesis} {finding.suggestion}", class_="why"),
    )


def _long_page(page: LongPageAnswer) -> Markup:
    """What is peculiar to it, the depths in pixels."""
    facts = [
        f"Seen through {page.screens} overlapping screens of {page.viewport_height} px.",
        f"Above the fold: {100 * page.above_the_fold:.0f} % of the looks; below it: "
        f"{100 * page.below_the_fold:.0f} %.",
        *(
            f"{words} of the visitors get to {depth:.0f} px."
            for words, depth in (("Half", page.half_reach), ("A quarter", page.quarter_reach))
            if depth is not None
        ),
        *(
            f"False bottom: the screen that ends at {each.fold} px looks like the page's end, "
            f"blank from {each.top} to {each.bottom} px."
            for each in page.false_bottoms
        ),
    ]
    return join(tag("h3", "Long page"), tag("ul", *(tag("li", fact) for fact in facts)))


def _order(report: Report) -> Markup:
    if not report.first_glance_order:
        return tag("p", "There are no regions to put in an order.")
    expected = join(
        tag("p", "Regions in the order in which they are expected to be seen first:"),
        _names_in_order(report.first_glance_order),
    )
    asked = report.intended_order
    if asked is None or not asked.intended:
        return expected
    words = "The order that was intended:"
    if asked.agreement is not None:
        words = (
            f"The order that was intended (agreement {asked.agreement:.2f}, from -1, reversed, to "
            "1, the same):"
        )
    return join(expected, tag("p", words), _names_in_order(asked.intended))


def _names_in_order(names: Sequence[str]) -> Markup:
    return tag("ol", *(tag("li", tag("bdi", name)) for name in names), class_="order")


def _regions(report: Report, goal: str | None) -> Markup:
    if not report.regions:
        return tag("p", "No regions were given, and none were found on the image.")
    most = max(each.interval.high if each.interval else each.share for each in report.regions)
    interval = report.regions[0].interval
    caption = f"Share: part of all looks in the first {_seconds(report)}"
    if interval is not None:
        caption += (
            f", with the range of a panel of {interval.observers} people in 90 % of cases. Seen: "
            "chance that one person has looked at it by then"
        )
    caption += (
        ". Intensity: share by area, 1x is an even spread. Contrast: WCAG ratio, estimated from "
        "pixels."
    )
    if any(each.automatic for each in report.regions):
        caption += " The regions were found on the image, not given."
    calibrated = (
        ("90\u00a0% range", None),
        *((f"Seen by {window.removesuffix('s')}\u00a0s", None) for window in WINDOWS),
    )
    headings = (
        ("", None),
        ("Region", "text"),
        ("Share", None),
        ("", "range"),
        *(() if interval is None else calibrated),
        ("Intensity", None),
        ("Rank", None),
        ("Contrast", None),
    )
    rows = [_region(number, each, most, goal) for number, each in enumerate(report.regions, 1)]
    return _table(caption, headings, rows)


def _region(number: int, region: RegionAnswer, most: float, goal: str | None) -> Markup:
    interval, seen = region.interval, region.seen
    calibrated = []
    if interval is not None and seen is not None:
        calibrated = [
            f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %",
            *(f"{100 * seen[window]:.0f} %" for window in WINDOWS),
        ]
    return tag(
        "tr",
        tag("td", str(number)),
        tag("th", tag("bdi", region.name), scope="row", class_="text"),
        tag("td", _percent(region.share)),
        tag("td", _range_picture(region, most), class_="range"),
        *(tag("td", words) for words in calibrated),
        tag("td", _times(region.intensity)),
        tag("td", str(region.rank)),
        tag("td", "-" if region.contrast is None else f"{region.contrast:.1f}"),
        class_="is-goal" if region.name == goal else None,
    )


def _range_picture(region: RegionAnswer, most: float) -> Markup:
    """The share as a dot on its range; the numbers stand beside it."""
    scale = 94 / most if most > 0 else 0.0
    parts = [tag("line", x1=3, x2=97, y1=5, y2=5)]
    if region.interval is not None:
        left, right = (3 + scale * end for end in (region.interval.low, region.interval.high))
        parts.append(tag("rect", x=f"{left:.1f}", y=3, width=f"{right - left:.1f}", height=4))
    parts.append(tag("circle", cx=f"{3 + scale * region.share:.1f}", cy=5, r=3))
    return tag("svg", *parts, viewBox="0 0 100 10", aria_hidden="true")


def _hotspots(hotspots: Sequence[HotspotAnswer]) -> Markup:
    if not hotspots:
        return tag("p", "None: no place draws twice what an even spread would give.")
    rows = [
        tag(
            "tr",
            tag("th", letter(number), scope="row", class_="text"),
            tag("td", f"{100 * spot.x:.0f} %"),
            tag("td", f"{100 * spot.y:.0f} %"),
            tag("td", _percent(spot.share)),
            tag("td", _times(spot.intensity)),
        )
        for number, spot in enumerate(hotspots)
    ]
    headings = (
        ("Hotspot", "text"),
        ("From left", None),
        ("From top", None),
        ("Share around it", None),
        ("Intensity at the peak", None),
    )
    return _table("The strongest peaks of attention.", headings, rows)


def _scores(report: Report) -> Markup:
    scores = report.scores
    values = {
        "focus": f"{scores.focus:.2f}",
        "half_area": _percent(scores.half_area),
        "clarity": "-" if scores.clarity is None else f"{scores.clarity:.0f}",
        **{name: f"{value:.3g}" for name, value in scores.clutter.model_dump().items()},
    }
    places = {} if scores.percentiles is None else scores.percentiles.model_dump()
    caption = "There is no set of pictures of this kind to compare with."
    if scores.reference_set is not None:
        reference = reference_set(scores.reference_set)
        caption = (
            f"Percentile: part of the {reference.pictures} pictures of {reference.name} with a "
            f"lower value ({reference.source.partition(' (')[0]})."
        )
    rows = [
        tag(
            "tr",
            tag("th", tag("dfn", name, title=definition), scope="row", class_="text"),
            tag("td", values[key]),
            tag("td", f"{places[key]:.0f}" if key in places else "-"),
            tag("td", words, class_="text"),
        )
        for key, (name, definition, words) in SCORES.items()
    ]
    headings = (("Score", "text"), ("Value", None), ("Percentile", None), ("What it tells", "text"))
    return _table(caption, headings, rows)


def _table(
    caption: str, headings: Sequence[tuple[str, str | None]], rows: Sequence[Markup]
) -> Markup:
    """headings: words and class of each column; an empty cell heads what needs no words."""
    head = tag(
        "tr",
        *(
            tag("th", words, scope="col", class_=kind) if words else tag("td", class_=kind)
            for words, kind in headings
        ),
    )
    table = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *rows))
    return tag("div", table, class_="scroll")


# ---- The goal ----------------------------------------------------------------------------------


def _goal(entry: Entry, goal: str) -> Markup:
    report = entry.report
    heading = tag("h3", "Goal: ", tag("bdi", goal))
    region = next((region for region in report.regions if region.name == goal), None)
    if region is None:
        return tag("div", heading, tag("p", "This image has no such region."), class_="goal")
    place = report.first_glance_order.index(goal)
    facts = [
        f"It is predicted to draw {_percent(region.share)} of all looks in the first "
        f"{_seconds(report)}, and to come at place {place + 1} of {len(report.regions)} at first "
        "glance."
    ]
    if region.seen is not None:
        chance = region.seen[report.window]
        facts.append(
            f"The chance that one person has looked at it by then is {100 * chance:.0f} %."
        )
    around = {each.name for each in report.regions if encloses(_placed(each), _placed(region))}
    before = [
        join(" ", tag("bdi", name, class_="name"))
        for name in report.first_glance_order[:place]
        if name not in around
    ]
    found = [each for each in report.findings if _is_of(goal, each)]
    return tag(
        "div",
        heading,
        tag("p", " ".join(facts)),
        tag("p", "Expected before it, apart from what it lies in:", *before) if before else "",
        _findings(found) if found else "",
        class_="goal",
    )


def _placed(region: RegionAnswer) -> Region | Polygon:
    if region.points is not None:
        return Polygon(region.name, tuple(region.points))
    return Region(region.name, region.x, region.y, region.width, region.height)


# ---- The end -----------------------------------------------------------------------------------


def _limits(entry: Entry) -> Markup:
    report, model = entry.report, entry.predicted.prediction.model
    calibration = model.calibration
    lines = [
        report.notice,
        "A share tells how much a place is looked at, not whether it is liked, read or clicked. No "
        "score says that a design is good.",
        "Differences between images may be chance: gazecast compare tells.",
        "Ranges were not measured for this model, so none are shown."
        if calibration is None
        else f"Ranges: {calibration.basis}.",
        *(
            f"{_KINDS[name].removeprefix('a ').capitalize() if name in _KINDS else name}: "
            f"{validation}."
            for name, validation in model.domains.items()
        ),
        f"Model {model.name} {model.version}, SHA-256 {model.sha256}, licence {model.licence}; "
        f"definitions {report.definitions}.",
    ]
    return tag("ul", *(tag("li", line) for line in lines), class_="limits")


def _seconds(report: Report) -> str:
    number = report.window.removesuffix("s")
    return "second" if number == "1" else f"{number} seconds"


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"


def _times(multiple: float) -> str:
    return f"{multiple:.1f}x"
