"""The form that users bring: images, fixations.csv and the optional files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gazecast.data.layouts.folder import read_folder
from gazecast.data.stimulus import DataError

IMAGES_HEADER = "image,split,width,height,original_width,original_height\n"
HEADER = "image,observer,kind,x,y,start_ms,duration_ms\n"
ROW = "a.jpg,0,fixation,10.5,20.25,100,200\n"


@pytest.fixture
def folder(tmp_path: Path, write_image: Callable[..., Path]) -> Path:
    """Two images of 64 x 48 pixels, and nothing else."""
    write_image(tmp_path / "study" / "images" / "a.jpg")
    write_image(tmp_path / "study" / "images" / "b.jpg")
    return tmp_path / "study"


def fixations_csv(folder: Path, rows: str, header: str = HEADER) -> None:
    (folder / "fixations.csv").write_text(header + rows)


def dataset_json(folder: Path, **about: object) -> None:
    (folder / "dataset.json").write_text(json.dumps(about))


def test_images_alone_are_stimuli_without_ground_truth(folder):
    data = read_folder(folder)
    assert [stimulus.name for stimulus in data.stimuli] == ["a.jpg", "b.jpg"]
    assert {(s.width, s.height, s.split) for s in data.stimuli} == {(64, 48, "train")}
    assert all(s.fixations is None and s.density_path is None for s in data.stimuli)
    assert data.left_out == {}


def test_name_defaults_to_the_folder(folder):
    data = read_folder(folder)
    assert (data.name, data.licence, data.viewing_s) == ("study", "not stated", None)


def test_dataset_json_is_read(folder):
    dataset_json(folder, name="mine", licence="CC0", source="our lab", viewing_s=5, task="free")
    data = read_folder(folder)
    assert (data.name, data.licence, data.source) == ("mine", "CC0", "our lab")
    assert data.viewing_s == 5.0


def test_splits_come_from_images_csv(folder):
    (folder / "images.csv").write_text(
        IMAGES_HEADER + "b.jpg,test,64,48,128,96\na.jpg,val,64,48,128,96\n"
    )
    data = read_folder(folder)
    assert [(s.name, s.split) for s in data.stimuli] == [("b.jpg", "test"), ("a.jpg", "val")]


def test_an_image_not_listed_is_not_read(folder):
    (folder / "images.csv").write_text(IMAGES_HEADER + "b.jpg,test,64,48,64,48\n")
    assert [stimulus.name for stimulus in read_folder(folder).stimuli] == ["b.jpg"]


def test_fixations_go_to_their_image_in_file_order(folder):
    fixations_csv(
        folder,
        "b.jpg,p2,fixation,1,2,300,150\n"
        "a.jpg,p1,click10,3,4,,\n"
        "b.jpg,p2,fixation,5.5,6.5,100,50\n"
        "b.jpg,p1,mouse,7,8,0,0\n",
    )
    a, b = read_folder(folder).stimuli
    assert a.fixations is not None
    assert b.fixations is not None
    assert a.fixations.kind.tolist() == ["click10"]
    assert b.fixations.x.tolist() == [1.0, 5.5, 7.0]
    assert b.fixations.y.tolist() == [2.0, 6.5, 8.0]
    assert b.fixations.onset_ms.tolist() == [300.0, 100.0, 0.0]
    assert b.fixations.duration_ms.tolist() == [150.0, 50.0, 0.0]
    assert b.fixations.observer.tolist() == ["p2", "p2", "p1"]


def test_empty_times_are_unknown(folder):
    fixations_csv(folder, "a.jpg,0,fixation,1,2,,\n")
    fixations = read_folder(folder).stimuli[0].fixations
    assert fixations is not None
    assert np.isnan(fixations.onset_ms).all()
    assert np.isnan(fixations.duration_ms).all()


def test_columns_may_come_in_any_order_with_others(folder):
    header = "note,duration_ms,start_ms,y,x,kind,observer,image\n"
    fixations_csv(folder, "hello,200,100,20,10,fixation,p1,a.jpg\n", header)
    fixations = read_folder(folder).stimuli[0].fixations
    assert fixations is not None
    assert (fixations.x[0], fixations.y[0], fixations.observer[0]) == (10.0, 20.0, "p1")


def test_a_spreadsheets_byte_order_mark_and_blank_lines_are_read(folder):
    (folder / "fixations.csv").write_text(HEADER + ROW + "\n" + ROW, encoding="utf-8-sig")
    fixations = read_folder(folder).stimuli[0].fixations
    assert fixations is not None
    assert len(fixations) == 2


def test_maps_are_found_by_stem(folder, write_image):
    path = write_image(folder / "maps" / "b.png", 32, 24, mode="L")
    (only,) = read_folder(folder).stimuli
    assert (only.name, only.density_path) == ("b.jpg", path)


def test_images_without_ground_truth_are_counted(folder):
    fixations_csv(folder, ROW)
    data = read_folder(folder)
    assert [stimulus.name for stimulus in data.stimuli] == ["a.jpg"]
    assert data.left_out == {"images without ground truth": 1}


@pytest.mark.parametrize("point", ["-0.1,5", "64,5", "5,-1", "5,48", "1e9,5"])
def test_fixations_outside_the_image_are_counted(folder, point):
    fixations_csv(folder, ROW + f"a.jpg,0,fixation,{point},,\n" + "b.jpg,0,fixation,63.9,47.9,,\n")
    data = read_folder(folder)
    assert [len(s.fixations or ()) for s in data.stimuli] == [1, 1]
    assert data.left_out == {"fixations outside the image": 1}


def test_onsets_are_rebuilt_from_durations(folder):
    dataset_json(folder, viewing_s=3)
    fixations_csv(folder, "".join(f"a.jpg,0,fixation,1,2,,{ms}\n" for ms in (500, 1000, 500)))
    fixations = read_folder(folder).stimuli[0].fixations
    assert fixations is not None
    gap = 1000 / 3
    assert fixations.onset_ms == pytest.approx([gap, 500 + 2 * gap, 1500 + 3 * gap])


def test_onsets_stay_unknown_without_the_viewing_time(folder):
    fixations_csv(folder, "a.jpg,0,fixation,1,2,,500\n")
    fixations = read_folder(folder).stimuli[0].fixations
    assert fixations is not None
    assert np.isnan(fixations.onset_ms).all()


def test_onsets_of_clicks_are_not_rebuilt(folder):
    dataset_json(folder, viewing_s=3)
    fixations_csv(folder, "a.jpg,0,click30,1,2,,500\na.jpg,0,fixation,1,2,,500\n")
    fixations = read_folder(folder).stimuli[0].fixations
    assert fixations is not None
    assert np.isnan(fixations.onset_ms).tolist() == [True, False]


def test_a_fixation_outside_the_image_still_takes_its_time(folder):
    dataset_json(folder, viewing_s=3)
    fixations_csv(folder, "a.jpg,0,fixation,-9,2,,1000\na.jpg,0,fixation,1,2,,1000\n")
    fixations = read_folder(folder).stimuli[0].fixations
    assert fixations is not None
    assert fixations.onset_ms.tolist() == [2000.0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("c.jpg,0,fixation,1,2,,", "image 'c.jpg' is not in the data set"),
        ("a.jpg,0,glance,1,2,,", "unknown kind 'glance'"),
        ("a.jpg,0,fixation,left,2,,", "x is 'left'"),
        ("a.jpg,0,fixation,1,,,", "y is ''"),
        ('a.jpg,0,fixation,1,"2,5",,', "y is '2,5'"),
        ("a.jpg,0,fixation,nan,2,,", "x is 'nan'"),
        ("a.jpg,0,fixation,inf,2,,", "x is 'inf'"),
        ("a.jpg,0,fixation,1,2,soon,", "start_ms is 'soon'"),
        ("a.jpg,0,fixation,1,2,-1,", "start_ms is negative"),
        ("a.jpg,0,fixation,1,2,,-1", "duration_ms is negative"),
        ("a.jpg,0,fixation,1,2", "5 cells where the header has 7"),
    ],
)
def test_a_bad_row_is_named(folder, row, says):
    fixations_csv(folder, ROW + row + "\n" + ROW)
    with pytest.raises(DataError) as raised:
        read_folder(folder)
    assert str(raised.value).startswith(f"{folder / 'fixations.csv'}, row 3: {says}")


def test_a_bad_row_after_blank_lines_has_its_line_number(folder):
    fixations_csv(folder, "\n\n" + ROW + "a.jpg,0,fixation,left,2,,\n")
    with pytest.raises(DataError, match="row 5: x is 'left'"):
        read_folder(folder)


def test_missing_columns_are_named(folder):
    fixations_csv(folder, "a.jpg,1,2\n", header="image,x,y\n")
    with pytest.raises(
        DataError, match=r"row 1: missing column observer, kind, start_ms, duration_ms; the header"
    ):
        read_folder(folder)


@pytest.mark.parametrize("content", [HEADER, ""])
def test_a_file_without_fixations_is_refused(folder, content):
    (folder / "fixations.csv").write_text(content)
    with pytest.raises(DataError, match=r"fixations\.csv"):
        read_folder(folder)


def test_text_in_another_encoding_is_refused(folder):
    (folder / "fixations.csv").write_bytes((HEADER + "Bär.jpg,0,fixation,1,2,,\n").encode("cp1252"))
    with pytest.raises(DataError, match=r"fixations\.csv: not UTF-8"):
        read_folder(folder)


def test_coordinates_that_all_miss_are_refused(folder):
    fixations_csv(folder, "a.jpg,0,fixation,900,700,,\n")
    with pytest.raises(DataError, match="no fixation lies inside its image"):
        read_folder(folder)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("c.jpg,train,64,48", "there is no image file"),
        ("a.jpg,train,64,48", "'a.jpg' is listed twice"),
        ("b.jpg,,64,48", "the split is empty"),
        ("b.jpg,train,128,96", "b.jpg is 64 x 48 pixels, not 128 x 96"),
        ("b.jpg,train,wide,48", "width is 'wide'"),
        (",train,64,48", "there is no image file"),
    ],
)
def test_a_bad_row_of_images_csv_is_named(folder, row, says):
    (folder / "images.csv").write_text(f"image,split,width,height\na.jpg,train,64,48\n{row}\n")
    with pytest.raises(DataError) as raised:
        read_folder(folder)
    assert str(raised.value).startswith(f"{folder / 'images.csv'}, row 3: {says}")


def test_images_csv_without_rows_is_refused(folder):
    (folder / "images.csv").write_text(IMAGES_HEADER)
    with pytest.raises(DataError, match=r"images\.csv: no image is listed"):
        read_folder(folder)


def test_a_damaged_image_is_named(folder):
    (folder / "images" / "b.jpg").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"b\.jpg: cannot be read as an image"):
        read_folder(folder)


def test_a_map_of_another_aspect_is_refused(folder, write_image):
    write_image(folder / "maps" / "a.png", 48, 48, mode="L")
    with pytest.raises(DataError, match=r"a\.png: 48 x 48 pixels, but its image a\.jpg is 64 x 48"):
        read_folder(folder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{\n"name": }', "line 2: not valid JSON"),
        ("[]", "must hold one JSON object"),
        ('{"viewing_s": "3"}', "'viewing_s' must be seconds above 0, not '3'"),
        ('{"viewing_s": 0}', "'viewing_s' must be seconds above 0, not 0"),
        ('{"viewing_s": true}', "'viewing_s' must be seconds above 0, not True"),
        ('{"licence": 4}', "'licence' must be a text, not 4"),
    ],
)
def test_a_bad_dataset_json_is_named(folder, text, says):
    (folder / "dataset.json").write_text(text)
    with pytest.raises(DataError) as raised:
        read_folder(folder)
    assert str(raised.value).startswith(str(folder / "dataset.json"))
    assert says in str(raised.value)


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(DataError, match="images: no such folder"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("[" * 100_000, "brackets"),
        ('{"a": ' * 100_000, "brackets"),
        (f'{{"viewing_s": {"9" * 5_000}}}', "thousands of digits"),
        (f'{{"viewing_s": {"9" * 4_000}}}', "must be seconds above 0"),
    ],
    ids=["lists", "objects", "digits", "seconds"],
)
def test_a_dataset_json_that_python_stumbles_over_is_named(folder, content, wrong):
    (folder / "dataset.json").write_text(content)
    with pytest.raises(DataError, match=rf"dataset\.json: .*{wrong}"):
        read_folder(folder)
