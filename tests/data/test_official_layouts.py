"""Official layouts of OSIE, CAT2000, FiWI and UEyes, each generated as it is published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from gazecast.data.layouts import read_dataset
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations

WriteImage = Callable[..., Path]


def fixations_of(data: EyeTrackingSet, name: str) -> Fixations:
    (stimulus,) = [one for one in data.stimuli if one.name == name]
    assert stimulus.fixations is not None
    return stimulus.fixations


def cells(values: list[object]) -> np.ndarray:
    """A MATLAB cell array of one column."""
    array = np.empty((len(values), 1), dtype=object)
    array[:, 0] = values
    return array


# ---- OSIE --------------------------------------------------------------------------------------


@pytest.fixture
def osie(tmp_path: Path, write_image: WriteImage) -> Path:
    for name in ("1001.jpg", "1002.jpg"):
        write_image(tmp_path / "data" / "stimuli" / name, 80, 60)

    def subject(x: list[float], y: list[float], ms: list[float]) -> dict[str, object]:
        return {"fix_x": [x], "fix_y": [y], "fix_duration": [ms]}

    fixations = cells(
        [
            {
                "img": "1001.jpg",
                "subjects": cells(
                    [subject([40, 10.5], [30, 5.25], [500, 1000]), subject([], [], [])]
                ),
            },
            {"img": "1002.jpg", "subjects": cells([subject([200], [5], [100])])},
        ]
    )
    (tmp_path / "data" / "eye").mkdir()
    savemat(tmp_path / "data" / "eye" / "fixations.mat", {"fixations": fixations})
    return tmp_path


def test_osie_is_read_with_onsets_rebuilt(osie):
    data = read_dataset(osie, "osie")
    fixations = fixations_of(data, "1001.jpg")
    assert fixations.x.tolist() == [40, 10.5]
    assert fixations.y.tolist() == [30, 5.25]
    assert fixations.observer.tolist() == ["0", "0"]
    assert fixations.onset_ms.tolist() == [750, 2000]  # 1.5 s of gaps in 3 s
    assert data.left_out == {"fixations outside the image": 1, "images without ground truth": 1}


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"other": [1]}, "variable 'fixations' is missing"),
        ({"fixations": [1.0, 2.0]}, "no cell array"),
        ({"fixations": cells([{"img": "1001.jpg"}])}, "no cell array"),
    ],
)
def test_a_broken_osie_file_is_named(osie, variables, says):
    savemat(osie / "data" / "eye" / "fixations.mat", variables)
    with pytest.raises(DataError, match=rf"fixations\.mat: .*{says}"):
        read_dataset(osie, "osie")


# ---- CAT2000 -----------------------------------------------------------------------------------


@pytest.fixture
def cat2000(tmp_path: Path, write_image: WriteImage) -> Path:
    for category in ("Action", "Sketch"):
        for name in ("001", "002"):
            root = tmp_path / "trainSet"
            write_image(root / "Stimuli" / category / f"{name}.jpg")
            write_image(root / "FIXATIONMAPS" / category / f"{name}.jpg", mode="L")
            # What the archive also holds, and what is no stimulus.
            write_image(root / "Stimuli" / category / "Output" / f"{name}_SaliencyMap.jpg")
            points = np.zeros((48, 64), dtype=np.uint8)
            points[10, 20] = points[47, 63] = 1
            (root / "FIXATIONLOCS" / category).mkdir(parents=True, exist_ok=True)
            savemat(root / "FIXATIONLOCS" / category / f"{name}.mat", {"fixLocs": points})
    return tmp_path


@pytest.mark.parametrize("inner", ["", "trainSet"])
def test_cat2000_is_read_with_names_that_tell_categories_apart(cat2000, inner):
    data = read_dataset(cat2000 / inner, "cat2000")
    assert [one.name for one in data.stimuli] == [
        "Action-001.jpg",
        "Action-002.jpg",
        "Sketch-001.jpg",
        "Sketch-002.jpg",
    ]
    fixations = fixations_of(data, "Sketch-002.jpg")
    assert list(zip(fixations.x, fixations.y, strict=True)) == [(20.5, 10.5), (63.5, 47.5)]
    assert all(one.density_path is not None for one in data.stimuli)


def test_points_for_another_image_are_refused(cat2000):
    path = cat2000 / "trainSet" / "FIXATIONLOCS" / "Action" / "001.mat"
    savemat(path, {"fixLocs": np.ones((5, 5))})
    with pytest.raises(DataError, match=r"001\.mat: 'fixLocs' is of shape \(5, 5\), but"):
        read_dataset(cat2000, "cat2000")
    savemat(path, {"points": np.ones((48, 64))})
    with pytest.raises(DataError, match=r"001\.mat: variable 'fixLocs' is missing"):
        read_dataset(cat2000, "cat2000")


# ---- FiWI --------------------------------------------------------------------------------------


@pytest.fixture
def fiwi(tmp_path: Path, write_image: WriteImage) -> Path:
    root = tmp_path / "webpage_dataset"
    for name in ("amazon", "quora"):
        write_image(root / "stimuli" / f"{name}.png")
    dots = np.zeros((48, 64), dtype=np.uint8)
    dots[3, 4] = 255
    (root / "fixation_maps" / "all5").mkdir(parents=True)
    Image.fromarray(dots).save(root / "fixation_maps" / "all5" / "amazon.png")
    return tmp_path


def test_fiwi_is_read_from_its_dots(fiwi):
    data = read_dataset(fiwi, "fiwi")
    fixations = fixations_of(data, "amazon.png")
    assert (fixations.x.tolist(), fixations.y.tolist()) == ([4.5], [3.5])
    assert data.left_out == {"images without ground truth": 1}


def test_dots_of_another_size_are_refused(fiwi, write_image):
    write_image(fiwi / "webpage_dataset" / "fixation_maps" / "all5" / "quora.png", 60, 40, "L")
    with pytest.raises(DataError, match=r"quora\.png: 60 x 40 pixels, but its page is 64 x 48"):
        read_dataset(fiwi, "fiwi")


# ---- UEyes -------------------------------------------------------------------------------------

UEYES_HEADER = (
    "MEDIA_ID,MEDIA_NAME,CNT,TIME(2022/04/13 16:49:44.313),TIMETICK(f=10000000),"
    "FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,FPOGV,"
)


def ueyes_row(image: str, x: float, y: float, start: float, ms: float, number: int, valid: int = 1):
    return f"1,{image},7,{start + ms:.5f},99,{x:.5f},{y:.5f},{start:.5f},{ms:.5f},{number},{valid},"


@pytest.fixture
def ueyes(tmp_path: Path, write_image: WriteImage) -> Path:
    # 600 x 600 on 1920 x 1200: 1200 x 1200, bars of 360 left and right.
    write_image(tmp_path / "images" / "block 1" / "a.png", 600, 600)
    write_image(tmp_path / "images" / "block 1" / "b.png", 192, 120)
    (tmp_path / "info.csv").write_text(
        "image;category;block;split\na.png;web;1;Test\nb.png;web;1;Train\n"
    )
    logs = tmp_path / "eyetracker_logs"
    logs.mkdir()
    rows = [
        ueyes_row("a.png", 0.1, 0.1, 0.2, 0.1, 1),  # a sample in the middle of the first fixation
        ueyes_row("a.png", 660 / 1920, 900 / 1200, 0.2, 0.3, 1),
        ueyes_row("a.png", 0.9, 0.9, 0.6, 0.1, 2, valid=0),  # a blink
        ueyes_row("a.png", 0.01, 0.5, 0.8, 0.1, 3),  # on the bar
        ueyes_row("b.png", 0.5, 0.5, 0.1, 0.2, 1),
    ]
    (logs / "01_kh005_fixations.csv").write_text("\n".join([UEYES_HEADER, *rows]) + "\n")
    (logs / "01_kh006_fixations.csv").write_text(UEYES_HEADER + "\n1,a.png,3\n")
    return tmp_path


def test_ueyes_is_read_from_its_logs(ueyes):
    data = read_dataset(ueyes, "ueyes")
    fixations = fixations_of(data, "a.png")
    assert (fixations.x[0], fixations.y[0]) == (pytest.approx(150, abs=0.01), pytest.approx(450))
    assert fixations.onset_ms.tolist() == pytest.approx([200])
    assert fixations.duration_ms.tolist() == pytest.approx([300])
    assert fixations.observer.tolist() == ["kh005"]
    assert {one.name: one.split for one in data.stimuli} == {"a.png": "test", "b.png": "train"}
    assert data.left_out == {
        "eye tracker logs that are damaged": 1,
        "fixations outside the image": 1,
    }
