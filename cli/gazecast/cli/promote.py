"""`gazecast promote`: a fine-tuned model takes the place of the current one, if it is better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

REFUSED = 3
"""Exit code of a candidate that is not promoted: it was compared, and is not better."""

RegistryOption = Annotated[
    Path,
    typer.Option(
        "--registry",
        envvar="GAZECAST_REGISTRY",
        file_okay=False,
        help="Folder of the promoted models, the same as the service's GAZECAST_REGISTRY.",
        show_default=False,
    ),
]


def promote(
    candidate: Annotated[
        Path,
        typer.Argument(
            help="Folder that gazecast finetune wrote.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ],
    registry: RegistryOption,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder that it was fine-tuned on; needed only where the current model is another "
            "than it began as.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    allow_no_difference: Annotated[
        bool,
        typer.Option(
            "--allow-no-difference",
            help="Promote a candidate too that is neither better nor worse.",
        ),
    ] = False,
) -> None:
    """Let a candidate predict from now on, if it is better than the model that does.

    It must be better on your held-out images beyond the 95 % interval, and still predict like the
    shipped model elsewhere. A service with the same registry takes it up within seconds.

    The exit code is 0 when it was promoted, 3 when it was refused, and 1 when it cannot be
    compared or the registry cannot be written.
    """
    from rich.console import Console

    from gazecast.cli.tables import print_assessment
    from gazecast.model.registry.registry import Registry
    from gazecast.training.promotion.promote import assess
    from gazecast.training.promotion.promote import promote as run

    console = Console()
    promoted_models = Registry(registry)
    with console.status("Comparing"):
        assessment = assess(candidate, promoted_models, data)
    print_assessment(assessment, console)
    judgement = assessment.judgement
    if judgement.objections and not (judgement.same and allow_no_difference):
        console.print("Refused, the current model stays:", style="bold red")
        for objection in judgement.objections:
            console.print(f"- {objection}", markup=False, soft_wrap=True)
        if judgement.same:
            console.print("To promote it all the same: --allow-no-difference")
        raise typer.Exit(REFUSED)
    version = run(assessment, promoted_models)
    console.print(f"Promoted: version {version.name} predicts.", style="bold green")
    console.print(f"To go back: gazecast models rollback --registry {registry}", markup=False)
