"""README.md of the report: sections in words and tables, all from the figures in results.json.

A section is a function from the report to Markdown ("" where there is nothing to tell). To add one,
write the function and put it into SECTIONS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from itertools import groupby

from gazecast.evaluation.evaluate import HEADINGS, MODEL, ProtocolResult
from gazecast.evaluation.people import People
from gazecast.evaluation.report.cases import Case
from gazecast.evaluation.report.measure import AccuracyReport
from gazecast.evaluation.scoring import METRICS, Estimate
from gazecast.model.vocabulary import NOTICE, Window, seconds

_TITLES = {
    "web": "Web pages",
    "mobile": "Phone screens",
    "poster": "Posters and advertisements",
    "photo": "Photographs",
}
_KINDS = {
    "fixation": "eye-tracking fixations",
    "click10": "BubbleView clicks of 10 s",
    "click30": "BubbleView clicks of 30 s",
    "mouse": "mouse positions",
}
_DECIMALS = {"nss": 2, "ig": 2}  # the others lie within 0 and 1, or nearly so


def markdown(report: AccuracyReport) -> str:
    """The text of README.md."""
    parts = (section(report).strip() for section in SECTIONS)
    return "\n\n".join(part for part in parts if part) + "\n"


def head(report: AccuracyReport) -> str:
    """What this is, of which file, and the commands that make it again."""
    model = report.measured.model
    lines = [
        "# Accuracy",
        f"Measured on {model['name']} {model['version']}, sha256 `{model['sha256']}`. "
        "All figures, image by image, are in [results.json](results.json).",
        f"> {NOTICE}",
        _block("pip install 'gazecast[report]'", *_fold_commands(report), report.measured.command),
    ]
    if report.measured.fold_models:
        lines.append(
            "**Cross-validated figures describe the recipe; the shipped file is trained on all "
            "folds.** Each page of fiwi and each design of gdi is scored by a model of the same "
            "recipe that was trained without that image's fold. The shipped file has seen them "
            "all, so it has no honest figure there."
        )
    if report.left_out:
        lines.append("Not in this report:")
        lines.append(_list(report.left_out))
    return "\n\n".join(lines)


def summary(report: AccuracyReport) -> str:
    """The figures to remember, in one table, and whether any method comes close."""
    rows = [("images", "window", "CC", "of people", "NSS", "of people", "next best in CC")]
    for result in report.measured.results:
        name, lead = _next_best(result, "cc")
        scores = result.methods[MODEL].summary
        rows.append(
            (
                f"{_TITLES[result.domain]} ({result.protocol}, {result.n})",
                _window(result),
                _interval(scores["cc"], "cc"),
                _reached(result.people, "cc"),
                _interval(scores["nss"], "nss") if "nss" in scores else "",
                _reached(result.people, "nss"),
                f"{name}, behind by {_interval(lead, 'cc')}",
            )
        )
    return "\n\n".join(
        (
            "## In short",
            _table(rows),
            "Mean over images with its 95 % bootstrap interval. *Of people*: CC as a part of what "
            "another panel of the same size would score (r_N), NSS as a part of what one person "
            "scores on the map of the others; paired intervals.",
            _verdict(report.measured.results),
        )
    )


def methods(report: AccuracyReport) -> str:
    """What was compared, and with which versions."""
    return "\n\n".join(
        (
            "## What is compared",
            _list(
                f"**{_name(name)}**: {method.what}"
                + (f" ({method.package})" * bool(method.package))
                for name, method in report.methods.items()
            ),
            "The last two are taken as they come, without blur or centre bias fitted to these "
            "images; a user of them gets these maps. They are no probabilities, so their KLD and "
            "IG are those of the map divided by its sum.",
        )
    )


def domains(report: AccuracyReport) -> str:
    """A section per protocol, with a table per window."""
    parts = []
    for name, group in groupby(report.measured.results, key=lambda result: result.protocol):
        results = list(group)
        first = results[0]
        parts += [
            f"## {_TITLES[first.domain]}: {name}",
            _conditions(first),
            f"![CC and NSS of every method on {name} with intervals, beside people]"
            f"(scores-{name}.png)",
        ]
        for result in results:
            parts += [f"### {_window(result)}", _scores(result), _in_words(result)]
    return "\n\n".join(parts)


def windows(report: AccuracyReport) -> str:
    """Whether each window's map is the one for that window's looks."""
    parts = []
    for table in report.windows:
        shown = list(table.nss)
        rows = [
            ("NSS on the looks of", *(_first(window) for window in shown)),
            *(
                (
                    f"map of {_first(window)}",
                    *(_interval(table.nss[window][looked], "nss") for looked in shown),
                )
                for window in shown
            ),
        ]
        leads = [
            ("looks of", "own map less the map of", "NSS"),
            *(
                (_first(looked), _first(other), _interval(lead, "nss", decimals=3))
                for looked, others in table.leads.items()
                for other, lead in others.items()
            ),
        ]
        parts += [
            f"### {table.protocol}, {table.n} images",
            f"![NSS of each window's map on each window's looks](windows-{table.protocol}.png)",
            _table(rows),
            "Each window's own map less another window's map, on the same looks, paired:",
            _table(leads),
            _window_verdict(table.leads),
        ]
    if not parts:
        return ""
    said = "Windows are cumulative: the looks of the first 5 s include those of the first 1 s."
    return "\n\n".join(("## Which window's map explains which looks", said, *parts))


def calibration(report: AccuracyReport) -> str:
    """Whether intervals cover, and chances happen, as often as they say."""
    checked = report.calibration
    if checked is None:
        return ""
    shown = list(checked.coverage)
    rows = [("90 % intervals for a panel of", *(_first(window) for window in shown))]
    for panel in next(iter(checked.coverage.values())):
        covered = [checked.coverage[window][panel] for window in shown]
        rows.append(
            (
                f"{panel} people",
                *(f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})" for one in covered),
            )
        )
    errors = ", ".join(
        f"{error:.3f} in the {_first(window)}" for window, error in checked.seen_error.items()
    )
    zero = ", ".join(
        f"{covered:.1%} for {kind}" for kind, covered in checked.difference_coverage.items()
    )
    return "\n\n".join(
        (
            "## Do the intervals hold?",
            "Random rectangles on the pages of fiwi, predicted by the model that never saw the "
            "page; error tables fitted on three folds and checked on the fourth. How many of the "
            "90 % intervals of a region's share hold what such a panel showed, with the 95 % "
            "interval over pages:",
            _table(rows),
            _list(
                (
                    "Chance that a person has fixated a region by the end of the window: expected "
                    f"calibration error (ten bins) {errors}.",
                    "90 % intervals for the difference of a region's shares in two versions that "
                    f"truly do not differ cover zero in {zero}. *Renderings*: recompressed, moved "
                    "by 2 px, at twice the size. *Crops*: a part of the page on its own, where "
                    "people are taken to look as they did when it was part of the page.",
                )
            ),
        )
    )


def cases(report: AccuracyReport) -> str:
    """The best and the worst images of each protocol with the strongest misses in words."""
    parts = [
        "## Best and worst cases",
        "The images of highest and of lowest CC. Contours enclose a quarter, half and three "
        "quarters of the looks: people's in blue, predicted ones dashed in orange. Positions are "
        "in per cent of width and of height from the top left; shares are of a disc as large as a "
        "hotspot (radius 5 % of the longer side). The data sets' own pictures may not be "
        "published, so only positions are.",
    ]
    for name, group in groupby(report.cases, key=lambda case: case.protocol):
        of_protocol = list(group)
        parts += [
            f"### {name}, {_first(of_protocol[0].window)}",
            f"![Contours of people's and predicted looks on the best and worst images of {name}]"
            f"(cases-{name}.png)",
            _list(_case(case) for case in of_protocol),
        ]
    return "\n\n".join(parts)


def failures(_: AccuracyReport) -> str:
    """What goes wrong, written by a person who looked at the cases."""
    text = resources.files(__package__).joinpath("failures.md").read_text(encoding="utf-8")
    return f"## Failures in words\n\n{text}"


def reading(report: AccuracyReport) -> str:
    """What the figures say, and what they do not."""
    said = [
        "They say how near a predicted map comes to where a small panel looked in the first "
        "seconds, without a task, on images like these. They say nothing of intent, understanding "
        "or conversion.",
        "People are no upper bound for CC: a panel's map is noisy, and a smooth prediction can be "
        "nearer to it than the map of another panel is. The bound for a perfect model is the "
        "square root of r_N.",
        "Intervals are over images drawn from the same set. They do not cover other kinds of "
        "design, other people, or another way to train.",
        "Recipes were chosen with these figures in view, so a little of the accuracy on them is "
        "luck that new images will not repeat.",
        "There is no gaze data for phone screens here, so there is no figure for them.",
    ]
    if any(result.domain == "poster" for result in report.measured.results):
        said.append(
            "Posters are scored on clicks that uncover a blurred image. Clicks follow gaze, but "
            "are no gaze, and carry no time."
        )
    return "## What these figures say, and what they do not\n\n" + _list(said)


def definitions(report: AccuracyReport) -> str:
    """How each figure is computed, and the hashes of the models."""
    parts = [
        "## Definitions",
        _list(
            (
                f"Scores: {report.measured.definitions}.",
                "CC, KLD and SIM compare the map with people's looks, blurred. NSS and AUC are "
                "those of single looks. sAUC takes its negatives from where people look on the "
                "other images. IG is in bits a look over the mean map.",
                "Split-half: correlation of the maps of two random halves of the observers. r_N: "
                "2r / (1 + r) of it (Spearman-Brown), what another panel of the same size scores. "
                "Leave-one-out: each person's looks on the map of all the others.",
                "Differences are paired: the same images are drawn for both methods.",
            )
        ),
    ]
    if folds := report.measured.fold_models:
        rows = [("trained without", "recipe", "sha256")]
        rows += [(fold, model["recipe"], f"`{model['sha256']}`") for fold, model in folds.items()]
        parts += ["Models of the cross-validation:", _table(rows)]
    return "\n\n".join(parts)


SECTIONS: tuple[Callable[[AccuracyReport], str], ...] = (
    head,
    summary,
    methods,
    domains,
    windows,
    calibration,
    cases,
    failures,
    reading,
    definitions,
)
"""The report, in reading order."""


def _fold_commands(report: AccuracyReport) -> list[str]:
    if not report.measured.fold_models:
        return []
    recipe = report.measured.model["recipe"]
    return [
        "# the recipe's first lines say what it starts from, and what teaches it",
        f"for fold in {' '.join(report.measured.fold_models)}; do",
        f"  gazecast train recipes/{recipe} --data DATA --out runs/$fold --hold-out $fold "
        "--start-from CHECKPOINT [--teacher FILE ...]",
        "  gazecast export runs/$fold/last.pt --data DATA --out FOLDS/$fold.onnx",
        "done",
    ]


def _conditions(result: ProtocolResult) -> str:
    observers = f", {result.people.observers:.0f} people each" if result.people else ""
    caveat = f" **{result.caveat[0].upper()}{result.caveat[1:]}.**" if result.caveat else ""
    return (
        f"{result.n} images of {result.dataset}{observers}; {_KINDS[result.kind]}, blurred with "
        f"sigma {result.sigma_px:g} px ({result.sigma_note}); domain `{result.domain}`.{caveat}"
    )


def _scores(result: ProtocolResult) -> str:
    shown = [metric for metric in METRICS if metric in result.methods[MODEL].summary]
    rows = [("", *(HEADINGS[metric] for metric in shown))]
    for name, evaluation in result.methods.items():
        mark = "**" if name == MODEL else ""
        cells = (_interval(evaluation.summary[metric], metric) for metric in shown)
        rows.append((f"{mark}{_name(name)}{mark}", *cells))
    if (people := result.people) is not None:
        for label, known in (
            ("people, split-half", {"cc": people.split_half_cc}),
            ("people, another panel (r_N)", {"cc": people.panel_cc}),
            ("a perfect model (√r_N)", {"cc": people.perfect_model_cc}),
            ("people, leave-one-out", {"nss": people.nss, "auc": people.auc}),
        ):
            cells = (
                _interval(known[metric], metric) if metric in known else "" for metric in shown
            )
            rows.append((label, *cells))
    return _table(rows)


def _in_words(result: ProtocolResult) -> str:
    parts = []
    for metric in ("cc", "nss"):
        if metric not in result.methods[MODEL].summary:
            continue
        name, lead = _next_best(result, metric)
        said = f"In {HEADINGS[metric]} the next best is {name}, "
        said += f"{_interval(lead, metric)} behind"
        if result.people is not None:
            said += f"; gazecast reaches {_reached(result.people, metric)} of what people score"
        parts.append(said + ".")
    return " ".join(parts)


def _verdict(results: Sequence[ProtocolResult]) -> str:
    close = [
        f"{name} on {result.protocol}, {_first(result.window)}, {HEADINGS[metric]}: ahead by "
        f"{_interval(leads[metric], metric)}"
        for result in results
        for name, leads in result.differences.items()
        for metric in ("cc", "nss")
        if metric in leads and leads[metric].low <= 0
    ]
    if not close:
        return (
            "Every other method is below gazecast in CC and in NSS on every set and window, and "
            "the interval of no paired difference reaches 0."
        )
    return "Not clearly below gazecast (the paired interval reaches 0):\n\n" + _list(close)


def _window_verdict(leads: Mapping[Window, Mapping[Window, Estimate]]) -> str:
    said = []
    for looked, others in leads.items():
        below = [_first(other) for other, lead in others.items() if lead.low > 0]
        above = [_first(other) for other, lead in others.items() if lead.high < 0]
        ties = [_first(other) for other in others if _first(other) not in (*below, *above)]
        words = [
            f"{verb} that of {' and '.join(names)}"
            for verb, names in (("beats", below), ("ties with", ties), ("loses to", above))
            if names
        ]
        said.append(f"On the looks of {_first(looked)} their own map {', '.join(words)}.")
    return " ".join(said)


def _case(case: Case) -> str:
    nss = "" if case.nss is None else f", NSS {case.nss:.2f}"
    return f"**{case.rank}: {case.image}**, CC {_number(case.cc, 'cc')}{nss}. {case.words}"


def _next_best(result: ProtocolResult, metric: str) -> tuple[str, Estimate]:
    """The other method of the highest mean, and the model's lead over it."""
    leads = {name: lead[metric] for name, lead in result.differences.items()}
    name = min(leads, key=lambda other: leads[other].mean)
    return name, leads[name]


def _name(method: str) -> str:
    return "gazecast" if method == MODEL else method


def _window(result: ProtocolResult) -> str:
    scored = "all looks" if result.seconds is None else f"looks of {_first(result.window)}"
    return f"{_first(result.window)}, on {scored}"


def _first(window: Window) -> str:
    return f"{seconds(window)} s"


def _reached(people: People | None, metric: str) -> str:
    if people is None or metric not in people.reached:
        return ""
    part = people.reached[metric]
    return f"{100 * part.mean:.0f} % ({100 * part.low:.0f} to {100 * part.high:.0f} %)"


def _interval(estimate: Estimate, metric: str, decimals: int | None = None) -> str:
    low, high = (_number(end, metric, decimals) for end in (estimate.low, estimate.high))
    return f"{_number(estimate.mean, metric, decimals)} ({low} to {high})"


def _number(value: float, metric: str, decimals: int | None = None) -> str:
    places = decimals or _DECIMALS.get(metric, 3)
    text = f"{round(value, places) + 0.0:.{places}f}"  # the sum turns -0 into 0
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _table(rows: Sequence[Sequence[str]]) -> str:
    header, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join((header, "|---" * len(rows[0]) + "|", *body))


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _block(*lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines)
