"""`gazecast finetune`: a model of one's own from a model and eye-tracking data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SHIPPED = "shipped"


def finetune(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Images and fixations, as `gazecast data import` writes them.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the candidate.", file_okay=False, show_default=False)
    ],
    start_from: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Model to begin with: shipped, or an ONNX file with its JSON beside it.",
        ),
    ] = SHIPPED,
    domain: Annotated[
        str | None,
        typer.Option(
            help="Whose parameters to train: web, mobile, poster, photo, or a new name. Default: "
            "the one whose maps fit the images best."
        ),
    ] = None,
    sigma_px: Annotated[
        float | None,
        typer.Option(
            help="Blur of the ground truth in pixels of the images, best one degree of visual "
            "angle. Default: 2.2 % of the longer side.",
            min=1,
        ),
    ] = None,
) -> None:
    """Fine-tune a model on your own images; what comes out is a candidate for `gazecast promote`.

    Three stages train more and more of the network. Each is kept only if it makes images better
    that it has not seen. Run again after a kill, the same command goes on where it stopped.
    """
    from rich.console import Console
    from rich.progress import Progress, TimeRemainingColumn

    from gazecast.cli.tables import print_candidate
    from gazecast.model.allocator import keep_freed_memory
    from gazecast.model.predictor import SHIPPED_MODEL
    from gazecast.training.finetuning.finetune import At
    from gazecast.training.finetuning.finetune import finetune as run

    keep_freed_memory()
    model = SHIPPED_MODEL if start_from == SHIPPED else Path(start_from)
    columns = (*Progress.get_default_columns()[:-1], TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Reading data", total=None)

        def show(at: At) -> None:
            progress.update(task, description=at.doing, completed=at.done, total=at.total or None)

        candidate = run(
            folder,
            out,
            start_from=model,
            domain=domain,
            sigma_px=sigma_px,
            on_progress=show,
        )
    console = Console()
    print_candidate(candidate, console)
    console.print(f"Candidate: {out}. Next: gazecast promote {out}", soft_wrap=True)
