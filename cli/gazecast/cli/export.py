"""`gazecast export`: the ONNX file that predicts, from a training checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    checkpoints: Annotated[
        list[Path],
        typer.Argument(
            metavar="CHECKPOINT",
            help="OUT/last.pt of a training run; of several that held out different folds the mean "
            "is exported.",
            show_default=False,
        ),
    ],
    data: Annotated[
        Path,
        typer.Option(
            help="Folder that holds the recipe's data sets.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="The .onnx file to write; a .json goes beside it.")],
    recipe: Annotated[
        Path | None,
        typer.Option(help="The recipe with newer validation lines or domain examples."),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the model.")] = "gazecast",
    version: Annotated[str, typer.Option(help="Version of the weights.")] = "0",
) -> None:
    """Write the network as ONNX, checked against torch, with its description beside it."""
    from gazecast.training.export.export import export as run

    if out.suffix != ".onnx":
        raise typer.BadParameter("must end in .onnx", param_hint="--out")
    info = run(checkpoints, out, name=name, version=version, data_root=data, recipe_path=recipe)
    typer.echo(f"Exported {out}: {info.name} {info.version}, SHA-256 {info.sha256}")
