"""`gazecast evaluate`: the model's accuracy on eye-tracking data, for anyone to measure again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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
    record: Annotated[
        bool, typer.Option("--record", help="Write the figures into the model's JSON too.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path(
        "results.json"
    ),
) -> None:
    """Measure accuracy on eye-tracking data, beside the centre prior and beside people."""
    from rich.console import Console
    from rich.progress import Progress

    from gazecast.data.stimulus import DataError
    from gazecast.model.metadata import ModelFileError
    from gazecast.model.picture import PictureError
    from gazecast.model.predictor import SHIPPED_MODEL, Predictor
    from gazecast.training.evaluate_command import chosen_protocols, print_report, run
    from gazecast.training.evaluate_command import record as record_figures

    console = Console()
    try:
        protocols = chosen_protocols(protocol or [], data)
        out.parent.mkdir(parents=True, exist_ok=True)
        with Progress(console=Console(stderr=True)) as progress:
            report = run(data, protocols, Predictor(model), progress=progress)
    except (DataError, ModelFileError, PictureError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
    print_report(report, console)
    if record:
        record_figures(report, model or SHIPPED_MODEL)
    out.write_text(report.to_json(), encoding="utf-8")
    console.print(f"Written to {out}")
