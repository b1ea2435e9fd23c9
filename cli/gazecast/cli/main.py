"""The command `gazecast`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, ParamSpec

import typer

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

_P = ParamSpec("_P")

_TRAIN_EXTRA = {"torch", "torchvision", "timm", "onnx", "onnxscript"}


def needs_train_extra(command: Callable[_P, None]) -> Callable[_P, None]:
    """The command, saying what to install where the base install lacks a package it needs."""

    @functools.wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ModuleNotFoundError as missing:
            if missing.name not in _TRAIN_EXTRA:
                raise
            typer.secho(
                f"This command needs {missing.name}: pip install 'gazecast[train]'",
                err=True,
                fg="red",
            )
            raise typer.Exit(1) from missing

    return run


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gazecast {version('gazecast')}")
        raise typer.Exit


app = typer.Typer(
    name="gazecast",
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


app.command()(predict)
app.command()(compare)
app.command()(check)
app.command()(report)
app.command()(figma)
app.command()(serve)
app.add_typer(keys)
app.add_typer(data)
app.command()(needs_train_extra(train))
app.command()(needs_train_extra(finetune))
app.command()(evaluate)
app.command()(calibrate)
app.command()(needs_train_extra(export))
app.command()(promote)
app.add_typer(models)
app.command()(push)
app.command()(pull)
