"""What of a folder is used, and what a folder that is not enough is told."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.data.stimulus import DataError
from gazecast.training.finetuning.user_data import read_user_data


@pytest.fixture
def write_folder(tmp_path):
    def write(images=6, observers=4, rows=True, kind="fixation", onset="10"):
        from PIL import Image

        folder = tmp_path / "study"
        (folder / "images").mkdir(parents=True)
        lines = ["image,observer,kind,x,y,start_ms,duration_ms"]
        for number in range(images):
            Image.fromarray(np.zeros((30, 40, 3), np.uint8)).save(
                folder / "images" / f"{number}.png"
            )
            for observer in range(observers):
                lines.append(f"{number}.png,p{observer},{kind},{observer + 1},5,{onset},")
        if rows:
            (folder / "fixations.csv").write_text("\n".join(lines))
        return folder

    return write


def test_too_few_images_are_refused_and_told_how_many(write_folder):
    with pytest.raises(DataError, match=r"4 images are too few.*bring at least 5"):
        read_user_data(write_folder(images=4))


def test_too_few_observers_are_refused_and_told_how_many(write_folder):
    with pytest.raises(DataError, match=r"6 of 6 images have fewer than 3 observers.*record"):
        read_user_data(write_folder(observers=2))


def test_images_without_fixations_are_refused(write_folder):
    with pytest.raises(DataError, match=r"needs a fixations\.csv"):
        read_user_data(write_folder(rows=False))


def test_images_that_few_people_saw_are_left_out(write_folder):
    folder = write_folder(images=7)
    path = folder / "fixations.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("0.png,p3")]
    kept = [line for line in kept if not line.startswith("0.png,p2")]
    path.write_text("\n".join(kept))
    user = read_user_data(folder)
    assert user.left_out == 1
    assert [stimulus.name for stimulus in user.stimuli] == [f"{n}.png" for n in range(1, 7)]


def test_clicks_without_times_count_in_the_longer_windows(write_folder):
    about = read_user_data(write_folder(kind="click10", onset="")).about
    assert (about.kind, about.timed, about.windows) == ("click10", False, ("3s", "5s"))
    assert about.truth("5s").seconds is None


def test_windows_are_those_that_images_were_shown_for(write_folder):
    folder = write_folder()
    (folder / "dataset.json").write_text('{"viewing_s": 3}')
    assert read_user_data(folder).about.windows == ("1s", "3s")


def test_the_same_data_has_the_same_fingerprint_and_other_data_another(write_folder):
    folder = write_folder()
    first = read_user_data(folder).about.sha256
    assert read_user_data(folder).about.sha256 == first
    path = folder / "fixations.csv"
    path.write_text(path.read_text().replace("0.png,p0,fixation,1,", "0.png,p0,fixation,2,"))
    assert read_user_data(folder).about.sha256 != first
