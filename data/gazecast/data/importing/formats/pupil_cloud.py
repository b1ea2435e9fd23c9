"""Pupil Labs Neon and Invisible, enrichment downloads of Pupil Cloud: fixations.csv.

Of the reference image mapper: fixation x [px] and fixation y [px] are pixels of the reference
image, fixation detected in reference image says whether the point is on it. Of the marker mapper:
fixation x [normalized] and fixation y [normalized] are fractions of the surface from its top left,
fixation detected on surface says whether the point is on it. In both, start timestamp [ns] counts
nanoseconds, duration [ms] milliseconds, and recording id is the observer.

An enrichment is about one image: name its folder like the image's file,
SOURCE/<image>/fixations.csv.

Pupil Labs: export formats of enrichments,
https://docs.pupil-labs.com/export-formats/enrichment-data/reference-image-mapper/ and
https://docs.pupil-labs.com/neon/pupil-cloud/enrichments/marker-mapper/
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
from gazecast.data.importing.tables import ROW, Table, read_header, read_table
from gazecast.data.stimulus import DataError

_TRUTH = ["True", "False", "true", "false"]


class _Rows(pa.DataFrameModel):
    recording: str = pa.Field(
        alias="recording id",
        str_length={"min_value": 1},
        description="every row names its recording; download it again",
    )
    start: float = pa.Field(
        alias="start timestamp [ns]", ge=0, description="times are nanoseconds from 0 up"
    )
    duration: float = pa.Field(
        alias="duration [ms]", ge=0, description="durations are milliseconds from 0 up"
    )


class _ReferenceImage(_Rows):
    x: float = pa.Field(alias="fixation x [px]", nullable=True)
    y: float = pa.Field(alias="fixation y [px]", nullable=True)
    on_image: str = pa.Field(
        alias="fixation detected in reference image",
        isin=_TRUTH,
        description="it is True or False",
    )


class _Surface(_Rows):
    x: float = pa.Field(alias="fixation x [normalized]", nullable=True)
    y: float = pa.Field(alias="fixation y [normalized]", nullable=True)
    on_image: str = pa.Field(
        alias="fixation detected on surface", isin=_TRUTH, description="it is True or False"
    )


def read(paths: Sequence[Path], stimuli: Stimuli) -> Recording:
    """Raises DataError, naming file, row or column."""
    parts = [_read_enrichment(path, stimuli) for path in paths]
    if len({part.space for part in parts}) > 1:
        raise DataError(
            f"{paths[0]}: downloads of the reference image mapper and of the marker mapper are "
            "mixed; import them one after the other"
        )
    return join(parts)


def _read_enrichment(path: Path, stimuli: Stimuli) -> Recording:
    on_surface = any("[normalized]" in cell or "surface" in cell for cell in read_header(path))
    schema, unit, on_image, space = (
        (_Surface, "normalized", "fixation detected on surface", Space.STIMULUS_FRACTIONS)
        if on_surface
        else (
            _ReferenceImage,
            "px",
            "fixation detected in reference image",
            Space.STIMULUS_PIXELS,
        )
    )
    table = read_table(path, schema, separator=",")
    x, y = f"fixation x [{unit}]", f"fixation y [{unit}]"
    off = (pl.col(on_image).str.to_lowercase() != "true") | pl.col(x).is_null()
    points = (
        table.rows.filter(~off)
        .with_columns(
            in_file(table),
            pl.lit(_image(table, stimuli)).alias("image"),
            pl.col("recording id").alias("observer"),
            pl.col(x).alias("x"),
            pl.col(y).alias("y"),
            (pl.col("start timestamp [ns]") / 1e6).alias("start_ms"),
            pl.col("duration [ms]").alias("duration_ms"),
        )
        .with_columns(since_first("start_ms"))
        .select(COLUMNS)
    )
    return Recording(
        points=points.sort(ROW),
        space=space,
        names={"start_ms": "start timestamp [ns]", "duration_ms": "duration [ms]"},
        dropped={"fixations off the image": len(table.rows.filter(off))},
        notes=(SINCE_FIRST,),
    )


def _image(table: Table, stimuli: Stimuli) -> str:
    """The image whose folder the download is in, or the only one there is."""
    if len(stimuli.files) == 1:
        return stimuli.files[0].name
    for folder in table.path.resolve().parents:
        if file := stimuli.find(folder.name):
            return file.name
    raise DataError(
        f"{table.path}: no telling which image it is about; put it in a folder that is named like "
        f"the image, such as {stimuli.files[0].stem}/fixations.csv"
    )


FORMAT = Format(
    name="pupil-cloud",
    title="Pupil Labs Neon and Invisible, fixations.csv of an enrichment of Pupil Cloud",
    files=("fixations.csv",),
    recognises=lambda header: any(
        cell in ("start timestamp [ns]", "recording id") for cell in header
    ),
    read=read,
)
