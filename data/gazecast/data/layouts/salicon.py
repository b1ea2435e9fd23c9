"""SALICON in its official layout: mouse-contingent viewing of 640 x 480 photos from MS COCO.

    <folder>/images/{train,val,test}/COCO_*.jpg
    <folder>/maps/{train,val}/COCO_*.png            optional: blurred ground truth
    <folder>/fixations/{train,val}/COCO_*.mat       optional: image, resolution, gaze

`gaze` is a struct array with one element an observer: `location` (n, 2) and `timestamp` (n, 1) are
the raw mouse track; `fixations` (m, 2) are the fixations found in it, x and y, counted from 1.

Jiang, Huang, Duan & Zhao: SALICON: Saliency in Context. CVPR 2015. http://salicon.net
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gazecast.data.images import image_files, image_size
from gazecast.data.layouts.mat import points, read_mat
from gazecast.data.left_out import leave_out_unusable
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, Stimulus

SPLITS = ("train", "val", "test")


def read_salicon(folder: Path) -> EyeTrackingSet:
    """Read the splits present under images/, with the maps and fixations there are for them.

    Fixations are of kind "mouse"; their onsets and durations were not published. `observer` is the
    position in the file: the numbers of two images do not name the same person. The test split has
    no published ground truth, so it is left out and counted (see `leave_out_unusable`).

    Raises DataError, naming the file and the observer, for anything that does not fit the layout.
    """
    splits = [split for split in SPLITS if (folder / "images" / split).is_dir()]
    if not splits:
        raise DataError(
            f"{folder / 'images'}: none of the folders {', '.join(SPLITS)} is there; unpack "
            "SALICON's images.zip"
        )
    stimuli = []
    for split in splits:
        for image in image_files(folder / "images" / split):
            width, height = image_size(image)
            density = folder / "maps" / split / f"{image.stem}.png"
            recording = folder / "fixations" / split / f"{image.stem}.mat"
            stimuli.append(
                Stimulus(
                    name=image.name,
                    image_path=image,
                    width=width,
                    height=height,
                    split=split,
                    fixations=_read_gaze(recording, width, height) if recording.exists() else None,
                    density_path=density if density.exists() else None,
                )
            )
    usable, left_out = leave_out_unusable(stimuli, folder)
    return EyeTrackingSet(
        name="salicon",
        stimuli=usable,
        licence="CC BY 4.0 (annotations); images under Flickr terms",
        source="http://salicon.net",
        viewing_s=5.0,
        left_out=left_out,
    )


def _read_gaze(path: Path, width: int, height: int) -> Fixations:
    """All observers' fixations on one image of that size."""
    variables = read_mat(path)
    for name in ("resolution", "gaze"):
        if name not in variables:
            raise DataError(f"{path}: variable {name!r} is missing; fetch the original file again")
    resolution = variables["resolution"].ravel().tolist()
    if resolution != [height, width]:
        raise DataError(
            f"{path}: made for height and width {resolution}, but the image is {height} x {width}; "
            "use the original images"
        )
    gaze = variables["gaze"]
    if "fixations" not in (gaze.dtype.names or ()):
        raise DataError(f"{path}: 'gaze' has no field 'fixations'; fetch the original file again")
    tracks = [
        points(fixations, f"{path}, observer {observer}: 'fixations'")
        for observer, fixations in enumerate(gaze["fixations"].ravel())
    ]
    lengths = [len(track) for track in tracks]
    # MATLAB counts pixels from 1.
    xy = np.concatenate([track[:, :2] for track in tracks] or [np.empty((0, 2))]) - 1.0
    return Fixations(
        x=xy[:, 0],
        y=xy[:, 1],
        onset_ms=np.full(len(xy), np.nan),
        duration_ms=np.full(len(xy), np.nan),
        observer=np.repeat(np.arange(len(tracks)).astype(np.str_), lengths),
        kind=np.full(len(xy), "mouse"),
    )
