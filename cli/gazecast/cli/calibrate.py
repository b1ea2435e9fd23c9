"""`gazecast calibrate`: how far a model's shares may be believed, measured and written into it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def calibrate(
    data: Annotated[
        Path,
        typer.Option(help="Folder that holds the fiwi folder.", exists=True, file_okay=False),
    ],
    fold_models: Annotated[
        Path,
        typer.Option(
            help="Folder with f0.onnx to f3.onnx, each trained without that fold.",
            exists=True,
            file_okay=False,
        ),
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            help="ONNX file whose JSON gets the tables. Default: the shipped model.",
        ),
    ] = None,
) -> None:
    """Measure the errors of shares, of chances of being seen and of differences on pages that the
    models of a cross-validation never saw, and write the tables into the model's JSON."""
    from rich.console import Console

    from gazecast.cli.tables import print_check
    from gazecast.data.layouts import read_dataset
    from gazecast.evaluation.cross_validation import read_fold_models
    from gazecast.evaluation.fit_error_tables import check, fit, measure, record
    from gazecast.model.predictor import SHIPPED_MODEL

    console = Console()
    dataset = read_dataset(data / "fiwi")
    with console.status("Measuring"):
        pages = measure(dataset, read_fold_models(fold_models), "web")
    observers = max(len(page.shares["5s"].fixations) for page in pages)
    basis = f"gaze of {observers} people on {len(pages)} desktop web pages (FiWI), held out"
    checked = check(pages)
    record(fit(pages, basis), model or SHIPPED_MODEL)
    print_check(checked, console)
    console.print(f"Written into {(model or SHIPPED_MODEL).with_suffix('.json')}")
