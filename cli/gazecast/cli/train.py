"""`gazecast train`: a network from a recipe and eye-tracking data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    recipe: Annotated[
        Path, typer.Argument(metavar="RECIPE", help="Recipe file, YAML.", show_default=False)
    ],
    data: Annotated[
        Path,
        typer.Option(
            help="Folder that holds the data sets' folders.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="Folder for the checkpoint and the log.", show_default=False),
    ],
    start_from: Annotated[
        Path | None,
        typer.Option(help="Checkpoint to begin with instead of ImageNet weights."),
    ] = None,
    hold_out: Annotated[
        list[str] | None,
        typer.Option(help="A split to train nothing on, for cross-validation; may be repeated."),
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(
            help="An exported model that labels the sets which the recipe lets be taught; may be "
            "repeated, and the mean of all is learned."
        ),
    ] = None,
) -> None:
    """Train a network. Run again after a kill, the same command goes on where it stopped."""
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeRemainingColumn

    from gazecast.model.allocator import keep_freed_memory
    from gazecast.training.fit.trainer import Step
    from gazecast.training.fit.trainer import train as run

    keep_freed_memory()
    columns = (
        *Progress.get_default_columns()[:-1],
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Reading data", total=None, loss="")

        def show(step: Step) -> None:
            progress.update(
                task,
                description=step.stage,
                completed=step.done,
                total=step.total,
                loss=f"loss {step.loss:.3f}",
            )

        checkpoint = run(
            recipe,
            data,
            out,
            start_from=start_from,
            hold_out=hold_out or (),
            teachers=teacher or (),
            on_step=show,
        )
    typer.echo(
        f"Trained: {checkpoint}. Next: gazecast export {checkpoint} --data {data} --out FILE"
    )
