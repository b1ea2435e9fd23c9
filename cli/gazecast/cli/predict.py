"""`gazecast predict`: attention maps of image files."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor
from gazecast.model.vocabulary import Window

if TYPE_CHECKING:  # slow to load, and --help does without
    from gazecast.model.predictor import Predictor


def predict(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="PNG, JPEG or WebP files.", show_default=False),
    ],
    out: Annotated[
        Path, typer.Option(help="Directory to write to; made if missing.", show_default=False)
    ],
    window: Annotated[
        Window, typer.Option(help="Predict the fixations of the first 1, 3 or 5 seconds.")
    ] = "3s",
    domain: Annotated[
        str,
        typer.Option(
            help="What kind of picture it is: auto, web, mobile, poster, photo, or one that the "
            "model was fine-tuned for. auto decides from its content."
        ),
    ] = "auto",
    model: ModelOption = None,
) -> None:
    """Write NAME.heatmap.png, NAME.density.npy and NAME.json for each image.

    NAME is the image's name without its suffix; images that would share it get their full name,
    and a number where even that is shared. One image that fails does not stop the others; it is
    named at the end and the exit code is 1.
    """
    from rich.console import Console

    from gazecast.model.metadata import ModelFileError
    from gazecast.model.prediction import UnknownDomainError

    console = Console(stderr=True)
    try:
        out.mkdir(parents=True, exist_ok=True)
        predictor = load_predictor(model, domain)
    except (OSError, ModelFileError, UnknownDomainError) as error:
        console.print(f"Cannot start: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    predict_into(out, images, predictor, window, domain)


def predict_into(
    out: Path, images: Sequence[Path], predictor: Predictor, window: Window, domain: str
) -> None:
    """Writes each image's files into a folder that is there. Raises typer.Exit when an image fails,
    after all have been tried."""
    from rich.console import Console
    from rich.progress import track

    from gazecast.data.names import UnsafeNameError, inside
    from gazecast.model.picture import PictureError, read_picture
    from gazecast.serve import answers
    from gazecast.serve.service import Predicted

    console = Console(stderr=True)
    names = output_names(images)
    failed: dict[Path, str] = {}
    for image, name in track(names.items(), "Predicting", console=console):
        try:
            picture = read_picture(image)
            prediction = predictor.predict(picture, window, domain)
            write_all(
                {
                    inside(out, f"{name}.heatmap.png"): answers.overlay_png(picture, prediction),
                    inside(out, f"{name}.density.npy"): answers.density_npy(prediction.density),
                    inside(out, f"{name}.json"): answers.report(Predicted(picture, [], prediction))
                    .model_dump_json(indent=2)
                    .encode(),
                }
            )
        except (PictureError, UnsafeNameError, OSError) as error:
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
    """Writes files so that each is either whole or, after a crash or on a full disk, not there.

    Raises OSError, also where a device or a pipe is to be written: it would be replaced by a file.
    """
    partial = {path: path.with_name(f".{uuid.uuid4().hex}.partial") for path in files}
    try:
        for path, content in files.items():
            if path.exists() and not path.is_file():
                raise OSError(f"{path} is no file, and is not replaced by one; name another")
            with partial[path].open("xb") as file:  # follows no link that was there before
                file.write(content)
        for path, written in partial.items():
            written.replace(path)
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)
