"""`gazecast keys`: who may use a service that others reach."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

keys = typer.Typer(name="keys", no_args_is_help=True, help="Make, list and remove API keys.")

_FILE_HELP = "Key file of the service, the same as its GAZECAST_KEY_FILE."
_File = Annotated[
    Path, typer.Option("--file", envvar="GAZECAST_KEY_FILE", dir_okay=False, help=_FILE_HELP)
]
_Name = Annotated[str, typer.Argument(help="Whose key it is, such as figma or ci.")]


@keys.command()
def add(
    name: _Name,
    file: Annotated[
        Path | None,
        typer.Option("--file", envvar="GAZECAST_KEY_FILE", dir_okay=False, help=_FILE_HELP),
    ] = None,
) -> None:
    """Make a key, print it, and store its hash; the key itself is kept nowhere.

    Without a key file, the hash is printed for GAZECAST_KEYS.
    """
    from gazecast.serve.security.keys import (
        add_key,
        check_name,
        hash_key,
        new_key,
    )

    if file is not None:
        key = add_key(file, name)
    else:
        check_name(name)
        key = new_key()
    typer.echo(key)  # alone on stdout, for a script to take
    where = f"GAZECAST_KEYS={name}:{hash_key(key)}" if file is None else f"Its hash is in {file}."
    typer.echo(f"Shown only now. {where}", err=True)


@keys.command("list")
def list_(file: _File) -> None:
    """Print the names of the keys in the key file."""
    from gazecast.serve.security.keys import read_keys

    for name in read_keys(file):
        typer.echo(name)


@keys.command()
def remove(name: _Name, file: _File) -> None:
    """Remove a key; a service that runs stops taking it at once."""
    from gazecast.serve.security.keys import remove_key

    remove_key(file, name)
    typer.echo(f"Removed {name}.", err=True)
