"""`gazecast models`: the models that were promoted, and going back to one of them."""

from __future__ import annotations

from typing import Annotated

import typer

from gazecast.cli.promote import RegistryOption

models = typer.Typer(
    name="models", no_args_is_help=True, help="List the promoted models, and go back to one."
)


@models.command("list")
def list_(registry: RegistryOption) -> None:
    """Print every version, the newest last, after all its files were checked.

    The exit code is 1 when one is damaged.
    """
    from rich.console import Console
    from rich.table import Table

    from gazecast.model.registry.registry import Registry
    from gazecast.model.registry.version import DamagedVersionError

    promoted = Registry(registry)
    table = Table()
    for heading in ("", "version", "promoted", "in place of", "why"):
        table.add_column(heading, overflow="fold")
    damaged = []
    current = promoted.current_name()
    for name in promoted.names():
        mark = "*" if name == current else ""
        try:
            version = promoted.verified(name)
        except DamagedVersionError as error:
            damaged.append(str(error))
            table.add_row(mark, name, "", "", "damaged")
        else:
            table.add_row(mark, name, version.promoted, version.parent or "", version.reason)
    if table.row_count:
        Console().print(table)
        typer.echo(f"* predicts: {current or 'none, so the shipped model does'}")
    else:
        typer.echo(f"No model was promoted in {registry}; the shipped one predicts.")
    if damaged:
        raise DamagedVersionError("\n".join(damaged))


@models.command()
def rollback(
    registry: RegistryOption,
    version: Annotated[
        str | None,
        typer.Argument(
            help="Version that is to predict. Default: the one that the current one replaced.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Let an earlier version predict again. A service takes it up within seconds."""
    from gazecast.model.registry.registry import Registry

    promoted = Registry(registry)
    now = promoted.roll_back() if version is None else promoted.switch_to(version)
    typer.echo(f"Version {now.name} predicts: {now.reason}")
