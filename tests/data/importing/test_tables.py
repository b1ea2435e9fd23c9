"""Rows are found by their line in the file, whatever else is in it."""

from __future__ import annotations

from pathlib import Path

import pandera.polars as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.data.importing.tables import read_header, read_table
from gazecast.data.stimulus import DataError


class Rows(pa.DataFrameModel):
    name: str
    x: float = pa.Field(nullable=True)
    ms: float | None = pa.Field(ge=0, description="write it from 0 up")


def read(path: Path, text: str, separator: str = ",", encoding: str = "utf-8"):
    path.write_bytes(text.encode(encoding))
    return read_table(path, Rows, separator=separator)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_rows_after_blank_lines_keep_their_number(path):
    table = read(path, "name,x,other\n\na,1,q\n\n\nb,2,q\n")
    assert table.rows["row"].to_list() == [3, 6]
    assert table.rows["x"].to_list() == [1, 2]
    assert table.rows.columns == ["name", "x", "row"]


def test_a_name_may_hold_what_python_takes_for_the_end_of_a_line(path):
    assert read(path, "name,x\r\na\u2028b\x85c,1\r\n").rows["name"].to_list() == ["a\u2028b\x85c"]


def test_quoted_cells_may_hold_separators(path):
    table = read(path, 'x,name\n1,"a, b"\n2,"say ""c"""\n')
    assert table.rows["name"].to_list() == ["a, b", 'say "c"']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark_are_read(path, encoding):
    assert read(path, "name,x\r\nJürgen,1\r\n", encoding=encoding).rows["name"].to_list() == [
        "Jürgen"
    ]


@pytest.mark.parametrize("missing", ["", ".", "NaN", "NA"])
def test_missing_values_are_null(path, missing):
    assert read(path, f"name,x\na,{missing}\n").rows["x"].to_list() == [None]


def test_decimal_commas_are_read_where_commas_do_not_separate(path):
    rows = read(path, "name\tx\na\t-12,5\nb\t1.5\nc\t,5\n", separator="\t").rows
    assert rows["x"].to_list() == [-12.5, 1.5, 0.5]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("1.234,5", "row 3: x is '1.234,5'; a number belongs there"),
        ("inf", "row 3: x is 'inf'; a number belongs there"),
        ("1e999", "row 3: x is '1e999'; a number belongs there"),
    ],
)
def test_what_is_no_number_is_named(path, cell, says):
    with pytest.raises(DataError, match=says.replace(".", r"\.")):
        read(path, f"name\tx\na\t1\nb\t{cell}\n", separator="\t")


def test_the_first_value_that_the_schema_refuses_is_named_with_its_remedy(path):
    with pytest.raises(DataError) as raised:
        read(path, "name,x,ms\na,1,5\nb,1,-2\nc,1,\n")
    assert str(raised.value) == f"{path}, row 3: ms is -2.0; write it from 0 up"
    with pytest.raises(DataError, match="row 2: ms is missing; write it from 0 up"):
        read(path, "name,x,ms\na,1,\nc,1,-1\n")


def test_a_ragged_row_in_the_middle_is_named(path):
    with pytest.raises(DataError, match="row 3: 3 cells where the header has 2; export the file"):
        read(path, "name,x\na,1\nb,2,3\nc,4\n")


@given(
    cells=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
    )
)
def test_what_was_written_is_read(tmp_path_factory, cells):
    """Names without separators, quotes and blanks; numbers to the last digit."""
    plain = [(name.replace("\t", "").replace('"', "_"), x) for name, x in cells]
    path = tmp_path_factory.mktemp("any") / "table.tsv"
    text = "name\tx\n" + "".join(f"{name}\t{x!r}\n" for name, x in plain)
    rows = read(path, text, separator="\t").rows
    assert rows["x"].to_list() == [x for _, x in plain]
    assert rows["name"].to_list() == [name for name, _ in plain]


def test_a_header_is_read_whatever_separates_it(path):
    for separator in "\t,;":
        path.write_text(separator.join(['"a"', " b ", "c"]) + "\n1\n")
        assert read_header(path) == ["a", "b", "c"]
    path.write_bytes(b"\xff\xfe\xfd")
    assert read_header(path) == []


@pytest.mark.parametrize(
    ("text", "row"),
    [(f"name,x{' ' * 200_000}\n", 1), (f'"name",x\na,1\nb,{"0" * 200_000}\n', 3)],
)
def test_a_cell_longer_than_a_reader_takes_is_named_with_its_row(path, text, row):
    with pytest.raises(DataError, match=rf"table\.csv, row {row}: cannot be read \(field larger"):
        read(path, text)
