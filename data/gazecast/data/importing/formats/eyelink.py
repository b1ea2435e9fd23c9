"""EyeLink Data Viewer, fixation report (tab-separated text, often named .xls or .txt).

RECORDING_SESSION_LABEL names the recording, TRIAL_INDEX counts trials; CURRENT_FIX_X and
CURRENT_FIX_Y are pixels of the screen from its top left; CURRENT_FIX_START is the trial's time in
milliseconds and CURRENT_FIX_DURATION lasts so many; "." is a missing value. Where a trial's image
appeared later than its recording began, the report has to have IP_START_TIME and TRIAL_START_TIME
(both on the tracker's clock), of an interest period that starts with the image. EYE_USED tells the
eyes of a binocular recording apart: the right one is used, so that nobody counts twice.

No column of the report is always the image: it is the trial variable that the experiment wrote. The
one whose values are names of image files is taken.

SR Research: EyeLink Data Viewer user's manual, section "Fixation report"
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandera.polars as pa
import polars as pl

from gazecast.data.importing.format import Format
from gazecast.data.importing.recording import COLUMNS, Recording, Space, in_file, join
from gazecast.data.importing.stimuli import Stimuli
from gazecast.data.importing.tables import ROW, Table, read_header, read_table
from gazecast.data.stimulus import DataError

# How the report's own columns begin; the others are the experiment's.
_NO_VARIABLES = (
    "CURRENT_",
    "NEXT_",
    "PREVIOUS_",
    "LAST_",
    "EYE_USED",
    "IP_",
    "RECORDING_SESSION_LABEL",
    "TRIAL_INDEX",
    "TRIAL_START_TIME",
)


class _Rows(pa.DataFrameModel):
    session: str = pa.Field(
        alias="RECORDING_SESSION_LABEL",
        str_length={"min_value": 1},
        description="every row names its recording; export the report again",
    )
    trial: str = pa.Field(alias="TRIAL_INDEX")
    x: float = pa.Field(alias="CURRENT_FIX_X", nullable=True)
    y: float = pa.Field(alias="CURRENT_FIX_Y", nullable=True)
    start: float = pa.Field(
        alias="CURRENT_FIX_START",
        nullable=True,
        ge=0,
        description="times are milliseconds from the trial's start, from 0 up",
    )
    duration: float = pa.Field(
        alias="CURRENT_FIX_DURATION",
        nullable=True,
        ge=0,
        description="durations are milliseconds from 0 up",
    )
    eye: str | None = pa.Field(alias="EYE_USED")
    period_start: float | None = pa.Field(alias="IP_START_TIME", nullable=True)
    trial_start: float | None = pa.Field(alias="TRIAL_START_TIME", nullable=True)


def read(paths: Sequence[Path], stimuli: Stimuli) -> Recording:
    """Raises DataError, naming file, row or column."""
    return join([_read_report(path, stimuli) for path in paths])


def _read_report(path: Path, stimuli: Stimuli) -> Recording:
    variables = [
        cell for cell in read_header(path) if cell and not cell.upper().startswith(_NO_VARIABLES)
    ]
    table = read_table(path, _Rows, separator="\t", texts=variables)
    image = _image_column(table, variables, stimuli)
    rows = table.rows
    shown_at = pl.lit(0.0)
    if {"IP_START_TIME", "TRIAL_START_TIME"} <= set(rows.columns):
        shown_at = (pl.col("IP_START_TIME") - pl.col("TRIAL_START_TIME")).fill_null(0.0)
    rows = rows.with_columns(
        in_file(table),
        pl.col(image).alias("image"),
        pl.col("RECORDING_SESSION_LABEL").alias("observer"),
        pl.col("CURRENT_FIX_X").alias("x"),
        pl.col("CURRENT_FIX_Y").alias("y"),
        (pl.col("CURRENT_FIX_START") - shown_at).alias("start_ms"),
        pl.col("CURRENT_FIX_DURATION").alias("duration_ms"),
    )
    missing = pl.col("x").is_null() | pl.col("y").is_null()
    before = pl.col("start_ms").fill_null(0.0) + pl.col("duration_ms").fill_null(0.0) < 0
    other_eye = pl.lit(value=False)
    if "EYE_USED" in rows.columns:
        eye = pl.col("EYE_USED").str.to_uppercase()
        both = (eye == "RIGHT").any().over("RECORDING_SESSION_LABEL", "TRIAL_INDEX")
        other_eye = (eye == "LEFT") & both
    return Recording(
        # A fixation that the image found in progress starts with the image.
        points=rows.filter(~missing & ~before & ~other_eye)
        .with_columns(pl.col("start_ms").clip(lower_bound=0.0))
        .select(COLUMNS)
        .sort(ROW),
        space=Space.SCREEN_PIXELS,
        names={"start_ms": "CURRENT_FIX_START", "duration_ms": "CURRENT_FIX_DURATION"},
        dropped={
            "rows without a position": len(rows.filter(missing)),
            "fixations before the image appeared": len(rows.filter(~missing & before)),
            "fixations of the other eye": len(rows.filter(~missing & ~before & other_eye)),
        },
    )


def _image_column(table: Table, variables: Sequence[str], stimuli: Stimuli) -> str:
    """The trial variable most of whose values are image files."""

    def share(column: str) -> float:
        names = table.rows[column].unique()
        return sum(stimuli.find(name) is not None for name in names) / len(names)

    best = max(variables, key=share, default=None)
    if best is None or share(best) == 0:
        raise DataError(
            f"{table.path}, row 1: no column holds names of images in {stimuli.folder}; add the "
            "trial variable with the image's file name to the report"
        )
    return best


FORMAT = Format(
    name="eyelink",
    title="EyeLink Data Viewer, fixation report (tab-separated text)",
    files=("*.txt", "*.tsv", "*.xls", "*.csv"),
    recognises=lambda header: any(cell.startswith("CURRENT_FIX_") for cell in header),
    read=read,
)
