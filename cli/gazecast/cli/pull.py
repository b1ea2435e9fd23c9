"""`gazecast pull`: a model comes from the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def pull(
    repository: Annotated[str, typer.Argument(help="OWNER/NAME on the hub.", show_default=False)],
    out: Annotated[
        Path, typer.Option(help="New folder for the model.", file_okay=False, show_default=False)
    ],
    revision: Annotated[
        str | None,
        typer.Option(
            help="Commit, tag or branch. A commit names the same files for good, and once fetched "
            "needs no network. Default: main, as it is now.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Fetch a model that gazecast push has published, and check it.

    With HF_HUB_OFFLINE=1 only what was fetched before is used.
    """
    from gazecast.model.hub import MODEL
    from gazecast.model.hub import pull as run

    pulled = run(repository, out, revision=revision)
    typer.echo(f"Pulled {pulled.info.name} {pulled.info.version}, SHA-256 {pulled.info.sha256}")
    typer.echo(f"Revision: {pulled.revision}")
    typer.echo(f"Serve it: GAZECAST_MODEL={out / MODEL} gazecast serve")
