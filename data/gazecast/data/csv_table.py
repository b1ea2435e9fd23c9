"""CSV files with a header, read by columns, with errors that name the row."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazecast.data.stimulus import DataError, FloatArray


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file by columns; `rows` are line numbers in the file, the header being 1."""

    path: Path
    rows: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    def numbers(self, column: str, empty: float | None = None) -> FloatArray:
        """A column as finite numbers; empty cells become `empty`, or are an error for None."""
        values = np.empty(len(self.rows))
        for index, text in enumerate(self.columns[column]):
            if text == "" and empty is not None:
                values[index] = empty
                continue
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                raise DataError(
                    f"{self.path}, row {self.rows[index]}: {column} is {text!r}; write a number "
                    "with a decimal point" + ("" if empty is None else ", or leave it empty")
                )
            values[index] = value
        return values

    def times(self, column: str) -> FloatArray:
        """A column of milliseconds; an empty cell is NaN, unknown."""
        values = self.numbers(column, empty=math.nan)
        negative: NDArray[np.intp] = np.flatnonzero(values < 0)
        if len(negative):
            raise DataError(
                f"{self.path}, row {self.rows[int(negative[0])]}: {column} is negative; give "
                "milliseconds from 0 up, or leave it empty"
            )
        return values


def read_csv_table(path: Path, wanted: Sequence[str]) -> CsvTable:
    """Read the wanted columns of a CSV file with a header; blank lines are skipped."""
    rows: list[int] = []
    cells: list[list[str]] = []
    try:
        # utf-8-sig: spreadsheets put a byte order mark in front of the header.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            if missing := [name for name in wanted if name not in header]:
                raise DataError(
                    f"{path}, row 1: missing column {', '.join(missing)}; the header must name "
                    f"{','.join(wanted)}, separated by commas"
                )
            for line in reader:
                if not line:
                    continue
                if len(line) != len(header):
                    raise DataError(
                        f"{path}, row {reader.line_num}: {len(line)} cells where the header has "
                        f"{len(header)}; give every column a cell, empty where unknown"
                    )
                rows.append(reader.line_num)
                cells.append(line)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text; save it as UTF-8 CSV") from error
    except csv.Error as error:
        raise DataError(f"{path}, row {reader.line_num}: not valid CSV ({error})") from error
    by_column = list(zip(*cells, strict=True)) or [()] * len(header)
    return CsvTable(path, rows, {name: by_column[header.index(name)] for name in wanted})
