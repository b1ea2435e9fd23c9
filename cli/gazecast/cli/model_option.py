"""The option of every command that predicts: which model does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ModelOption = Annotated[
    Path | None,
    typer.Option(
        help="ONNX file to predict with, its JSON beside it. Default: the shipped model.",
        show_default=False,
    ),
]
