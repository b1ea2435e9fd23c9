"""Whether the times in our own fixations.csv, which people write by hand, are milliseconds."""

from __future__ import annotations

from pathlib import Path

import pandera.polars as pa
import polars as pl

from gazecast.data.importing.recording import COLUMNS, Recording, Space, check_units, in_file
from gazecast.data.importing.tables import read_table


class _Rows(pa.DataFrameModel):
    image: str
    observer: str
    kind: str
    x: float
    y: float
    start_ms: float = pa.Field(nullable=True)
    duration_ms: float = pa.Field(nullable=True)


def check_folder_units(folder: Path) -> None:
    """Raises DataError, naming file, row and column, when start_ms or duration_ms of the eye
    tracker's fixations cannot be milliseconds. A folder without fixations.csv passes."""
    path = folder / "fixations.csv"
    if not path.exists():
        return
    table = read_table(path, _Rows, separator=",")
    check_units(
        Recording(
            points=table.rows.filter(pl.col("kind") == "fixation")
            .with_columns(in_file(table))
            .select(COLUMNS),
            space=Space.STIMULUS_PIXELS,
        )
    )
