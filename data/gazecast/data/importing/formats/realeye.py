"""RealEye, fixations of webcam eye tracking (CSV). Weaker evidence: recorded as kind "webcam".

item_filename is the image, participant_id the observer; fixation_point_x and fixation_point_y are
percent of the shown item from its top left; fixation_starts_at_ms counts from the item's
appearance, fixation_duration_ms lasts so many. A webcam is off by some 100 pixels of a screen, an
eye tracker by some 20.

RealEye: CSV file: Fixations, https://support.realeye.io/fixations-data-export/
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandera.polars as pa
import polars as pl

from gazecast.data.importing.format import Format
from gazecast.data.importing.recording import COLUMNS, Recording, Space, in_file, join
from gazecast.data.importing.stimuli import Stimuli
from gazecast.data.importing.tables import read_table


class _Rows(pa.DataFrameModel):
    image: str = pa.Field(
        alias="item_filename",
        str_length={"min_value": 1},
        description="every row names its item; export the file again",
    )
    observer: str = pa.Field(
        alias="participant_id",
        str_length={"min_value": 1},
        description="every row names its participant; export the file again",
    )
    x: float = pa.Field(alias="fixation_point_x", nullable=True)
    y: float = pa.Field(alias="fixation_point_y", nullable=True)
    start: float = pa.Field(
        alias="fixation_starts_at_ms", ge=0, description="times are milliseconds from 0 up"
    )
    duration: float = pa.Field(
        alias="fixation_duration_ms", ge=0, description="durations are milliseconds from 0 up"
    )


def read(paths: Sequence[Path], _: Stimuli) -> Recording:
    """Raises DataError, naming file, row or column."""
    return join([_read_export(path) for path in paths])


def _read_export(path: Path) -> Recording:
    table = read_table(path, _Rows, separator=",")
    missing = pl.col("fixation_point_x").is_null() | pl.col("fixation_point_y").is_null()
    points = table.rows.filter(~missing).with_columns(
        in_file(table),
        pl.col("item_filename").alias("image"),
        pl.col("participant_id").alias("observer"),
        (pl.col("fixation_point_x") / 100.0).alias("x"),
        (pl.col("fixation_point_y") / 100.0).alias("y"),
        pl.col("fixation_starts_at_ms").alias("start_ms"),
        pl.col("fixation_duration_ms").alias("duration_ms"),
    )
    return Recording(
        points=points.select(COLUMNS),
        space=Space.STIMULUS_FRACTIONS,
        kind="webcam",
        names={"start_ms": "fixation_starts_at_ms", "duration_ms": "fixation_duration_ms"},
        dropped={"rows without a position": len(table.rows.filter(missing))},
    )


FORMAT = Format(
    name="realeye",
    title="RealEye, fixations of a webcam (CSV)",
    files=("*.csv",),
    recognises=lambda header: any(
        cell in ("fixation_point_x", "fixation_starts_at_ms") for cell in header
    ),
    read=read,
)
