"""MIT1003's official layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from gazecast.data.layouts.mit1003 import read_mit1003
from gazecast.data.stimulus import DataError

NAME = "i05june05_static_street_boston_p1010764"
CENTRE = (200.0, 150.0)


@pytest.fixture
def mit1003(
    tmp_path: Path,
    write_image: Callable[..., Path],
    write_recording: Callable[..., None],
    gaze_samples: Callable[..., np.ndarray],
) -> Path:
    """One image of 400 x 300 and two observers, three seconds each."""
    write_image(tmp_path / "ALLSTIMULI" / f"{NAME}.jpeg", 400, 300)
    write_image(tmp_path / "ALLFIXATIONMAPS" / f"{NAME}_fixMap.jpg", 400, 300, mode="L")
    write_image(tmp_path / "ALLFIXATIONMAPS" / f"{NAME}_fixPts.jpg", 400, 300, mode="L")
    write_recording(
        tmp_path / "DATA" / "ajs" / f"{NAME}.mat",
        gaze_samples((CENTRE, 120), ((50.0, 60.0), 240), (None, 60), ((300.0, 200.0), 300)),
    )
    write_recording(
        tmp_path / "DATA" / "hp" / f"{NAME}.mat",
        gaze_samples((CENTRE, 72), ((350.0, 40.0), 648)),
    )
    return tmp_path


def test_fixations_are_found_in_the_samples_without_the_first(mit1003):
    (stimulus,) = read_mit1003(mit1003).stimuli
    fixations = stimulus.fixations
    assert fixations is not None
    assert fixations.x == pytest.approx([50, 300, 350], abs=1)
    assert fixations.y == pytest.approx([60, 200, 40], abs=1)
    assert fixations.observer.tolist() == ["ajs", "ajs", "hp"]
    assert set(fixations.kind) == {"fixation"}


def test_onsets_and_durations_come_from_240_samples_a_second(mit1003):
    fixations = read_mit1003(mit1003).stimuli[0].fixations
    assert fixations is not None
    assert fixations.onset_ms == pytest.approx([500, 1750, 300])
    assert fixations.duration_ms == pytest.approx([1000, 1250, 2700])


def test_the_blurred_map_is_found(mit1003):
    (stimulus,) = read_mit1003(mit1003).stimuli
    assert stimulus.density_path == mit1003 / "ALLFIXATIONMAPS" / f"{NAME}_fixMap.jpg"


def test_what_is_left_out_is_counted(mit1003, write_recording, write_image, gaze_samples):
    write_recording(mit1003 / "DATA" / "hp" / f"{NAME}.mat", gaze_samples((CENTRE, 720)))
    write_recording(
        mit1003 / "DATA" / "kae" / f"{NAME}.mat",
        gaze_samples((CENTRE, 100), ((500.0, 50.0), 100), ((30.0, 50.0), 100)),
    )
    write_image(mit1003 / "ALLSTIMULI" / "unseen.jpeg")
    assert read_mit1003(mit1003).left_out == {
        "first fixations": 3,
        "recordings without a second fixation": 1,
        "fixations outside the image": 1,
        "images without ground truth": 1,
    }


def test_calibration_files_are_ignored(mit1003):
    savemat(mit1003 / "DATA" / "ajs" / "CalibrationData.mat", {"calibration": [1.0]})
    savemat(mit1003 / "DATA" / "ajs" / "shuff_stimnames.mat", {"names": ["x"]})
    assert len(read_mit1003(mit1003)) == 1


def test_names_beyond_matlabs_63_characters_are_found(
    tmp_path, write_image, write_recording, gaze_samples
):
    name = "i" + "0123456789" * 7
    write_image(tmp_path / "ALLSTIMULI" / f"{name}.jpeg", 400, 300)
    write_recording(
        tmp_path / "DATA" / "ajs" / f"{name}.mat",
        gaze_samples((CENTRE, 100), ((50.0, 60.0), 100)),
    )
    (stimulus,) = read_mit1003(tmp_path).stimuli
    assert stimulus.fixations is not None
    assert len(stimulus.fixations) == 1


def test_a_third_column_is_ignored(mit1003, write_recording, gaze_samples):
    samples = gaze_samples((CENTRE, 100), ((50.0, 60.0), 100))
    pupil = np.linspace(0, 5000, 200)[:, np.newaxis]
    write_recording(mit1003 / "DATA" / "ajs" / f"{NAME}.mat", np.hstack([samples, pupil]))
    fixations = read_mit1003(mit1003).stimuli[0].fixations
    assert fixations is not None
    assert fixations.observer.tolist() == ["ajs", "hp"]


def test_images_and_maps_without_recordings_are_read(tmp_path, write_image):
    write_image(tmp_path / "ALLSTIMULI" / f"{NAME}.jpeg")
    write_image(tmp_path / "ALLFIXATIONMAPS" / f"{NAME}_fixMap.jpg", mode="L")
    (stimulus,) = read_mit1003(tmp_path).stimuli
    assert stimulus.fixations is None
    assert stimulus.density_path is not None


def test_source_and_viewing_time_are_stated(mit1003):
    data = read_mit1003(mit1003)
    assert "WherePeopleLook" in data.source
    assert data.viewing_s == 3.0


def test_a_damaged_file_is_named(mit1003):
    path = mit1003 / "DATA" / "ajs" / f"{NAME}.mat"
    path.write_bytes(b"not a MATLAB file")
    with pytest.raises(DataError, match=f"ajs/{NAME}.mat: damaged MATLAB file"):
        read_mit1003(mit1003)


@pytest.mark.parametrize(
    "variables",
    [
        {"other": {"DATA": {"eyeData": [[1.0, 2.0]]}}},
        {NAME: {"imgName": "x"}},
        {NAME: {"DATA": {"samples": [[1.0, 2.0]]}}},
        {NAME: [[1.0, 2.0]]},
        {NAME: "text"},
    ],
)
def test_a_file_without_samples_is_named(mit1003, variables):
    savemat(mit1003 / "DATA" / "ajs" / f"{NAME}.mat", variables, long_field_names=True)
    with pytest.raises(DataError, match=rf"ajs/{NAME}\.mat: there is no {NAME}\.DATA\.eyeData"):
        read_mit1003(mit1003)


def test_samples_of_the_wrong_shape_are_refused(mit1003, write_recording):
    write_recording(mit1003 / "DATA" / "ajs" / f"{NAME}.mat", np.ones((720, 1)))
    with pytest.raises(DataError, match=rf"ajs/{NAME}\.mat: 'eyeData' holds"):
        read_mit1003(mit1003)
