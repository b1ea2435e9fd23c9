"""What was measured, as tables for the terminal."""

from __future__ import annotations

from statistics import fmean

from rich.console import Console
from rich.table import Table

from gazecast.evaluation.candidate import Candidate
from gazecast.evaluation.evaluate import HEADINGS, MODEL, Report
from gazecast.evaluation.fit_error_tables import CalibrationCheck
from gazecast.evaluation.people import People
from gazecast.evaluation.scoring import METRICS, Estimate
from gazecast.model.vocabulary import WINDOWS
from gazecast.training.promotion.promote import Assessment


def print_check(check: CalibrationCheck, console: Console) -> None:
    """One table: how often intervals cover, and how far chances are off."""
    table = Table(title="On folds held out", title_justify="left")
    for heading in ("", *WINDOWS):
        table.add_column(heading)
    for panel in next(iter(check.coverage.values())):
        cells = [check.coverage[window][panel] for window in WINDOWS]
        table.add_row(
            f"covered by 90 % intervals, {panel} observers",
            *(f"{cell.value:.3f} ({cell.low:.3f} to {cell.high:.3f})" for cell in cells),
        )
    table.add_row("seen: calibration error", *(f"{check.seen_error[w]:.3f}" for w in WINDOWS))
    for kind, covered in check.difference_coverage.items():
        table.add_row(f"no difference covered, {kind}", "", f"{covered:.3f}", "")
    console.print(table)


def print_candidate(candidate: Candidate, console: Console) -> None:
    """A table of the stages, and one line on what came of them."""
    table = Table(
        title=f"Domain {candidate.domain}, {candidate.data.images} images, cross-validated",
        title_justify="left",
    )
    for heading in ("stage", "parameters", "kept", "why", "time"):
        table.add_column(heading)
    for stage in candidate.stages:
        table.add_row(
            stage.name,
            f"{stage.parameters:,}",
            "yes" if stage.kept else "no",
            stage.reason,
            f"{stage.seconds:.0f} s",
        )
    console.print(table)
    if not candidate.kept:
        console.print("No stage was kept: the candidate predicts as the model it began with.")
        return
    window = candidate.data.windows[-1]
    before = fmean(candidate.start_scores(window, "nss"))
    after = fmean(candidate.scores(window, "nss"))
    console.print(f"NSS on images held out, {window}: {before:.2f} before, {after:.2f} now.")


def print_assessment(assessment: Assessment, console: Console) -> None:
    """Two tables: on the user's images, and elsewhere."""
    judgement, pairs = assessment.judgement, assessment.pairs
    own = Table(
        title=f"On your held-out images: {len(pairs.candidate)} of {assessment.candidate.data.name}"
    )
    for heading in ("", "current", "candidate", "gain (95 % interval)", ""):
        own.add_column(heading, justify="left" if heading == "" else "right", no_wrap=True)
    for each in judgement.differences:
        gain = each.gain
        own.add_row(
            each.metric.upper(),
            f"{each.current:.3f}",
            f"{each.candidate:.3f}",
            f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})",
            each.outcome,
        )
    console.print(own)
    console.print(f"Current model: {pairs.basis}.", markup=False)
    if pairs.left_out:
        console.print(
            f"Left out: {len(pairs.left_out)} images that it was fine-tuned on, or the model that "
            "the candidate began as.",
            markup=False,
            soft_wrap=True,
        )
    if assessment.flattered:
        console.print(
            "Its description says that it was trained on this data: its scores here are better "
            "than on new images.",
            markup=False,
            soft_wrap=True,
        )
    others = Table(title="Elsewhere: how like the shipped model")
    for heading in ("pictures", "CC", "at least", "KLD", "at most", ""):
        others.add_column(
            heading, justify="left" if heading in {"pictures", ""} else "right", no_wrap=True
        )
    for kind in judgement.elsewhere:
        others.add_row(
            f"{kind.pictures} {kind.domain}",
            f"{kind.cc:.3f}",
            f"{kind.tolerance.cc:.2f}",
            f"{abs(kind.kld):.3f}",  # rounding makes that of equal maps a little negative
            f"{kind.tolerance.kld:.2f}",
            "within" if kind.within else "too far",
        )
    console.print(others)


def print_report(report: Report, console: Console) -> None:
    """One table per protocol and window: the model, the other methods, and people."""
    console.print(
        f"{report.model['name']} {report.model['version']}, sha256 {report.model['sha256'][:12]}"
    )
    for result in report.results:
        looked = "all" if result.seconds is None else f"onset within {result.seconds:g} s"
        table = Table(
            title=f"{result.protocol}, {result.window}: {result.n} images, "
            f"{result.kind} ({looked}), blur {result.sigma_px:g} px, domain {result.domain}",
            title_justify="left",
            caption=result.caveat or None,
            caption_justify="left",
        )
        for heading in ("", *result.methods, "people"):
            table.add_column(heading)
        for metric in METRICS:
            if metric in result.methods[MODEL].summary:
                cells = [_estimate(method.summary[metric]) for method in result.methods.values()]
                table.add_row(HEADINGS[metric], *cells, _people(result.people, metric))
        console.print(table)
    console.print(report.definitions)
    console.print("mean map: where people look on other images of the set, the centre prior")
    console.print(
        "people: CC that another panel of the same size would score (Spearman-Brown); "
        "NSS and AUC of each observer on the map of the others"
    )


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _people(people: People | None, metric: str) -> str:
    if people is None:
        return ""
    known = {"cc": people.panel_cc, "nss": people.nss, "auc": people.auc}
    return _estimate(known[metric]) if metric in known else ""
