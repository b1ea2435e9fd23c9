"""SALICON's official layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from gazecast.data.layouts.salicon import read_salicon
from gazecast.data.stimulus import DataError

TRAIN = "COCO_train2014_000000000009"
VAL = "COCO_val2014_000000000042"
TEST = "COCO_test2014_000000000001"


@pytest.fixture
def salicon(
    tmp_path: Path, write_image: Callable[..., Path], write_gaze: Callable[..., None]
) -> Path:
    """One image a split, two observers each; no ground truth for test, as published."""
    for split, name in (("train", TRAIN), ("val", VAL), ("test", TEST)):
        write_image(tmp_path / "images" / split / f"{name}.jpg")
    for split, name in (("train", TRAIN), ("val", VAL)):
        write_image(tmp_path / "maps" / split / f"{name}.png", mode="L")
        write_gaze(
            tmp_path / "fixations" / split / f"{name}.mat",
            [[(1, 1), (64, 48)], [(10, 20)]],
        )
    return tmp_path


def test_splits_are_the_folders(salicon):
    data = read_salicon(salicon)
    assert [(s.name, s.split) for s in data.stimuli] == [
        (f"{TRAIN}.jpg", "train"),
        (f"{VAL}.jpg", "val"),
    ]


def test_fixations_are_mouse_points_counted_from_0(salicon):
    fixations = read_salicon(salicon).stimuli[0].fixations
    assert fixations is not None
    assert list(zip(fixations.x, fixations.y, strict=True)) == [(0, 0), (63, 47), (9, 19)]
    assert fixations.observer.tolist() == ["0", "0", "1"]
    assert set(fixations.kind) == {"mouse"}


def test_onsets_and_durations_are_unknown(salicon):
    fixations = read_salicon(salicon).stimuli[0].fixations
    assert fixations is not None
    assert np.isnan(fixations.onset_ms).all()
    assert np.isnan(fixations.duration_ms).all()


def test_maps_are_found(salicon):
    paths = [stimulus.density_path for stimulus in read_salicon(salicon).stimuli]
    assert paths == [
        salicon / "maps" / "train" / f"{TRAIN}.png",
        salicon / "maps" / "val" / f"{VAL}.png",
    ]


def test_the_test_split_is_left_out_and_counted(salicon):
    assert read_salicon(salicon).left_out == {"images without ground truth": 1}


def test_licence_source_and_viewing_time_are_stated(salicon):
    data = read_salicon(salicon)
    assert "CC BY 4.0" in data.licence
    assert "salicon.net" in data.source
    assert data.viewing_s == 5.0


def test_an_observer_without_fixations_keeps_the_numbering(salicon, write_gaze):
    write_gaze(salicon / "fixations" / "train" / f"{TRAIN}.mat", [[], [(10, 20)]])
    fixations = read_salicon(salicon).stimuli[0].fixations
    assert fixations is not None
    assert fixations.observer.tolist() == ["1"]


def test_fixations_outside_the_image_are_counted(salicon, write_gaze):
    write_gaze(salicon / "fixations" / "train" / f"{TRAIN}.mat", [[(65, 1), (0, 5), (3, 3)]])
    assert read_salicon(salicon).left_out["fixations outside the image"] == 2


def test_images_of_one_split_without_maps_or_fixations_are_read(tmp_path, write_image):
    write_image(tmp_path / "images" / "train" / f"{TRAIN}.jpg")
    (stimulus,) = read_salicon(tmp_path).stimuli
    assert (stimulus.fixations, stimulus.density_path) == (None, None)


def test_a_damaged_file_is_named(salicon):
    path = salicon / "fixations" / "val" / f"{VAL}.mat"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match=f"{VAL}.mat: damaged MATLAB file"):
        read_salicon(salicon)


def test_matlab_7_3_is_answered_with_the_remedy(salicon):
    path = salicon / "fixations" / "val" / f"{VAL}.mat"
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    path.write_bytes(header + b"\x89HDF\r\n\x1a\n" + bytes(512))
    with pytest.raises(DataError, match=f"{VAL}.mat: MATLAB 7.3 format; save it again with '-v7'"):
        read_salicon(salicon)


def test_an_image_of_another_size_is_refused(salicon, write_gaze):
    write_gaze(salicon / "fixations" / "val" / f"{VAL}.mat", [[(1, 1)]], resolution=(480, 640))
    with pytest.raises(DataError, match=rf"{VAL}.mat: made for .*\[480, 640\].* 48 x 64"):
        read_salicon(salicon)


@pytest.mark.parametrize("missing", ["resolution", "gaze"])
def test_a_missing_variable_is_named(salicon, missing):
    variables = {"image": VAL, "resolution": [[48, 64]], "gaze": [[1]]}
    del variables[missing]
    savemat(salicon / "fixations" / "val" / f"{VAL}.mat", variables)
    with pytest.raises(DataError, match=f"{VAL}.mat: variable '{missing}' is missing"):
        read_salicon(salicon)


def test_gaze_without_fixations_is_refused(salicon):
    variables = {"resolution": [[48, 64]], "gaze": [[1]]}
    savemat(salicon / "fixations" / "val" / f"{VAL}.mat", variables)
    with pytest.raises(DataError, match=f"{VAL}.mat: 'gaze' has no field 'fixations'"):
        read_salicon(salicon)


def test_points_of_the_wrong_shape_are_named_with_their_observer(salicon):
    gaze = np.empty((2, 1), dtype=[("fixations", object)])
    gaze["fixations"][0, 0] = np.array([[1, 2]])
    gaze["fixations"][1, 0] = np.array([[1], [2]])
    variables = {"resolution": [[48, 64]], "gaze": gaze}
    savemat(salicon / "fixations" / "val" / f"{VAL}.mat", variables)
    with pytest.raises(DataError, match=f"{VAL}.mat, observer 1: 'fixations' holds"):
        read_salicon(salicon)
