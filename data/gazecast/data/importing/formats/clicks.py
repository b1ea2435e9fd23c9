"""Clicks, of BubbleView or any other tool (CSV). Weaker evidence: recorded as kind "click".

    image,observer,x,y,time_ms

x and y are pixels of the image from its top left; time_ms, since the image appeared, may be left
out. Tools write clicks each in a way of their own, so this is the plainest form they can be brought
to.

Kim et al.: BubbleView: an interface for crowdsourcing image importance maps and tracking visual
attention. ACM TOCHI 24(5), 2017: clicks on a blurred image follow where people look.
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
        str_length={"min_value": 1}, description="every click names its image; correct the row"
    )
    observer: str = pa.Field(
        str_length={"min_value": 1}, description="every click names its observer; correct the row"
    )
    x: float = pa.Field(description="every click has a position; correct the row")
    y: float = pa.Field(description="every click has a position; correct the row")
    time_ms: float | None = pa.Field(
        nullable=True, ge=0, description="times are milliseconds from 0 up"
    )


def read(paths: Sequence[Path], _: Stimuli) -> Recording:
    """Raises DataError, naming file, row or column."""
    return join([_read_clicks(path) for path in paths])


def _read_clicks(path: Path) -> Recording:
    table = read_table(path, _Rows, separator=",")
    time = pl.col("time_ms") if "time_ms" in table.rows.columns else pl.lit(None)
    return Recording(
        points=table.rows.with_columns(
            in_file(table),
            time.cast(pl.Float64).alias("start_ms"),
            pl.lit(None, dtype=pl.Float64).alias("duration_ms"),
        ).select(COLUMNS),
        space=Space.STIMULUS_PIXELS,
        kind="click",
        names={"start_ms": "time_ms"},
    )


FORMAT = Format(
    name="clicks",
    title="clicks, as image,observer,x,y (CSV)",
    files=("clicks*.csv", "*.csv"),
    recognises=lambda header: (
        len({"image", "observer", "x", "y"} & set(header)) >= 3 and "kind" not in header
    ),
    read=read,
)
