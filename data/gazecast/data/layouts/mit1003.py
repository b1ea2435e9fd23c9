"""MIT1003 in its official layout: 1,003 photos, 15 observers, 3 s of free viewing.

    <folder>/ALLSTIMULI/<image>.jpeg
    <folder>/DATA/<observer>/<image>.mat                optional: raw samples
    <folder>/ALLFIXATIONMAPS/<image>_fixMap.jpg         optional: blurred ground truth

Each .mat holds one struct, named after the image (cut to MATLAB's 63 characters), whose
DATA.eyeData is (n, 2 or more): x and y in pixels of the image, 240 samples a second. Lost samples
(blinks) are negative. Fixations are found in them by dispersion (see `detect_fixations`), with one
degree of visual angle: 34 px on the authors' screen (1024 px on 40.5 cm, seen from 75 cm). The
authors' own MATLAB code goes by acceleration instead, so counts differ a little from theirs.

Judd, Ehinger, Durand & Torralba: Learning to predict where humans look. ICCV 2009.
http://people.csail.mit.edu/tjudd/WherePeopleLook/
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from gazecast.data.fixation_detection import DetectedFixations, detect_fixations
from gazecast.data.images import image_files, image_size
from gazecast.data.layouts.mat import points, read_mat
from gazecast.data.left_out import leave_out_unusable
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, FloatArray, Stimulus

RATE_HZ = 240.0
PIXELS_PER_DEGREE = 34.0


def read_mit1003(folder: Path) -> EyeTrackingSet:
    """Read the images with their recordings and maps. All are in the split "train".

    Left out and counted: the first fixation of each recording (as in the paper: observers had to
    look at a cross in the centre before each image), recordings without a further one, and what
    `leave_out_unusable` says.

    Raises DataError, naming the file, for anything that does not fit the layout.
    """
    observers = sorted(path for path in (folder / "DATA").glob("*") if path.is_dir())
    left_out: Counter[str] = Counter()
    stimuli = []
    for image in image_files(folder / "ALLSTIMULI"):
        width, height = image_size(image)
        density = folder / "ALLFIXATIONMAPS" / f"{image.stem}_fixMap.jpg"
        recordings = [observer / f"{image.stem}.mat" for observer in observers]
        stimuli.append(
            Stimulus(
                name=image.name,
                image_path=image,
                width=width,
                height=height,
                fixations=_read_recordings([p for p in recordings if p.exists()], left_out),
                density_path=density if density.exists() else None,
            )
        )
    usable, unusable = leave_out_unusable(stimuli, folder)
    return EyeTrackingSet(
        name="mit1003",
        stimuli=usable,
        licence="not stated; research data",
        source="http://people.csail.mit.edu/tjudd/WherePeopleLook/",
        viewing_s=3.0,
        left_out=dict(+left_out) | unusable,
    )


def _read_recordings(paths: list[Path], left_out: Counter[str]) -> Fixations | None:
    """The fixations of all observers on one image, without the first of each."""
    if not paths:
        return None
    observers = []
    detected: list[DetectedFixations] = []
    for path in paths:
        fixations = detect_fixations(_samples(path), rate_hz=RATE_HZ, dispersion=PIXELS_PER_DEGREE)
        left_out["first fixations"] += min(len(fixations.x), 1)
        left_out["recordings without a second fixation"] += len(fixations.x) < 2
        observers += [path.parent.name] * max(len(fixations.x) - 1, 0)
        detected.append(fixations)
    return Fixations(
        x=np.concatenate([one.x[1:] for one in detected]),
        y=np.concatenate([one.y[1:] for one in detected]),
        onset_ms=np.concatenate([one.onset_ms[1:] for one in detected]),
        duration_ms=np.concatenate([one.duration_ms[1:] for one in detected]),
        observer=np.array(observers, dtype=np.str_),
        kind=np.full(len(observers), "fixation"),
    )


def _samples(path: Path) -> FloatArray:
    """(n, 2) samples of one recording, lost ones NaN."""
    variables = read_mat(path)
    name = path.stem[:63]
    try:
        eye_data = variables[name][0, 0]["DATA"][0, 0]["eyeData"]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: there is no {name}.DATA.eyeData in it; fetch the original file again"
        ) from error
    xy = points(eye_data, f"{path}: 'eyeData'")[:, :2]
    xy[(xy < 0).any(axis=1)] = np.nan
    return xy
