"""`gazecast report`: what is predicted for some designs, as one page to read and to print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor
from gazecast.cli.options import Asked, asks

if TYPE_CHECKING:  # all are slow to load, and --help does without
    from gazecast.designs.design import Design
    from gazecast.designs.html_report import Entry
    from gazecast.model.predictor import Predictor


@asks("regions", "goal_region", "window", "domain", "viewport_height", "scroll_reach")
def report(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="PNG, JPEG or WebP files.", show_default=False),
    ],
    asked: Asked,
    model: ModelOption = None,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("report.html"),
) -> None:
    """Write one HTML file about all images: maps, regions, scores, findings and room for notes.

    It stands alone, loads nothing and prints well. Regions may be an object from an image's name to
    its own; on an image without any, they are found. An image that fails stops the report.
    """
    from rich.console import Console

    from gazecast.cli.predict import write_all
    from gazecast.designs.html_report import html_report

    console = Console(stderr=True)
    images = list(dict.fromkeys(images))
    predictor = load_predictor(model, asked.domain)
    designs = asked.designs(images)
    with console.status("Predicting"):
        entries = [
            _entry(predictor, image, design) for image, design in zip(images, designs, strict=True)
        ]
        page = html_report(entries, designs[0].goal_region or None)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_all({out: page.encode()})
    console.print(f"Written to {out}", markup=False, soft_wrap=True)


def _entry(predictor: Predictor, image: Path, design: Design) -> Entry:
    from gazecast.data.errors import GazecastError
    from gazecast.designs.errors import GoalError, ImageError
    from gazecast.designs.html_report import Entry
    from gazecast.designs.report import report as run

    design = design.model_copy(update={"automatic_regions": not design.regions})
    try:
        try:
            told = run(predictor, design)
        except GoalError:  # this image does not have the goal, another may
            told = run(predictor, design.model_copy(update={"goal_region": ""}))
    except (GazecastError, OSError) as error:
        raise ImageError(f"{image}: {error}") from error
    return Entry(design.name, told.predicted, told)
