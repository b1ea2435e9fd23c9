"""`gazecast check`: whether designs keep to an attention budget, for continuous integration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor

if TYPE_CHECKING:  # all are slow to load, and --help does without
    from rich.table import Table

    from gazecast.analysis.budget import Numbers, Outcome
    from gazecast.cli.budget_file import Budget
    from gazecast.designs.records import Report
    from gazecast.designs.report import DesignReport
    from gazecast.model.predictor import Predictor


def check(
    budget: Annotated[
        Path,
        typer.Option(help="YAML file of rules and regions.", show_default=False),
    ],
    images: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="IMAGE",
            help="PNG, JPEG or WebP files. Without any, those that the budget lists.",
            show_default=False,
        ),
    ] = None,
    model: ModelOption = None,
    junit: Annotated[
        Path | None, typer.Option(help="Write JUnit XML to this file.", show_default=False)
    ] = None,
    github: Annotated[
        bool,
        typer.Option(help="Print GitHub annotations.", envvar="GITHUB_ACTIONS", show_default=False),
    ] = False,
) -> None:
    """Hold designs against an attention budget.

    The exit code is 0 when each rule passes, 1 when one fails, and 2 when the budget or an image
    cannot be used; other images are still checked.
    """
    from rich.console import Console

    from gazecast.analysis.budget import BudgetError
    from gazecast.cli.budget_file import read_budget
    from gazecast.cli.ci_formats import github_annotation, github_annotations, junit_xml
    from gazecast.cli.predict import write_all
    from gazecast.data.errors import GazecastError

    errors = Console(stderr=True)
    try:
        rules = read_budget(budget)
        chosen = list(dict.fromkeys(images or rules.images))
        if not chosen:
            raise BudgetError(f"no image to check: name one, or list some under images in {budget}")
        predictor = load_predictor(model, rules.domain)
    except (GazecastError, OSError) as error:
        errors.print(f"Cannot check: {error}", style="red", markup=False, soft_wrap=True)
        if github:
            typer.echo(github_annotation(str(error), str(budget)))
        raise typer.Exit(2) from error

    results: dict[str, Sequence[Outcome] | str] = {}
    for image in chosen:
        result = _check(image, rules, predictor)
        results[str(image)] = result if isinstance(result, str) else result[1]
        if isinstance(result, str):
            errors.print(f"{image}: {result}", style="red", markup=False, soft_wrap=True)
        else:
            _print(image, *result)
    if github:
        for line in github_annotations(results):
            typer.echo(line)
    if junit is not None:
        try:
            junit.parent.mkdir(parents=True, exist_ok=True)
            write_all({junit: junit_xml(results)})
        except OSError as error:
            errors.print(f"Cannot write {junit}: {error}", style="red", markup=False)
            raise typer.Exit(2) from error
    worst = max(
        2 if isinstance(result, str) else int(not all(outcome.passed for outcome in result))
        for result in results.values()
    )
    if worst:
        raise typer.Exit(worst)


def _check(
    image: Path, budget: Budget, predictor: Predictor
) -> tuple[DesignReport, Sequence[Outcome]] | str:
    """The report and the outcomes, or why there are none."""
    from gazecast.analysis.budget import check_budget
    from gazecast.data.errors import GazecastError
    from gazecast.designs.report import report

    try:
        told = report(predictor, budget.design(image))
        return told, check_budget(budget.rules, numbers(told))
    except (GazecastError, OSError) as error:
        return str(error)


def numbers(report: Report) -> Numbers:
    """What rules are held against. The regions' names must differ, and scores must be there."""
    from gazecast.analysis.budget import Numbers, RegionNumbers
    from gazecast.analysis.order import first_glance_order
    from gazecast.model.vocabulary import WINDOWS

    assert report.scores is not None
    glances = first_glance_order(
        {
            region.name: {window: each.share for window, each in region.by_window.items()}
            for region in report.regions
        }
    )
    ranks = {glance.name: glance.rank for glance in glances}
    return Numbers(
        focus=report.scores.focus,
        regions={
            region.name: RegionNumbers(
                share=region.share,
                interval=region.interval,
                first_interval=region.by_window[WINDOWS[0]].interval,
                seen=region.seen,
                rank=region.rank,
                glance=ranks[region.name],
                contrast=region.contrast,
            )
            for region in report.regions
        },
    )


def _print(image: Path, report: Report, outcomes: Sequence[Outcome]) -> None:
    from rich.console import Console

    console = Console()
    failed = sum(not outcome.passed for outcome in outcomes)
    verdict = f"{failed} of {len(outcomes)} failed" if failed else f"all {len(outcomes)} passed"
    console.print(f"{image}: {verdict}", style="bold", markup=False)
    console.print(_table(outcomes))
    if report.unfamiliar.warning:
        console.print(report.unfamiliar.warning, style="yellow")
    panels = {region.interval.observers for region in report.regions if region.interval}
    ranges = "".join(f" Ranges: a panel of {people} people, 90 %." for people in panels)
    console.print(
        f"First {report.window}; {report.domain.name}: {report.domain.validation}.{ranges}",
        markup=False,
    )
    console.print(report.notice, markup=False)


def _table(outcomes: Sequence[Outcome]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("Rule", "Wanted", "Found", "Result")
    for outcome in outcomes:
        result = Text("pass", "green") if outcome.passed else Text("fail", "bold red")
        table.add_row(Text(outcome.rule), Text(outcome.wanted), Text(outcome.found), result)
    return table
