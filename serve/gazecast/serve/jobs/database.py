"""The jobs' database: SQLite, closed to others, its tables brought up to date when it is opened."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import alembic.util
from sqlalchemy import URL, Connection, Engine, create_engine, event

from gazecast.data.errors import GazecastError

_MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 30_000
"""That one waits for another to finish writing."""


class JobStoreError(GazecastError):
    """The stored jobs cannot be used; the message says why and what to do."""


def open_database(database: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(database)))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's own type
        connection.isolation_level = None  # transactions begin where we say so, below
        # What is erased leaves the file. Asked for before the first table, and not again: each time
        # it is written to the journal, which then is no longer empty after an erasure.
        if connection.execute("PRAGMA auto_vacuum").fetchone() == (0,):
            connection.execute("PRAGMA auto_vacuum = FULL")
        for pragma in (
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "journal_mode = WAL",  # readers do not wait for the writer
            "synchronous = NORMAL",
            "secure_delete = ON",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that begins with reading and writes later can fail without waiting.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    try:
        _migrate(engine)
    except alembic.util.CommandError as error:
        engine.dispose()
        raise JobStoreError(
            f"{database} was written by another version of gazecast ({error}). Use a version at "
            "least as new as the one before, or delete the file, with all jobs in it."
        ) from error
    except Exception:
        engine.dispose()
        raise
    return engine


def close_to_others(database: Path) -> None:
    """SQLite gives its journals the database's mode, but keeps that of one that it finds: earlier
    versions left such when they were killed in their first run. Raises OSError."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            database.with_name(database.name + suffix).chmod(0o600)


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


def _migrate(engine: Engine) -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
