"""`gazecast compare`: which version of a design shows what better, as far as that can be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor
from gazecast.model.vocabulary import Window

if TYPE_CHECKING:  # both are slow to load, and --help does without
    from rich.table import Table

    from gazecast.serve.schemas import ComparisonAnswer


def compare(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="2 to 8 PNG, JPEG or WebP files.", show_default=False),
    ],
    regions: Annotated[
        Path | None,
        typer.Option(
            help="JSON file with a list of regions for all images, or an object from file name to "
            "list. Without it, regions are found on the first image.",
            show_default=False,
        ),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(
            help="Region that should be seen: only with it may the verdict name an image.",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        Window, typer.Option(help="Compare the fixations of the first 1, 3 or 5 seconds.")
    ] = "3s",
    domain: Annotated[
        str,
        typer.Option(
            help="What kind of pictures they are: auto, web, mobile, poster, photo, or one that "
            "the model was fine-tuned for. auto decides once, from all of them."
        ),
    ] = "auto",
    model: ModelOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Directory for comparison.json and difference.png; made if missing.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Compare versions of a design: how much of the attention each region gets, and whether the
    difference is more than chance. No difference that can be told is a result too."""
    from functools import partial

    from rich.console import Console

    from gazecast.analysis.comparison import ComparisonError
    from gazecast.cli.predict import write_all
    from gazecast.cli.regions_file import RegionsFileError, image_names, read_regions
    from gazecast.model.metadata import ModelFileError
    from gazecast.model.prediction import UnknownDomainError
    from gazecast.serve import answers
    from gazecast.serve.problems import ProblemError, problem_of
    from gazecast.serve.service import predict
    from gazecast.serve.variants import (
        compare_variants,
        regions_by_variant,
        require_calibration,
    )

    console = Console(stderr=True)
    names = image_names(images)
    try:
        own = regions_by_variant(read_regions(regions, names), names)
        files = {name: image.read_bytes() for name, image in zip(names, images, strict=True)}
        predictor = load_predictor(model, domain)
        require_calibration(predictor.info)
        with console.status("Comparing"):
            compared = compare_variants(
                files, partial(predict, predictor), window, domain, own, goal
            )
        answer = answers.comparison(compared)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            write_all(
                {
                    out / "comparison.json": answer.model_dump_json(indent=2).encode(),
                    out / "difference.png": answers.difference_png(compared),
                }
            )
    except (ProblemError, ComparisonError) as error:
        problem = problem_of(error).problem
        console.print(f"{problem.detail} {problem.remedy}", style="red", markup=False)
        raise typer.Exit(1) from error
    except (OSError, ModelFileError, RegionsFileError, UnknownDomainError) as error:
        console.print(f"Cannot compare: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    _print(answer)
    if out is not None:
        console.print(f"Written to {out}", markup=False)


def _print(answer: ComparisonAnswer) -> None:
    from rich.console import Console

    console = Console()
    console.print(_verdict(answer), style="bold", markup=False)
    console.print(_table(answer))
    if answer.automatic:
        console.print("The regions were found on the first image.")
    if answer.unmatched:
        names = ", ".join(answer.unmatched)
        console.print(f"In one image only, so not compared: {names}", markup=False)
    for variant in answer.variants:
        if variant.unfamiliar.warning:
            warning = f"{variant.name}: {variant.unfamiliar.warning}"
            console.print(warning, style="yellow", markup=False)
    console.print(
        f"First {answer.window}; {answer.domain.name}: {answer.domain.validation}. Ranges: a panel "
        f"of {answer.observers} people, 90 %.",
        markup=False,
    )
    console.print(answer.notice, markup=False)


def _verdict(answer: ComparisonAnswer) -> str:
    from gazecast.analysis.comparison import DIFFERS, NO_DIFFERENCE

    if answer.verdict == NO_DIFFERENCE:
        return "No detectable difference"
    if answer.verdict == DIFFERS:
        return f"The images differ (probability {_chance(answer.probability)})"
    return (
        f"{answer.verdict}: {answer.goal_region} is seen more in it "
        f"(probability {_chance(answer.probability)})"
    )


def _chance(probability: float) -> str:
    return f"{probability:.1%}" if probability < 0.999 else "over 99.9%"


def _table(answer: ComparisonAnswer) -> Table:
    from rich.table import Table
    from rich.text import Text

    from gazecast.analysis.comparison import NO_DIFFERENCE

    table = Table()
    for heading in ("Region", *(each.name for each in answer.variants), "More in", "Probability"):
        table.add_column(Text(heading))
    for region in answer.regions:
        shares = [
            f"{share.share:.1%} ({share.low:.0%} to {share.high:.0%})" if share else ""
            for share in (region.shares.get(variant.name) for variant in answer.variants)
        ]
        told = region.verdict != NO_DIFFERENCE
        verdict = (region.verdict, _chance(region.probability)) if told else ("", "")
        table.add_row(
            *map(Text, (region.name, *shares, *verdict)),
            style="bold" if region.name == answer.goal_region else "",
        )
    return table
