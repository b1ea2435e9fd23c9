"""Pupil Labs Core, surface tracker export of Pupil Player: fixations_on_surface_<surface>.csv.

The surface is the stimulus, and its name the image's file name. norm_pos_x and norm_pos_y are
fractions of the surface, from its BOTTOM left; start_timestamp is in seconds, duration in
milliseconds; on_surf is whether the point lies on the surface. There is a row for each frame of the
scene camera that shows the fixation, which may move on the surface as the head moves: positions are
averaged over the rows of one fixation_id.

The observer is the folder of the recording:
SOURCE/<observer>/.../fixations_on_surface_<surface>.csv.

Pupil Labs: Pupil Player, "Surface tracker" and "Fixation detector", sections on exports,
https://docs.pupil-labs.com/core/software/pupil-player
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pandera.polars as pa
import polars as pl

from gazecast.data.importing.format import Format
from gazecast.data.importing.recording import (
    COLUMNS,
    SINCE_FIRST,
    Recording,
    Space,
    in_file,
    join,
    since_first,
)
from gazecast.data.importing.stimuli import Stimuli
from gazecast.data.importing.tables import ROW, read_table
from gazecast.data.stimulus import DataError

_PREFIX = "fixations_on_surface_"


class _Rows(pa.DataFrameModel):
    number: float = pa.Field(alias="fixation_id")
    start: float = pa.Field(
        alias="start_timestamp", ge=0, description="times are seconds from 0 up"
    )
    duration: float = pa.Field(
        alias="duration", ge=0, description="durations are milliseconds from 0 up"
    )
    x: float = pa.Field(alias="norm_pos_x", nullable=True)
    y: float = pa.Field(alias="norm_pos_y", nullable=True)
    on_surface: str = pa.Field(
        alias="on_surf", isin=["True", "False"], description="it is True or False"
    )


def read(paths: Sequence[Path], _: Stimuli) -> Recording:
    """Raises DataError, naming file, row or column."""
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    return join([_read_surface(path, _observer(path, folder)) for path in paths])


def _observer(path: Path, folder: Path) -> str:
    """The first folder in which recordings differ; where there is one recording, its own."""
    inner = path.parent.relative_to(folder).parts
    return inner[0] if inner else folder.resolve().name


def _read_surface(path: Path, observer: str) -> Recording:
    surface = path.stem.removeprefix(_PREFIX)
    if surface == path.stem or not surface:
        raise DataError(
            f"{path}: named otherwise than {_PREFIX}<surface>.csv; keep the name that Pupil Player "
            "gave it, with the surface named like the image"
        )
    table = read_table(path, _Rows, separator=",")
    off = (pl.col("on_surf") != "True") | pl.col("norm_pos_x").is_null()
    points = (
        table.rows.filter(~off)
        .group_by("fixation_id", maintain_order=True)
        .agg(
            pl.col(ROW).first(),
            pl.col("norm_pos_x").mean().alias("x"),
            (1.0 - pl.col("norm_pos_y").mean()).alias("y"),
            (pl.col("start_timestamp").first() * 1000.0).alias("start_ms"),
            pl.col("duration").first().alias("duration_ms"),
        )
        .with_columns(
            in_file(table), pl.lit(surface).alias("image"), pl.lit(observer).alias("observer")
        )
        .with_columns(since_first("start_ms"))
        .select(COLUMNS)
    )
    return Recording(
        points=points,
        space=Space.STIMULUS_FRACTIONS,
        names={"start_ms": "start_timestamp", "duration_ms": "duration"},
        dropped={"rows off the surface": len(table.rows.filter(off))},
        notes=(SINCE_FIRST,),
    )


FORMAT = Format(
    name="pupil-core",
    title="Pupil Labs Core, fixations_on_surface_<image>.csv of Pupil Player",
    files=(f"{_PREFIX}*.csv",),
    recognises=lambda header: "norm_pos_x" in header or "on_surf" in header,
    read=read,
)
