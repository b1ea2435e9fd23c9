"""Gazepoint Analysis, exported fixations or all gaze (CSV), a file a person.

Columns are those of the Open Gaze API: FPOGX and FPOGY are fractions of the screen from its top
left; FPOGS and FPOGD are onset and duration of the fixation in seconds; FPOGID numbers fixations;
FPOGV is 0 where no fixation was found; BKID is above 0 in a blink. In the header TIME carries the
date and TIMETICK its frequency in brackets, and lines end with a comma. `*_fixations.csv` has a row
for each fixation, `*_all_gaze.csv` one for each sample, where a fixation's last row has its full
duration. MEDIA_NAME is the image.

Gazepoint: Open Gaze API, section "Fixation POG", https://www.gazept.com/dl/Gazepoint_API_v2.0.pdf
Gazepoint Analysis user manual, section "Export data"
"""

from __future__ import annotations

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

_LATE_S = 5.0  # nobody looks at an image this late for the first time


class _Rows(pa.DataFrameModel):
    image: str = pa.Field(alias="MEDIA_NAME")
    x: float = pa.Field(alias="FPOGX", nullable=True)
    y: float = pa.Field(alias="FPOGY", nullable=True)
    start: float = pa.Field(
        alias="FPOGS", nullable=True, ge=0, description="times are seconds from 0 up"
    )
    duration: float = pa.Field(
        alias="FPOGD", nullable=True, ge=0, description="durations are seconds from 0 up"
    )
    number: float = pa.Field(
        alias="FPOGID", description="every row belongs to a fixation; export the file again"
    )
    valid: float = pa.Field(
        alias="FPOGV", isin=[0.0, 1.0], description="it is 1 where there is a fixation, else 0"
    )
    blink: float | None = pa.Field(alias="BKID", nullable=True)


def read(paths: Sequence[Path], _: Stimuli) -> Recording:
    """Raises DataError, naming file, row or column."""
    return join([_read_person(path) for path in paths])


def _read_person(path: Path) -> Recording:
    table = read_table(path, _Rows, separator=",", name=lambda cell: cell.partition("(")[0])
    rows = table.rows
    blink = pl.col("BKID").fill_null(0) > 0 if "BKID" in rows.columns else pl.lit(value=False)
    lost = (pl.col("FPOGV") != 1) | pl.col("FPOGX").is_null() | pl.col("FPOGY").is_null()
    usable = rows.filter(~blink & ~lost)
    points = (
        usable.unique(["MEDIA_NAME", "FPOGID"], keep="last", maintain_order=True)
        .rename({"MEDIA_NAME": "image", "FPOGX": "x", "FPOGY": "y"})
        .with_columns(
            in_file(table),
            pl.lit(path.stem.removesuffix("_fixations").removesuffix("_all_gaze")).alias(
                "observer"
            ),
            (pl.col("FPOGS") * 1000.0).alias("start_ms"),
            (pl.col("FPOGD") * 1000.0).alias("duration_ms"),
        )
        .select(COLUMNS)
        .sort(ROW)
    )
    # One clock for the whole recording, or one that starts anew with each image.
    first = points.group_by("image").agg(pl.col("start_ms").min())["start_ms"].max()
    runs_on = isinstance(first, float) and first > _LATE_S * 1000.0
    if runs_on:
        points = points.with_columns(since_first("start_ms"))
    return Recording(
        points=points,
        space=Space.SCREEN_FRACTIONS,
        names={"start_ms": table.header["FPOGS"], "duration_ms": table.header["FPOGD"]},
        dropped={
            "rows in a blink": len(rows.filter(blink)),
            "rows without a fixation": len(rows.filter(~blink & lost)),
        },
        notes=(SINCE_FIRST,) if runs_on else (),
    )


FORMAT = Format(
    name="gazepoint",
    title="Gazepoint Analysis, exported fixations (CSV, a file a person)",
    files=("*_fixations.csv", "*_all_gaze.csv", "*.csv"),
    recognises=lambda header: any(cell.startswith("FPOG") for cell in header),
    read=read,
)
