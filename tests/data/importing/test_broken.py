"""What is wrong with an export is said by file, row or column, with what to do; nothing is left."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gazecast.data.importing.run import import_dataset
from gazecast.data.stimulus import DataError

SCREEN = (1920.0, 1080.0)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
SEPARATED_BY = {"\t": "tabs", ",": "commas"}

Say = Callable[..., str]


@pytest.fixture
def refused(request: pytest.FixtureRequest, source: Path, tmp_path: Path) -> Say:
    """What the import of `source` says, after a look that it left nothing."""
    vendor = request.getfixturevalue("vendor") if "vendor" in request.fixturenames else None
    screen = SCREEN if vendor is not None and vendor.needs_screen else None

    def say(**options) -> str:
        before = sorted(path.name for path in tmp_path.iterdir())
        with pytest.raises(DataError) as raised:
            import_dataset(source, tmp_path / "out", screen=screen, **options)
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        return str(raised.value)

    return say


@pytest.fixture
def edit(vendor, study, source: Path) -> Callable[[Callable[[list[list[str]]], None]], Path]:
    """Write the vendor's export, then change the cells of its last file."""

    def change(by: Callable[[list[list[str]]], None]) -> Path:
        path = vendor.write(source, study)
        rows = list(cells(path.read_text(vendor.encoding), vendor.separator))
        by(rows)
        text = "".join(vendor.separator.join(row) + "\n" for row in rows)
        path.write_bytes(text.encode(vendor.encoding))
        return path

    return change


def cells(text: str, separator: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        # A quoted comma is no separator.
        yield re.split(separator + r'(?=(?:[^"]*"[^"]*")*[^"]*$)', line)


def test_a_missing_column_is_named(vendor, edit, refused):
    def leave_out(rows: list[list[str]]) -> None:
        column = rows[0].index(vendor.required)
        for row in rows:
            del row[column]

    path = edit(leave_out)
    said = refused()
    assert said.startswith(f"{path}, row 1: missing column {vendor.required}; ")
    assert "export" in said or "header must name" in said


def test_another_separator_is_named(vendor, study, source, refused):
    path = vendor.write(source, study)
    text = path.read_text(vendor.encoding).replace(vendor.separator, ";")
    path.write_bytes(text.encode(vendor.encoding))
    said = refused(format_name=vendor.format)
    if vendor.format == "gazecast":
        assert said.startswith(f"{path}, row 1: missing column ")
        assert "separated by commas" in said
        return
    own = SEPARATED_BY[vendor.separator]
    assert said.startswith(
        f"{path}, row 1: columns are separated by semicolons, not by {own}; export the file again"
    )


def test_an_unknown_image_is_named_with_its_row(vendor, edit, study, source, refused):
    if vendor.image is None:  # the image is in the name of the file or of its folder
        path = vendor.write(source, study)
        if vendor.format == "pupil-core":
            path = path.rename(path.with_name("fixations_on_surface_nowhere.csv"))
            assert re.match(
                rf"{re.escape(str(path))}, row 2: image 'nowhere' is not in .*; add", refused()
            )
        else:
            path.parent.rename(source / "nowhere")
            said = refused()
            assert said.startswith(f"{source / 'nowhere' / path.name}: no telling which image")
            assert "put it in a folder that is named like the image" in said
        return

    def rename(rows: list[list[str]]) -> None:
        for row in rows[6:8]:  # one of them is not of the other eye
            row[rows[0].index(vendor.image)] = "nowhere.png"

    path = edit(rename)
    said = refused()
    assert re.match(rf"{re.escape(str(path))}, row [78]: image 'nowhere.png' is not in ", said)
    assert "; add" in said


def test_a_negative_time_is_named_with_its_row_and_column(vendor, edit, refused):
    def negate(rows: list[list[str]]) -> None:
        rows[5][rows[0].index(vendor.start)] = "-5"

    path = edit(negate)
    said = refused()
    assert said.startswith(f"{path}, row 6: {vendor.start} is ")
    assert re.search(r"; (times|give milliseconds)", said)


def test_mixed_units_are_named_with_row_and_column(vendor, edit, refused):
    """One fixation in another unit than the others."""
    column = vendor.duration or vendor.start

    def mix(rows: list[list[str]]) -> None:
        index = rows[0].index(column)
        whole = [row for row in rows[1:] if row[index] not in ("", ".")]
        chosen = whole[3][index]
        # Every row of the fixation, where there are several.
        for row in whole:
            if row[index] == chosen:
                row[index] = f"{float(chosen.replace(',', '.')) / 1000:.6f}"

    path = edit(mix)
    said = refused()
    assert re.match(rf"{re.escape(str(path))}, row \d+: {re.escape(column)} comes out at ", said)
    assert said.endswith("in the same one")
    assert "units are mixed" in said


def test_a_file_in_another_unit_is_named_with_its_column(vendor, edit, refused):
    column = vendor.duration
    if column is None:
        pytest.skip("clicks have no duration")

    def convert(rows: list[list[str]]) -> None:
        index = rows[0].index(column)
        for row in rows[1:]:
            if row[index] not in ("", "."):
                row[index] = f"{float(row[index].replace(',', '.')) / 1000:.6f}"

    path = edit(convert)
    said = refused()
    assert str(path) in said
    assert column in said
    assert "seconds" in said or "units are mixed" in said


def test_a_truncated_file_is_named_with_its_last_row(vendor, study, source, refused):
    path = vendor.write(source, study)
    text = path.read_text(vendor.encoding)
    cut = len(text)
    for _ in range(3):
        cut = text.rindex(vendor.separator, 0, cut)
    path.write_bytes(text[:cut].encode(vendor.encoding))
    said = refused()
    last = text.count("\n")
    assert re.match(
        rf"{re.escape(str(path))}, row {last}: \d+ cells where the header has \d+", said
    )
    assert "export it again" in said or "give every column a cell" in said


@pytest.mark.parametrize("content", [b"", b"\n\n", PNG, b"PK\x03\x04xl"])
def test_what_is_no_text_is_named(vendor, study, source, refused, content):
    path = vendor.write(source, study)
    path.write_bytes(content)
    said = refused(format_name=vendor.format)
    assert said.startswith(str(path))
    assert re.search(r"empty|not UTF-8|not a text|a spreadsheet|missing column", said)
    assert ";" in said


def test_a_header_alone_is_no_export(vendor, edit, refused):
    path = edit(lambda rows: rows.__delitem__(slice(1, None)))
    said = refused()
    assert said.startswith(str(path))
    assert re.search(r"no row below the header; export|no fixation in it; add", said)


def test_a_number_that_is_none_is_named(vendor, edit, refused):
    def spoil(rows: list[list[str]]) -> None:
        rows[4][rows[0].index(vendor.start)] = "soon"

    path = edit(spoil)
    said = refused()
    assert said.startswith(f"{path}, row 5: {vendor.start} is 'soon'; ")
    assert "number" in said


# ---- Not about one vendor ----------------------------------------------------------------------


def test_an_export_of_another_kind_is_answered_with_what_can_be_imported(source, refused):
    (source / "notes.csv").write_text("who,what,when\na,b,c\n")
    said = refused()
    assert said.startswith(f"{source}: in none of the forms that can be imported")
    assert "who, what, when" in said
    assert "  eyelink: EyeLink Data Viewer, fixation report" in said
    assert "  osie: " in said


@pytest.mark.parametrize("content", [b"", PNG])
def test_without_a_format_too_an_unreadable_file_is_the_reason(source, refused, content):
    (source / "export.tsv").write_bytes(content)
    assert refused().startswith(str(source / "export.tsv"))


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere: no such file or folder; give the export"):
        import_dataset(tmp_path / "nowhere", tmp_path / "out")


def test_an_unknown_format_is_answered_with_the_known_ones(source, refused):
    assert refused(format_name="smi").startswith("--format 'smi': write one of tobii, eyelink, ")


def test_images_that_are_missing_are_named(vendors, study, source, refused):
    vendors["clicks"].write(source, study)
    shutil.rmtree(source / "images")
    assert refused().startswith(f"{source / 'images'}: no such folder; the images belong there")


def test_a_screen_that_is_not_said_is_asked_for(vendors, study, source, tmp_path):
    path = vendors["gazepoint"].write(source, study).with_name("anna_fixations.csv")
    with pytest.raises(DataError) as raised:
        import_dataset(source, tmp_path / "out")
    assert str(raised.value).startswith(f"{path}, row 2: positions are fractions of the screen")
    assert "--screen 1920x1080" in str(raised.value)


def test_no_point_on_its_image_asks_for_the_place(vendors, study, source, refused):
    path = vendors["clicks"].write(source, study)
    rows = [line.split(",") for line in path.read_text().splitlines()]
    for row in rows[1:]:
        row[2] = "9000"
    path.write_text("\n".join(",".join(row) for row in rows) + "\n")
    assert "no point of the export lies on its image; say where" in refused()


def test_an_image_name_that_could_be_two_files_is_refused(vendors, study, tmp_path, write_image):
    vendors["clicks"].write(tmp_path / "study", study)
    for name in ("home.png", "Home.jpg"):
        write_image(tmp_path / "study" / "images" / name)
    with pytest.raises(DataError, match=r"Home\.jpg and home\.png have the same name"):
        import_dataset(tmp_path / "study", tmp_path / "out")


def test_a_report_without_image_names_asks_for_the_variable(vendors, study, source, refused):
    path = vendors["eyelink"].write(source, study)
    text = path.read_text("utf-16").replace("home.png", "A").replace("shop.png", "B")
    path.write_bytes(text.encode("utf-16"))
    said = refused()
    assert said.startswith(f"{path}, row 1: no column holds names of images in ")
    assert "add the trial variable with the image's file name" in said


def test_a_unit_of_time_that_is_unknown_is_named(vendors, study, source, refused):
    path = vendors["tobii-samples"].write(source, study)
    text = path.read_text("utf-8-sig").replace("timestamp [μs]", "timestamp [ticks]")
    path.write_bytes(text.encode("utf-8-sig"))
    assert refused() == (
        f"{path}, row 1: Recording timestamp [ticks] is in an unknown unit; export it in ms or μs"
    )


def test_a_published_set_says_where_its_images_are(tmp_path, write_image, refused):
    write_image(tmp_path / "mit1003" / "ALLSTIMULI" / "a.jpeg")
    with pytest.raises(DataError, match=r"mit1003 says itself where .*; leave out --images"):
        import_dataset(tmp_path / "mit1003", tmp_path / "out", screen=SCREEN)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_there_already_is_not_touched(vendors, study, source, tmp_path, kind):
    vendors["clicks"].write(source, study)
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="out: there is something already; choose another"):
        import_dataset(source, out)
    assert (out if kind == "file" else out / "mine.txt").read_text() == "mine"


def test_a_failure_while_writing_leaves_nothing(vendors, study, source, tmp_path, monkeypatch):
    vendors["clicks"].write(source, study)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("gazecast.data.importing.write.shutil.copyfile", full)
    with pytest.raises(DataError, match=r"out: cannot be written .*No space left"):
        import_dataset(source, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("letter", [" ", "[", "(", "]", '"', "0", ".", "\x85"])
@pytest.mark.parametrize("length", [100_000, 300_000])
def test_a_long_cell_in_a_header_takes_no_time(vendor, study, source, tmp_path, letter, length):
    last = vendor.write(source, study)
    for path in last.parent.glob(f"*{last.suffix}"):
        header, _, rows = path.read_bytes().decode(vendor.encoding).partition("\n")
        cells = [f"{cell}{letter * length}x" for cell in header.split(vendor.separator)[-1:]]
        header = vendor.separator.join([header, *cells])
        path.write_bytes(f"{header}\n{rows}".encode(vendor.encoding))
    started = time.process_time()
    with pytest.raises(DataError):  # no row has as many cells
        import_dataset(source, tmp_path / "out", screen=(1920, 1080))
    assert time.process_time() - started < 10
