"""`gazecast compare`: which version of a design shows what better, as far as that can be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazecast.cli.model_option import ModelOption, load_predictor
from gazecast.cli.options import Asked, asks

if TYPE_CHECKING:  # both are slow to load, and --help does without
    from rich.table import Table

    from gazecast.designs.records import Comparison


@asks("window", "domain", "regions", "goal_region")
def compare(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="2 to 8 PNG, JPEG or WebP files.", show_default=False),
    ],
    asked: Asked,
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
    difference is more than chance. No difference that can be told is a result too.

    Only with a goal region may the verdict name an image. Regions may be an object from an image's
    name to its own; without any, they are found on the first image.
    """
    from rich.console import Console

    from gazecast.cli.predict import write_all
    from gazecast.designs.comparison import compare as run

    console = Console(stderr=True)
    predictor = load_predictor(model, asked.domain)
    designs = asked.designs(images)
    with console.status("Comparing"):
        comparison = run(predictor, designs)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_all(
            {
                out / "comparison.json": comparison.to_json(indent=2).encode(),
                out / "difference.png": comparison.difference_png(),
            }
        )
    _print(comparison)
    if out is not None:
        console.print(f"Written to {out}", markup=False)


def _print(answer: Comparison) -> None:
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


def _verdict(answer: Comparison) -> str:
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


def _table(answer: Comparison) -> Table:
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
