"""FiWI in its official layout: 149 web pages of 1360 x 768, 11 observers, 5 s of free viewing.

    <folder>/stimuli/<page>.png
    <folder>/all5/<page>.png        a dot for each fixation of all observers in 5 s

Either folder may lie deeper: the published archive has them a level or two down. Who looked and
when is not in these maps.

Shen & Zhao: Webpage saliency. ECCV 2014. The layout is that of webpage_dataset.zip, as the download
of MSI-Net reads it (https://github.com/alexanderkroner/saliency, download.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import UnidentifiedImageError

from gazecast.data.images import image_files, image_size, open_image
from gazecast.data.layouts.point_maps import fixations_of_point_map
from gazecast.data.left_out import leave_out_unusable
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, Stimulus


def read_fiwi(folder: Path) -> EyeTrackingSet:
    """Read the pages with their fixations. All are in the split "train". What is left out and
    counted: see `leave_out_unusable`.

    Raises DataError, naming the file, for anything that does not fit the layout.
    """
    points = _folder_named("all5", folder)
    stimuli = []
    for image in image_files(_folder_named("stimuli", folder)):
        width, height = image_size(image)
        dots = points / f"{image.stem}.png"
        stimuli.append(
            Stimulus(
                name=image.name,
                image_path=image,
                width=width,
                height=height,
                fixations=_read_dots(dots, width, height) if dots.exists() else None,
            )
        )
    usable, left_out = leave_out_unusable(stimuli, folder)
    return EyeTrackingSet(
        name="fiwi",
        stimuli=usable,
        licence="not stated; research data",
        source="Shen & Zhao: Webpage saliency. ECCV 2014",
        viewing_s=5.0,
        left_out=left_out,
    )


def _folder_named(name: str, folder: Path) -> Path:
    found = sorted(path for path in folder.rglob(name) if path.is_dir())
    if not found:
        raise DataError(f"{folder}: no folder {name}/ in it; unpack FiWI's webpage_dataset.zip")
    return found[0]


def _read_dots(path: Path, width: int, height: int) -> Fixations:
    try:
        with open_image(path) as image:
            dots = np.asarray(image.convert("L"))
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{path}: cannot be read as an image; replace it ({error})") from error
    if dots.shape != (height, width):
        raise DataError(
            f"{path}: {dots.shape[1]} x {dots.shape[0]} pixels, but its page is {width} x "
            f"{height}; use the original images"
        )
    return fixations_of_point_map(dots)
