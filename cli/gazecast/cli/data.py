"""`gazecast data`: bring eye tracking of other tools into the form that training reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

data = typer.Typer(
    name="data", no_args_is_help=True, help="Import eye-tracking data of other tools."
)

_IMPORT_EXTRA = {"polars", "pandera", "jinja2"}


@data.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="The export, a folder of exports, or a published data set.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to make; it must not hold anything yet.")],
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="tobii, eyelink, gazepoint, pupil-core, pupil-cloud, realeye, clicks; gazecast "
            "(our form), or a data set: cat2000, fiwi, mit1003, osie, salicon, ueyes. "
            "Default: told from the source.",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the images that were shown. Default: images/ in or beside the source.",
            file_okay=False,
        ),
    ] = None,
    screen: Annotated[
        str | None,
        typer.Option(help="Size of the screen, such as 1920x1080, where the export lacks it."),
    ] = None,
    shown: Annotated[
        str | None,
        typer.Option(
            help="Where on the screen images were: fitted (as large as fits, centred), centred (at "
            "their own size), stretched (over all of it), or a rectangle as LEFT,TOP,WIDTHxHEIGHT. "
            "Default: as the export says, else fitted."
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(
            help="Name in the export that is no image, such as instructions; may be repeated."
        ),
    ] = None,
) -> None:
    """Import eye tracking, check it, and report on it.

    Makes the folder that `gazecast train`, `evaluate` and `finetune` read, and report.html in it.
    """
    from rich.console import Console
    from rich.table import Table

    from gazecast.data.importing.run import import_dataset
    from gazecast.data.placement import read_placing, read_size

    imported = import_dataset(
        source,
        out,
        format_name=format_name,
        images=images,
        screen=read_size(screen) if screen else None,
        placing=read_placing(shown) if shown else None,
        skip=skip or (),
    )
    console = Console()
    quality = imported.quality
    table = Table("imported as " + imported.format, "", show_edge=False)
    table.add_row("images", f"{len(imported.data):,}")
    table.add_row("observers", f"{len(quality.observers):,}")
    for kind, count in quality.kinds.items():
        table.add_row(f"records of kind {kind}", f"{count:,}")
    for reason, count in imported.dropped.items():
        table.add_row(f"left out: {reason}", f"{count:,}")
    console.print(table)
    for warning in quality.warnings:
        console.print(f"- {warning}", style="yellow", markup=False, highlight=False)
    # Unwrapped, for the path to be copied.
    typer.echo(f"Look at the report before training: {imported.report}")
