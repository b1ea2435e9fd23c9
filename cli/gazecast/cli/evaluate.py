"""`gazecast evaluate`: the model's accuracy on eye-tracking data, for anyone to measure again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gazecast.evaluation.evaluate import Report

_REPORT_EXTRA = {"cv2", "hotgaze", "matplotlib"}


def evaluate(
    data: Annotated[
        Path,
        typer.Option(
            help="Folder that holds the data sets' folders.", exists=True, file_okay=False
        ),
    ],
    protocol: Annotated[
        list[str] | None,
        typer.Option(help="What to measure, such as osie-test; may be repeated. Default: all."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(help="ONNX file with its JSON beside it. Default: the shipped model."),
    ] = None,
    fold_models: Annotated[
        Path | None,
        typer.Option(
            help="Folder with f0.onnx to f3.onnx, each trained without that fold: fiwi and gdi are "
            "then cross-validated.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the whole report: results.json, README.md and plots, beside every "
            "other method. Needs the extra 'report'.",
            file_okay=False,
        ),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write the figures into the model's JSON too.")
    ] = False,
    out: Annotated[
        Path, typer.Option(help="Where the figures go, as JSON; with --report into its folder.")
    ] = Path("results.json"),
) -> None:
    """Measure accuracy on eye-tracking data, beside other methods and beside people."""
    from rich.console import Console

    from gazecast.cli.tables import print_report
    from gazecast.evaluation.evaluate import record as record_figures
    from gazecast.model.predictor import SHIPPED_MODEL

    console = Console()
    measured, written = _measure(data, protocol or [], model, fold_models, report, out)
    if report is None:  # the report has the tables
        print_report(measured, console)
    if record:
        record_figures(measured, model or SHIPPED_MODEL)
    console.print(f"Written to {written}")


def _measure(
    data: Path,
    names: list[str],
    model: Path | None,
    fold_models: Path | None,
    report: Path | None,
    out: Path,
) -> tuple[Report, Path]:
    """What was measured, and the file that it was written to, while bars show how far it is."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from gazecast.evaluation.cross_validation import read_fold_models
    from gazecast.evaluation.evaluate import chosen_protocols, default_protocols, run
    from gazecast.model.predictor import Predictor

    default = default_protocols(
        cross_validated=fold_models is not None, held_out_only=report is not None
    )
    protocols = chosen_protocols(names, data, default=default)
    folds = read_fold_models(fold_models) if fold_models else None
    with Progress(console=Console(stderr=True)) as progress:
        bars: dict[str, TaskID] = {}

        def show(doing: str, done: int, total: int) -> None:
            if doing not in bars:
                bars[doing] = progress.add_task(doing, total=total)
            progress.update(bars[doing], completed=done)

        if report is None:
            out.parent.mkdir(parents=True, exist_ok=True)
            measured = run(data, protocols, Predictor(model), folds=folds, on_image=show)
            out.write_text(measured.to_json(), encoding="utf-8")
            return measured, out

        from gazecast.evaluation.report.measure import measure
        from gazecast.evaluation.report.write import write_report

        accuracy, cases = measure(
            data,
            protocols,
            Predictor(model),
            folds=folds,
            command=_report_command(names, model, fold_models),
            on_image=show,
        )
        write_report(accuracy, cases, report)
        return accuracy.measured, report / "README.md"


def _report_command(protocols: list[str], model: Path | None, fold_models: Path | None) -> str:
    """The command that makes the report again, without the paths of this machine."""
    return " ".join(
        [
            "gazecast evaluate --data DATA",
            *(["--model FILE"] if model else []),
            *(["--fold-models FOLDS"] if fold_models else []),
            *(f"--protocol {name}" for name in protocols),
            "--report docs/accuracy",
        ]
    )
