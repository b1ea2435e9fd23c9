"""Vendors' text tables: read fast, checked against a schema, with errors that name the row.

Exports with a row a sample hold millions of rows, so polars reads the cells.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandera.polars as pa
import polars as pl

from gazecast.data.stimulus import DataError

ROW = "row"
"""Column of every table: the line in the file, the header being 1."""

_SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons"}
_MISSING = ("", ".", "nan", "NaN", "NA", "null")
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Table:
    """rows: the columns of the schema that the file has, and `ROW`. header: what the file calls
    each of them."""

    path: Path
    rows: pl.DataFrame
    header: Mapping[str, str]

    def error(self, row: int, column: str, message: str) -> DataError:
        """About one cell, by the name the file has for the column."""
        return DataError(f"{self.path}, row {row}: {self.header[column]} {message}")


def read_header(path: Path) -> list[str]:
    """The cells of the first line, whatever separates them; an empty list where it is no text."""
    try:
        first = _text(path).split("\n", 1)[0].rstrip("\r")
    except DataError:
        return []
    separator = max(_SEPARATORS, key=first.count)
    return [cell.strip().strip('"') for cell in first.split(separator)]


def check_text(path: Path) -> None:
    """Raises DataError when the file is no text, or empty."""
    if not _text(path).strip():
        raise _empty(path)


def read_table(
    path: Path,
    schema: type[pa.DataFrameModel],
    *,
    separator: str,
    name: Callable[[str], str] = str,
    texts: Sequence[str] = (),
) -> Table:
    """Read the columns that the schema names; others are passed over, and so are blank lines.

    name: from a cell of the header to the schema's name for the column. texts: further columns of
    the file to read as they are.
    A number may have a decimal comma where commas do not separate cells.

    Raises DataError, naming file, row or column and what to do, for a file that is not text, is
    empty, has other separators, lacks a column, has a row of another length, or a value that the
    schema does not allow.
    """
    lines = _lines(_text(path))
    header = next((row for _, row in _rows(path, lines[:1], separator)), [])
    if not "".join(header).strip():
        raise _empty(path)
    wanted = schema.to_schema().columns
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        for column in {name(cell.strip()), cell.strip()}:
            if column in wanted or column in texts:
                found.setdefault(column, index)
    missing = [column for column, spec in wanted.items() if spec.required and column not in found]
    if missing:
        _refuse_other_separator(path, lines[0], separator)
        raise DataError(
            f"{path}, row 1: missing column {', '.join(missing)}; tick "
            f"{'them' if len(missing) > 1 else 'it'} in the export, and export again"
        )
    cells, numbers = _cells(path, lines, separator, len(header), set(found.values()))
    if not len(cells):
        raise DataError(f"{path}: no row below the header; export it again")
    found_cells = {column: cells[str(index)] for column, index in found.items()}
    named = {column: header[index].strip() for column, index in found.items()}
    rows = pl.DataFrame(
        {
            column: _numbers(path, text, numbers, named[column], decimal_comma=separator != ",")
            if column in wanted and wanted[column].dtype.type == pl.Float64
            else text.str.strip_chars()
            for column, text in found_cells.items()
        }
    )
    table = Table(path, rows.with_columns(numbers.alias(ROW)), named)
    _check(table, schema)
    return table


def _lines(text: str) -> list[str]:
    """Not str.splitlines, which also ends lines at rarer characters that names may hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _rows(path: Path, lines: list[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """The line that each row ends on, and its cells, which may be in quotes."""
    reader = csv.reader(lines, delimiter=separator)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise DataError(
            f"{path}, row {reader.line_num}: cannot be read ({error}); export the file again"
        ) from error


def _empty(path: Path) -> DataError:
    return DataError(f"{path}: the file is empty; export it again")


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    mark = next((mark for mark in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if data.startswith(b"PK\x03\x04"):
        raise DataError(f"{path}: a spreadsheet, not text; export it as text (TSV or CSV)")
    try:
        text = data.decode(_BYTE_ORDER_MARKS[mark] if mark else "utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text; export it as TSV or CSV in UTF-8") from error
    if "\0" in text:
        raise DataError(f"{path}: not a text file; give the tracker's export as TSV or CSV")
    return text


def _refuse_other_separator(path: Path, first: str, separator: str) -> None:
    other = max(_SEPARATORS, key=first.count)
    if other != separator and first.count(other):
        raise DataError(
            f"{path}, row 1: columns are separated by {_SEPARATORS[other]}, not by "
            f"{_SEPARATORS[separator]}; export the file again and do not save it from a spreadsheet"
        )


def _cells(
    path: Path, lines: list[str], separator: str, width: int, wanted: set[int]
) -> tuple[pl.DataFrame, pl.Series]:
    """The cells of the wanted columns below the header as text, in columns named by their position
    from 0, and the line each row is on."""
    schema = {str(index): pl.String for index in range(width)}
    numbers: list[int] = []
    if any('"' in line for line in lines):
        rows: list[list[str]] = []
        for number, row in islice(_rows(path, lines, separator), 1, None):
            if row:
                _check_width(path, number, len(row), width, number == len(lines))
                numbers.append(number)
                rows.append(row)
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        return frame, pl.Series(ROW, numbers, dtype=pl.Int64)
    kept: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        if line:
            _check_width(path, number, line.count(separator) + 1, width, number == len(lines))
            numbers.append(number)
            kept.append(line)
    if not kept:
        return pl.DataFrame(schema=schema), pl.Series(ROW, numbers, dtype=pl.Int64)
    frame = pl.read_csv(
        io.StringIO("\n".join(kept) + "\n"),
        has_header=False,
        separator=separator,
        quote_char=None,
        schema=schema,
        columns=sorted(wanted),
    ).fill_null("")
    return frame, pl.Series(ROW, numbers, dtype=pl.Int64)


def _check_width(path: Path, row: int, cells: int, width: int, is_last: bool) -> None:
    if cells == width:
        return
    remedy = (
        "the file is cut off there; export it again"
        if is_last and cells < width
        else "export the file again"
    )
    raise DataError(f"{path}, row {row}: {cells} cells where the header has {width}; {remedy}")


def _numbers(
    path: Path, text: pl.Series, rows: pl.Series, column: str, *, decimal_comma: bool
) -> pl.Series:
    """A column as float64; missing values are null."""
    text = text.str.strip_chars()
    if decimal_comma:
        text = text.str.replace(r"^([+-]?\d*),(\d+)$", "$1.$2")
    values = text.cast(pl.Float64, strict=False)
    missing = text.is_in(_MISSING)
    wrong = ((values.is_null() | ~values.is_finite()) & ~missing).arg_true()
    if len(wrong):
        index = int(wrong[0])
        raise DataError(
            f"{path}, row {rows[index]}: {column} is {text[index]!r}; a number belongs there, or "
            "nothing where it is missing"
        )
    return values.set(missing, None)


def _check(table: Table, schema: type[pa.DataFrameModel]) -> None:
    try:
        schema.validate(table.rows.drop(ROW), lazy=True)
    except pa.errors.SchemaErrors as errors:
        first = min(
            errors.failure_cases.iter_rows(named=True),
            key=lambda case: math.inf if case["index"] is None else case["index"],
        )
        if first["index"] is None:
            raise AssertionError(f"the schema itself is wrong: {first}") from errors
        column = first["column"]
        value = table.rows[column][first["index"]]
        remedy = schema.to_schema().columns[column].description or "correct it"
        said = "is missing" if value in (None, "") else f"is {value!r}"
        row = int(table.rows[ROW][first["index"]])
        raise table.error(row, column, f"{said}; {remedy}") from errors
