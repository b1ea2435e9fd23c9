"""`gazecast predict`: attention maps of image files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor
from gazecast.cli.options import Asked, asks
from gazecast.data.atomic import replacing

if TYPE_CHECKING:  # slow to load, and --help does without
    from gazecast.designs.design import Design
    from gazecast.model.predictor import Predictor


@asks()
def predict(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="PNG, JPEG or WebP files.", show_default=False),
    ],
    out: Annotated[
        Path, typer.Option(help="Directory to write to; made if missing.", show_default=False)
    ],
    asked: Asked,
    model: ModelOption = None,
) -> None:
    """Write NAME.heatmap.png, NAME.density.npy and NAME.json for each image.

    NAME is the image's name without its suffix; images that would share it get their full name,
    and a number where even that is shared. One image that fails does not stop the others; it is
    named at the end and the exit code is 1.
    """
    out.mkdir(parents=True, exist_ok=True)
    predictor = load_predictor(model, asked.domain)
    predict_into(out, asked.designs(list(dict.fromkeys(images))), predictor)


def predict_into(out: Path, designs: Sequence[Design], predictor: Predictor) -> None:
    """Writes each design's files into a folder that is there. Raises typer.Exit when one fails,
    after all have been tried."""
    from rich.console import Console
    from rich.progress import track

    from gazecast.data.errors import GazecastError
    from gazecast.data.names import inside
    from gazecast.designs.files import density_npy, overlay_png
    from gazecast.designs.report import report

    console = Console(stderr=True)
    images = [design.image for design in designs if isinstance(design.image, Path)]
    names = output_names(images)
    failed: dict[Path, str] = {}
    for image, design in track(
        list(zip(images, designs, strict=True)), "Predicting", console=console
    ):
        name = names[image]
        try:
            told = report(predictor, design)
            write_all(
                {
                    inside(out, f"{name}.heatmap.png"): overlay_png(told.predicted),
                    inside(out, f"{name}.density.npy"): density_npy(
                        told.predicted.prediction.density
                    ),
                    inside(out, f"{name}.json"): told.to_json(indent=2).encode(),
                }
            )
        except (GazecastError, OSError) as error:
            failed[image] = str(error)
    console.print(f"{len(names) - len(failed)} of {len(names)} predicted, in {out}", markup=False)
    for image, reason in failed.items():
        console.print(f"{image}: {reason}", style="red", markup=False, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def output_names(images: Sequence[Path]) -> dict[Path, str]:
    """A name for each image's output, no two the same.

    The stem; the full name where stems collide; numbers where those collide too. Case is ignored,
    as on file systems that fold it. An image given twice is taken once.
    """
    unique = list(dict.fromkeys(images))
    stems = Counter(image.stem.casefold() for image in unique)
    wanted = [image.stem if stems[image.stem.casefold()] == 1 else image.name for image in unique]
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for image, base in zip(unique, wanted, strict=True):
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names[image] = name
    return names


def write_all(files: Mapping[Path, bytes]) -> None:
    """Writes files, each of them whole or, after a crash or on a full disk, not there. Raises
    OSError."""
    with ExitStack() as written:
        for path, content in files.items():
            written.enter_context(replacing(path)).write_bytes(content)
