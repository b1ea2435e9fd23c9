"""OSIE in its official layout: 700 photos of 800 x 600, 15 observers, 3 s of free viewing.

    <folder>/data/stimuli/*.jpg
    <folder>/data/eye/fixations.mat

`fixations` is a cell array with a struct an image: `img` its file name, `subjects` a cell array
with a struct an observer: `fix_x`, `fix_y` (pixels of the image), `fix_duration` (milliseconds).
Onsets were not published: they are rebuilt from the durations (see `rebuild_onsets`). `observer` is
the position in the file, the same person for every image.

Xu, Jiang, Wang, Kankanhalli & Zhao: Predicting human gaze beyond pixels. Journal of Vision 2014.
https://github.com/NUS-VIP/predicting-human-gaze-beyond-pixels
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazecast.data.images import image_files, image_size
from gazecast.data.layouts.mat import read_mat
from gazecast.data.left_out import leave_out_unusable
from gazecast.data.onsets import rebuild_onsets
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, FloatArray, Stimulus

VIEWING_S = 3.0


def read_osie(folder: Path) -> EyeTrackingSet:
    """Read the images with their fixations. All are in the split "train". What is left out and
    counted: see `leave_out_unusable`.

    Raises DataError, naming the file, for anything that does not fit the layout.
    """
    images = image_files(folder / "data" / "stimuli")
    recorded = _read_fixations(folder / "data" / "eye" / "fixations.mat")
    stimuli = []
    for image in images:
        width, height = image_size(image)
        stimuli.append(
            Stimulus(image.name, image, width, height, fixations=recorded.get(image.name))
        )
    usable, left_out = leave_out_unusable(stimuli, folder)
    return EyeTrackingSet(
        name="osie",
        stimuli=usable,
        licence="MIT (repository)",
        source="https://github.com/NUS-VIP/predicting-human-gaze-beyond-pixels",
        viewing_s=VIEWING_S,
        left_out=left_out,
    )


def _read_fixations(path: Path) -> dict[str, Fixations]:
    """The fixations by image name."""
    if not path.is_file():
        raise DataError(f"{path}: no such file; it holds OSIE's fixations")
    variables = read_mat(path)
    if "fixations" not in variables:
        raise DataError(f"{path}: variable 'fixations' is missing; fetch the original file again")
    try:
        by_image = {}
        for cell in variables["fixations"].ravel():
            image = cell[0, 0]
            by_image[str(image["img"][0])] = _of_image(image["subjects"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: 'fixations' is no cell array of img and subjects with fix_x, fix_y and "
            f"fix_duration; fetch the original file again ({error})"
        ) from error
    return by_image


def _of_image(subjects: NDArray[Any]) -> Fixations:
    x: list[FloatArray] = []
    y: list[FloatArray] = []
    duration: list[FloatArray] = []
    observer: list[str] = []
    for index, cell in enumerate(subjects.ravel()):
        one = cell[0, 0]
        x.append(one["fix_x"].ravel().astype(np.float64))
        y.append(one["fix_y"].ravel().astype(np.float64))
        duration.append(one["fix_duration"].ravel().astype(np.float64))
        observer += [str(index)] * len(x[-1])
    fixations = Fixations(
        x=np.concatenate(x),
        y=np.concatenate(y),
        onset_ms=np.full(len(observer), np.nan),
        duration_ms=np.concatenate(duration),
        observer=np.array(observer, dtype=np.str_),
        kind=np.full(len(observer), "fixation"),
    )
    return rebuild_onsets(fixations, VIEWING_S)
