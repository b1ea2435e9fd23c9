"""The command `gazecast`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gazecast.cli.calibrate import calibrate
from gazecast.cli.check import check
from gazecast.cli.compare import compare
from gazecast.cli.data import data
from gazecast.cli.evaluate import evaluate
from gazecast.cli.export import export
from gazecast.cli.figma import figma
from gazecast.cli.finetune import finetune
from gazecast.cli.keys import keys
from gazecast.cli.models import models
from gazecast.cli.predict import predict
from gazecast.cli.promote import promote
from gazecast.cli.pull import pull
from gazecast.cli.push import push
from gazecast.cli.report import report
from gazecast.cli.serve import serve
from gazecast.cli.train import train
from gazecast.data.errors import GazecastError

# The extra that brings a package which the base install does without.
EXTRAS = {
    **dict.fromkeys(("torch", "torchvision", "timm", "onnx", "onnxscript", "safetensors"), "train"),
    **dict.fromkeys(("hotgaze", "matplotlib", "cv2"), "report"),
    **dict.fromkeys(("pandera", "polars"), "import"),
}


class Commands(TyperGroup):
    """The commands, and the one place where what goes wrong in them becomes a line for people."""

    def invoke(self, ctx: Any) -> object:  # noqa: ANN401  typer's own Context is private
        """Runs a command. Whatever gazecast or the system refuses is printed, with exit code 1."""
        cause: Exception
        try:
            return super().invoke(ctx)
        except (GazecastError, OSError) as error:
            message, cause = _in_words(error), error
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package not in EXTRAS:
                raise
            message = f"This needs {package}: pip install 'gazecast[{EXTRAS[package]}]'"
            cause = error
        typer.secho(f"Error: {message}", err=True, fg="red")
        raise typer.Exit(1) from cause


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gazecast {version('gazecast')}")
        raise typer.Exit


app = typer.Typer(
    name="gazecast",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Predicts where people look on a design: an attention density with numbers, offline.",
)


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


_PANELS: dict[str, tuple[Callable[..., None] | typer.Typer, ...]] = {
    "Look at designs": (predict, compare, check, report, figma),
    "Run the service": (serve, keys),
    "Bring your own data": (data, finetune, promote, models, push, pull),
    "Make and measure models": (train, export, evaluate, calibrate),
}

for _panel, _commands in _PANELS.items():
    for _command in _commands:
        if isinstance(_command, typer.Typer):
            app.add_typer(_command, rich_help_panel=_panel)
        else:
            app.command(rich_help_panel=_panel)(_command)
