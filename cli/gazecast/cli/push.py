"""`gazecast push`: a model goes to the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def push(
    model: Annotated[
        Path,
        typer.Argument(
            help="ONNX file with its .json beside it, or a folder with model.onnx: a candidate, or "
            "a version in a registry.",
            exists=True,
            show_default=False,
        ),
    ],
    repository: Annotated[
        str, typer.Argument(help="OWNER/NAME on the hub; made if missing.", show_default=False)
    ],
    public: Annotated[
        bool,
        typer.Option("--public", help="Let everybody see a repository that is made. Default: you."),
    ] = False,
) -> None:
    """Publish a model with its description and card on the Hugging Face Hub.

    Held-out scores and the names of your images stay here. The token is that of `hf auth login` or
    HF_TOKEN.
    """
    from gazecast.model.hub import MODEL
    from gazecast.model.hub import push as run

    pushed = run(model / MODEL if model.is_dir() else model, repository, public=public)
    typer.echo(f"Pushed {pushed.info.name} {pushed.info.version}, SHA-256 {pushed.info.sha256}")
    typer.echo(f"Fetch it: gazecast pull {repository} --revision {pushed.revision} --out FOLDER")
