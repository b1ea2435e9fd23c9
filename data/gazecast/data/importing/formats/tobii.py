"""Tobii Pro Lab, data export (TSV): screen projects, a row a sample or a row a fixation.

Used are Participant name, Recording timestamp, Presented Stimulus name (or Presented Media name,
which is the file's), Eye movement type, Eye movement type index, Gaze event duration (in newer
versions Eye movement event duration; milliseconds), and Fixation point X and Y: either of the
media, [MCS norm], as fractions of it, or of the display, in pixels. For the latter, Presented Media
position X and Y, width and height say where the image was, and Recording resolution width and
height how large the screen is. Units follow the names in square or round brackets, or not at all:
an unmarked timestamp is taken as microseconds where the fixations' durations say so, else as
milliseconds. Exports from computers with a decimal comma have decimal commas.

A fixation is a run of rows with the same index. Its time counts from the first row with its
stimulus. Names of stimuli that are no image (instructions, say) are left out with --skip.

Tobii: Pro Lab user manual, section "Data export", table of data types
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandera.polars as pa
import polars as pl

from gazecast.data.importing.format import Format
from gazecast.data.importing.recording import (
    COLUMNS,
    SCREEN,
    SHOWN,
    SINCE_FIRST,
    Recording,
    Space,
    in_file,
    join,
)
from gazecast.data.importing.stimuli import Stimuli
from gazecast.data.importing.tables import ROW, Table, read_table
from gazecast.data.stimulus import DataError

_OLD_NAMES = {"Eye movement event duration": "Gaze event duration"}
_TIME_UNITS = {"ms": 1.0, "μs": 0.001, "µs": 0.001, "us": 0.001}  # both letters look like mu
_PRESENTED = (
    "Presented Media position X",
    "Presented Media position Y",
    "Presented Media width",
    "Presented Media height",
)
_RESOLUTION = ("Recording resolution width", "Recording resolution height")


class _Rows(pa.DataFrameModel):
    participant: str = pa.Field(
        alias="Participant name",
        str_length={"min_value": 1},
        description="every row names its participant; export again",
    )
    recording: str | None = pa.Field(alias="Recording name")
    timestamp: float = pa.Field(
        alias="Recording timestamp",
        ge=0,
        description="times count from the start of the recording, from 0 up",
    )
    stimulus: str | None = pa.Field(alias="Presented Stimulus name")
    media: str | None = pa.Field(alias="Presented Media name")
    kind: str = pa.Field(alias="Eye movement type")
    number: float = pa.Field(alias="Eye movement type index", nullable=True)
    duration: float = pa.Field(
        alias="Gaze event duration",
        nullable=True,
        ge=0,
        description="durations are milliseconds from 0 up",
    )
    x: float | None = pa.Field(alias="Fixation point X", nullable=True)
    y: float | None = pa.Field(alias="Fixation point Y", nullable=True)
    media_x: float | None = pa.Field(alias="Fixation point X [MCS norm]", nullable=True)
    media_y: float | None = pa.Field(alias="Fixation point Y [MCS norm]", nullable=True)
    left: float | None = pa.Field(alias="Presented Media position X", nullable=True)
    top: float | None = pa.Field(alias="Presented Media position Y", nullable=True)
    width: float | None = pa.Field(alias="Presented Media width", nullable=True, gt=0)
    height: float | None = pa.Field(alias="Presented Media height", nullable=True, gt=0)
    screen_width: float | None = pa.Field(alias="Recording resolution width", nullable=True)
    screen_height: float | None = pa.Field(alias="Recording resolution height", nullable=True)


def _split(cell: str) -> tuple[str, str | None]:
    """A column's name, and its unit in brackets at the end, where it has one."""
    starts = [at for at in (cell.find("["), cell.find("(")) if at >= 0]
    if not starts or not cell.endswith(("]", ")")):
        return cell, None
    start = min(starts)
    return cell[:start].rstrip(), cell[start + 1 : -1]


def _name(cell: str) -> str:
    base, unit = _split(cell)
    if unit and unit.replace(" ", "").lower() == "mcsnorm" and base.startswith("Fixation"):
        return f"{base} [MCS norm]"
    return _OLD_NAMES.get(base, base)


def read(paths: Sequence[Path], _: Stimuli) -> Recording:
    """Raises DataError, naming file, row or column."""
    return join([_read_export(path) for path in paths])


def _read_export(path: Path) -> Recording:
    table = read_table(path, _Rows, separator="\t", name=_name)
    columns = set(table.rows.columns)
    x, y, space = _position(table, columns)
    rows = table.rows.with_columns(
        in_file(table),
        _stimulus(table, columns).alias("image"),
        pl.col("Participant name").alias("observer"),
        pl.col(x).alias("x"),
        pl.col(y).alias("y"),
        *_renamed(SHOWN, _PRESENTED, columns),
        *_renamed(SCREEN, _RESOLUTION, columns),
    )
    person = ["observer", *(["Recording name"] if "Recording name" in columns else [])]
    # A run of the same stimulus is one showing of it, and its first row the moment it appeared.
    rows = rows.with_columns(showing=pl.col("image").rle_id().over(person)).with_columns(
        shown_at=pl.col("Recording timestamp").min().over(*person, "showing")
    )
    between = pl.col("image") == ""
    kind = pl.col("Eye movement type").str.to_lowercase()
    lost = kind.is_in(["eyesnotfound", "eyes not found", "eyenotfound"])
    fixation = (kind == "fixation") & pl.col("x").is_not_null() & pl.col("y").is_not_null()
    points = (
        rows.filter(~between & fixation)
        .group_by(*person, "showing", "Eye movement type index", maintain_order=True)
        .first()
    )
    # Where only fixations are exported, the first of them stands in for the appearance.
    only_fixations = len(rows.filter(~between & (kind != "fixation"))) == 0
    start = pl.col("Recording timestamp") - pl.col("shown_at")
    extra = [column for column in (*SHOWN, *SCREEN) if column in points.columns]
    points = points.with_columns(
        (start * _milliseconds(table, points)).alias("start_ms"),
        pl.col("Gaze event duration").alias("duration_ms"),
    ).select(*COLUMNS, *extra)
    return Recording(
        points=points.sort(ROW),
        space=space,
        names={
            "start_ms": table.header["Recording timestamp"],
            "duration_ms": table.header["Gaze event duration"],
        },
        dropped={
            "rows between stimuli": len(rows.filter(between)),
            "rows with the eyes not found (blinks and losses)": len(rows.filter(~between & lost)),
            "rows of saccades and of no class": len(rows.filter(~between & ~lost & ~fixation)),
        },
        notes=(SINCE_FIRST,) if only_fixations else (),
    )


def _position(table: Table, columns: set[str]) -> tuple[str, str, Space]:
    for suffix, space in ((" [MCS norm]", Space.STIMULUS_FRACTIONS), ("", Space.SCREEN_PIXELS)):
        x, y = f"Fixation point X{suffix}", f"Fixation point Y{suffix}"
        if {x, y} <= columns:
            return x, y, space
    raise DataError(
        f"{table.path}, row 1: missing column Fixation point X, Fixation point Y; tick them in the "
        "export, and export again"
    )


def _stimulus(table: Table, columns: set[str]) -> pl.Expr:
    for column in ("Presented Media name", "Presented Stimulus name"):
        if column in columns and (table.rows[column] != "").any():
            return pl.col(column)
    raise DataError(
        f"{table.path}, row 1: missing column Presented Stimulus name, or it is empty; tick it in "
        "the export, and export again"
    )


def _renamed(to: Sequence[str], columns: Sequence[str], present: set[str]) -> list[pl.Expr]:
    if not set(columns) <= present:
        return []
    return [pl.col(old).alias(new) for new, old in zip(to, columns, strict=True)]


def _milliseconds(table: Table, points: pl.DataFrame) -> float:
    """How many milliseconds a unit of the timestamp is."""
    header = table.header["Recording timestamp"]
    unit = _split(header)[1]
    if unit is not None:
        if unit not in _TIME_UNITS:
            raise DataError(
                f"{table.path}, row 1: {header} is in an unknown unit; export it in ms or μs"
            )
        return _TIME_UNITS[unit]
    step = (pl.col("Recording timestamp") - pl.col("Recording timestamp").shift(1)).over(
        "observer", "showing"
    )
    ratio = points.select((step / pl.col("Gaze event duration").shift(1)).median()).item()
    return 0.001 if ratio is not None and ratio > 100 else 1.0


FORMAT = Format(
    name="tobii",
    title="Tobii Pro Lab, data export (TSV)",
    files=("*.tsv", "*.txt", "*.csv"),
    recognises=lambda header: any(
        _split(cell)[0] in ("Recording timestamp", "Eye movement type") for cell in header
    ),
    read=read,
)
