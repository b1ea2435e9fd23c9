"""`gazecast report`: what is predicted for some designs, as one page to read and to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor
from gazecast.model.vocabulary import Window

if TYPE_CHECKING:  # all are slow to load, and --help does without
    from gazecast.serve.html_report import Entry
    from gazecast.serve.schemas import AnyRegionInput
    from gazecast.serve.service import Predicted


def report(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="PNG, JPEG or WebP files.", show_default=False),
    ],
    regions: Annotated[
        Path | None,
        typer.Option(
            help="JSON file with a list of regions for all images, or an object from file name to "
            "list. Without it, regions are found on each image.",
            show_default=False,
        ),
    ] = None,
    goal: Annotated[
        str | None, typer.Option(help="Region that should be seen.", show_default=False)
    ] = None,
    window: Annotated[
        Window, typer.Option(help="Predict the fixations of the first 1, 3 or 5 seconds.")
    ] = "3s",
    domain: Annotated[
        str,
        typer.Option(
            help="What kind of pictures they are: auto, web, mobile, poster, photo, or one that "
            "the model was fine-tuned for. auto decides for each."
        ),
    ] = "auto",
    model: ModelOption = None,
    viewport_height: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Take the images for long pages, seen through screens of this height in pixels.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("report.html"),
) -> None:
    """Write one HTML file about all images: maps, regions, scores, findings and room for notes.

    It stands alone, loads nothing and prints well. An image that fails stops the report.
    """
    from rich.console import Console

    from gazecast.analysis.long_page import LongPageError
    from gazecast.analysis.regions import RegionError
    from gazecast.cli.predict import write_all
    from gazecast.cli.regions_file import RegionsFileError, image_names, read_regions
    from gazecast.model.metadata import ModelFileError
    from gazecast.model.picture import PictureError
    from gazecast.model.prediction import UnknownDomainError
    from gazecast.serve.html_report import ReportError, html_report
    from gazecast.serve.long_pages import LongPageRequest
    from gazecast.serve.service import predict

    console = Console(stderr=True)
    images = list(dict.fromkeys(images))
    names = image_names(images)
    long_page = LongPageRequest.asked(viewport_height, ())
    image: Path | None = None
    try:
        own = read_regions(regions, names)
        predictor = load_predictor(model, domain)
        entries = []
        with console.status("Predicting"):
            for image, name in zip(images, names, strict=True):
                predicted = predict(
                    predictor, image.read_bytes(), window, domain, own[name], long_page=long_page
                )
                entries.append(_entry(name, predicted, own[name], goal))
            image = None
            page = html_report(entries, goal)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_all({out: page.encode()})
    except (
        OSError,
        ModelFileError,
        PictureError,
        RegionError,
        RegionsFileError,
        LongPageError,
        ReportError,
        UnknownDomainError,
    ) as error:
        where = "Cannot report" if image is None else str(image)
        console.print(f"{where}: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"Written to {out}", markup=False, soft_wrap=True)


def _entry(
    name: str, predicted: Predicted, regions: Sequence[AnyRegionInput], goal: str | None
) -> Entry:
    from gazecast.serve import answers
    from gazecast.serve.html_report import Entry
    from gazecast.serve.problems import ProblemError

    try:
        report = answers.report(predicted, answers.Asked(not regions, goal))
    except ProblemError:  # this image does not have the goal, another may
        report = answers.report(predicted, answers.Asked(not regions))
    return Entry(name, predicted, report)
