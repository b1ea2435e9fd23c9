"""`gazecast report`: what is predicted for some designs, as one page to read and to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.model.prediction import DomainChoice, Window

if TYPE_CHECKING:  # both are slow to load, and --help does without
    from gazecast.model.predictor import Predictor
    from gazecast.serve.html_report import Entry
    from gazecast.serve.schemas import AnyRegionInput


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
        DomainChoice,
        typer.Option(help="What kind of pictures they are; auto decides for each."),
    ] = "auto",
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("report.html"),
) -> None:
    """Write one HTML file about all images: maps, regions, scores, findings and room for notes.

    It stands alone, loads nothing and prints well. An image that fails stops the report.
    """
    from rich.console import Console

    from gazecast.analysis.regions import RegionError
    from gazecast.cli.compare import variant_names
    from gazecast.cli.predict import write_all
    from gazecast.model.metadata import ModelFileError
    from gazecast.model.picture import PictureError
    from gazecast.model.predictor import Predictor
    from gazecast.serve.html_report import ReportError, html_report

    console = Console(stderr=True)
    images = list(dict.fromkeys(images))
    names = variant_names(images)
    image: Path | None = None
    try:
        own = _regions(regions, names)
        predictor = Predictor()
        entries = []
        with console.status("Predicting"):
            for image, name in zip(images, names, strict=True):
                entries.append(_entry(predictor, image, name, window, domain, own[name], goal))
            image = None
            page = html_report(entries, goal)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_all({out: page.encode()})
    except (OSError, ModelFileError, PictureError, RegionError, ReportError) as error:
        where = "Cannot report" if image is None else str(image)
        console.print(f"{where}: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"Written to {out}", markup=False, soft_wrap=True)


def _entry(
    predictor: Predictor,
    image: Path,
    name: str,
    window: Window,
    domain: DomainChoice,
    regions: Sequence[AnyRegionInput],
    goal: str | None,
) -> Entry:
    from gazecast.serve import answers
    from gazecast.serve.html_report import Entry
    from gazecast.serve.problems import ProblemError
    from gazecast.serve.service import predict

    predicted = predict(predictor, image.read_bytes(), window, domain, regions)
    try:
        report = answers.report(predicted, answers.Asked(not regions, goal))
    except ProblemError:  # this image does not have the goal, another may
        report = answers.report(predicted, answers.Asked(not regions))
    return Entry(name, predicted, report)


def _regions(file: Path | None, names: Sequence[str]) -> dict[str, Sequence[AnyRegionInput]]:
    """Of each image. Raises OSError, ReportError."""
    from pydantic import TypeAdapter, ValidationError

    from gazecast.serve.html_report import ReportError
    from gazecast.serve.schemas import RegionsOfVariants

    if file is None:
        return dict.fromkeys(names, ())
    adapter: TypeAdapter[RegionsOfVariants] = TypeAdapter(RegionsOfVariants)
    try:
        regions = adapter.validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(map(str, (file, *first["loc"])))
        raise ReportError(f"{where}: {first['msg']}") from error
    if isinstance(regions, list):
        return dict.fromkeys(names, regions)
    for name in regions:
        if name not in names:
            raise ReportError(
                f"{file} has regions of {name!r}, but the images are {', '.join(names)}"
            )
    return {name: regions.get(name, ()) for name in names}
