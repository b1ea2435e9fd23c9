"""What each vendor's reader returns: points in one form, checked once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import polars as pl

from gazecast.data.importing.tables import ROW, Table
from gazecast.data.stimulus import DataError


class Space(Enum):
    """What x and y are counted in; the origin is at the top left in each."""

    SCREEN_PIXELS = "pixels of the screen"
    SCREEN_FRACTIONS = "fractions of the screen"
    STIMULUS_FRACTIONS = "fractions of the stimulus"
    STIMULUS_PIXELS = "pixels of the stimulus"


COLUMNS = ("file", ROW, "image", "observer", "x", "y", "start_ms", "duration_ms")
"""Of `Recording.points`. image: as the export names it. start_ms counts from the stimulus's
appearance; start_ms and duration_ms are null where unknown."""

SHOWN = ("shown_left", "shown_top", "shown_width", "shown_height")
"""Further columns of exports that say where on the screen the stimulus was, in pixels."""

SCREEN = ("screen_width", "screen_height")
"""Further columns of exports that say how large the screen was, in pixels."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Points of all observers, in viewing order within each observer and image.

    points: a row a fixation (or click), with `COLUMNS`.
    names: what the export calls start_ms and duration_ms, for messages.
    dropped: rows that were not used, counted by reason.
    notes: what a reader of the data should know, as sentences.
    """

    points: pl.DataFrame
    space: Space
    kind: str = "fixation"
    names: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def join(recordings: Iterable[Recording]) -> Recording:
    """The recordings of several files of one format as one."""
    parts = list(recordings)
    dropped: dict[str, int] = {}
    for part in parts:
        for reason, count in part.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
    return Recording(
        points=pl.concat([part.points for part in parts], how="diagonal"),
        space=parts[0].space,
        kind=parts[0].kind,
        names=parts[0].names,
        dropped=dropped,
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def in_file(table: Table) -> pl.Expr:
    """The column `file` for the rows of a table."""
    return pl.lit(str(table.path)).alias("file")


def since_first(column: str) -> pl.Expr:
    """Times counted from the first fixation of each observer on each image, where the export does
    not say when the image appeared."""
    return pl.col(column) - pl.col(column).min().over("observer", "image")


SINCE_FIRST = (
    "The export does not say when an image appeared: times count from each observer's first "
    "fixation on it, so they are some 0.2 to 0.5 s early."
)

_SHORTEST_MS = 1.0
_LONGEST_MS = 60_000.0
_SHORTEST_GAP = 10.0  # milliseconds, of the median from onset to onset
_LONGEST_GAP = 20_000.0
_ENOUGH = 8  # gaps, below which a median says little


def check_units(recording: Recording) -> None:
    """Refuse times that cannot be milliseconds, in the whole table or in single rows.

    No tracker reports a fixation shorter than a millisecond or longer than a minute, and people
    make two to five a second.

    Raises DataError, naming file, row and column, and the unit they seem to be in.
    """
    points = recording.points
    _check_durations(recording, points.filter(pl.col("duration_ms").is_not_null()))
    _check_starts(recording, points.filter(pl.col("start_ms").is_not_null()))


def _check_durations(recording: Recording, points: pl.DataFrame) -> None:
    name = recording.names.get("duration_ms", "duration_ms")
    duration = points["duration_ms"].to_numpy()
    wrong = ((duration > 0) & (duration < _SHORTEST_MS)) | (duration > _LONGEST_MS)
    if not wrong.any():
        return
    row = points.row(int(np.argmax(wrong)), named=True)
    short = row["duration_ms"] < _SHORTEST_MS
    if wrong.mean() > 0.5:
        unit = "seconds" if short else "microseconds"
        raise DataError(
            f"{row['file']}, column {name}: durations of fixations come out at a median of "
            f"{np.median(duration):g} ms, so they seem to be in {unit}; export them in the unit "
            "that the format documents"
        )
    raise DataError(
        f"{row['file']}, row {row[ROW]}: {name} comes out at {row['duration_ms']:g} ms among "
        f"fixations of {np.median(duration[~wrong]):.0f} ms, so units are mixed; write all "
        "durations in the same one"
    )


def _check_starts(recording: Recording, points: pl.DataFrame) -> None:
    name = recording.names.get("start_ms", "start_ms")
    trial = ("file", "observer", "image")
    start = pl.col("start_ms")
    steps = points.with_columns(
        before=start.shift(1).over(trial), after=start.shift(-1).over(trial)
    ).filter(pl.col("before").is_not_null())
    # 0.9 between 640 and 1200, where 900 was meant; an image seen again starts anew, and stays low.
    mixed = steps.filter(
        (start > 0)
        & (start < pl.col("before"))
        & (start * 1000.0 >= pl.col("before"))
        & (pl.col("after").is_null() | (pl.col("after") > pl.col("before")))
    )
    if len(mixed):
        row = mixed.row(0, named=True)
        raise DataError(
            f"{row['file']}, row {row[ROW]}: {name} comes out at {row['start_ms']:g} ms after "
            f"{row['before']:g} ms, so units are mixed; write all times in the same one"
        )
    gaps = (
        steps.filter(start > pl.col("before"))
        .group_by("observer", maintain_order=True)
        .agg(pl.col("file").first(), middle=(start - pl.col("before")).median(), count=start.len())
    )
    wrong = gaps.filter(
        (pl.col("count") >= _ENOUGH) & ~pl.col("middle").is_between(_SHORTEST_GAP, _LONGEST_GAP)
    )
    if len(wrong):
        row = wrong.row(0, named=True)
        unit = "seconds" if row["middle"] < _SHORTEST_GAP else "microseconds"
        raise DataError(
            f"{row['file']}, column {name}: fixations of {row['observer']} come out at a median of "
            f"{row['middle']:g} ms after one another, so times seem to be in {unit}; export them "
            "in the unit that the format documents"
        )
