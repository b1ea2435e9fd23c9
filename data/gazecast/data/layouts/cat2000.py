"""CAT2000 in its official layout: 20 categories of 100 images, 1920 x 1080, 5 s of free viewing.

    <folder>/trainSet/Stimuli/<Category>/<image>.jpg        (or <folder>/Stimuli/...)
    <folder>/trainSet/FIXATIONLOCS/<Category>/<image>.mat   fixLocs: where somebody looked
    <folder>/trainSet/FIXATIONMAPS/<Category>/<image>.jpg   optional: blurred ground truth

The fixations of all observers are pooled there; single observers are only in allFixData.mat, which
holds MATLAB objects that nothing else reads. The test set has no published ground truth.

Borji & Itti: CAT2000: A large scale fixation dataset for boosting saliency research. CVPR workshop
on the future of datasets 2015. http://saliency.mit.edu
"""

from __future__ import annotations

from pathlib import Path

from gazecast.data.images import image_files, image_size
from gazecast.data.layouts.mat import read_mat
from gazecast.data.layouts.point_maps import fixations_of_point_map
from gazecast.data.left_out import leave_out_unusable
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, Stimulus


def read_cat2000(folder: Path) -> EyeTrackingSet:
    """Read the images, named <Category>-<image>, with their fixations and maps. All are in the
    split "train". What is left out and counted: see `leave_out_unusable`.

    Raises DataError, naming the file, for anything that does not fit the layout.
    """
    root = folder / "trainSet" if (folder / "trainSet").is_dir() else folder
    categories = sorted(path for path in (root / "Stimuli").glob("*") if path.is_dir())
    if not categories:
        raise DataError(
            f"{root / 'Stimuli'}: no folder of a category in it; unpack CAT2000's trainSet.zip"
        )
    stimuli = []
    for category in categories:
        for image in image_files(category):
            width, height = image_size(image)
            points = root / "FIXATIONLOCS" / category.name / f"{image.stem}.mat"
            density = root / "FIXATIONMAPS" / category.name / image.name
            stimuli.append(
                Stimulus(
                    name=f"{category.name}-{image.name}",
                    image_path=image,
                    width=width,
                    height=height,
                    fixations=_read_points(points, width, height) if points.exists() else None,
                    density_path=density if density.exists() else None,
                )
            )
    usable, left_out = leave_out_unusable(stimuli, folder)
    return EyeTrackingSet(
        name="cat2000",
        stimuli=usable,
        licence="not stated; research data",
        source="http://saliency.mit.edu",
        viewing_s=5.0,
        left_out=left_out,
    )


def _read_points(path: Path, width: int, height: int) -> Fixations:
    variables = read_mat(path)
    if "fixLocs" not in variables:
        raise DataError(f"{path}: variable 'fixLocs' is missing; fetch the original file again")
    points = variables["fixLocs"]
    if points.shape != (height, width):
        raise DataError(
            f"{path}: 'fixLocs' is of shape {points.shape}, but the image is {height} x {width}; "
            "use the original images"
        )
    return fixations_of_point_map(points)
