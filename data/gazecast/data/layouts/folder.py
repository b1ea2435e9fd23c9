"""The form that users bring, and that gathered data sets are re-encoded to.

    <folder>/images/*.jpg       stimuli (JPEG, PNG or WebP)
    <folder>/dataset.json       optional: name, licence, source, viewing_s (seconds)
    <folder>/images.csv         optional: image, split, width, height
    <folder>/fixations.csv      optional: image, observer, kind, x, y, start_ms, duration_ms
    <folder>/maps/<stem>.png    optional: blurred 8-bit ground truth of the image's aspect

x and y are pixels of the stored image, origin at the top left; an empty start_ms or duration_ms is
unknown; the rows of one observer are in viewing order.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gazecast.data.csv_table import read_csv_table
from gazecast.data.images import image_files, image_size
from gazecast.data.left_out import leave_out_unusable
from gazecast.data.names import UnsafeNameError, inside
from gazecast.data.onsets import rebuild_onsets
from gazecast.data.stimulus import KINDS, DataError, EyeTrackingSet, Fixations, Stimulus

_IMAGE_COLUMNS = ("image", "split", "width", "height")
_FIXATION_COLUMNS = ("image", "observer", "kind", "x", "y", "start_ms", "duration_ms")


def read_folder(folder: Path) -> EyeTrackingSet:
    """Read a data set in the form above.

    Without images.csv every image is in the split "train". Where durations but no onsets are
    known, onsets of eye-tracker fixations are rebuilt (see `rebuild_onsets`), which needs
    viewing_s. Without fixations.csv and maps/ the stimuli have no ground truth.

    What is left out and counted: see `leave_out_unusable`.

    Raises DataError, naming the file and row, for anything that does not fit the form.
    """
    about = _read_about(folder / "dataset.json")
    listed = _read_images(folder)
    fixations_csv = folder / "fixations.csv"
    fixations: Mapping[str, Fixations] = {}
    if fixations_csv.exists():
        fixations = _read_fixations(fixations_csv, listed, about.viewing_s)
    maps = {path.stem: path for path in (folder / "maps").glob("*.png")}
    stimuli = []
    for stimulus in listed.values():
        density_path = maps.get(Path(stimulus.name).stem)
        if density_path is not None:
            _check_aspect(density_path, stimulus)
        stimuli.append(
            replace(stimulus, fixations=fixations.get(stimulus.name), density_path=density_path)
        )
    usable, left_out = leave_out_unusable(stimuli, folder)
    return EyeTrackingSet(
        name=about.name or folder.resolve().name,
        stimuli=usable,
        licence=about.licence,
        source=about.source,
        viewing_s=about.viewing_s,
        left_out=left_out,
    )


def _check_aspect(path: Path, stimulus: Stimulus) -> None:
    """Refuse a map of another aspect than its image: it belongs to another image, or is cropped."""
    width, height = image_size(path)
    off_by = min(
        abs(width - height * stimulus.width / stimulus.height),
        abs(height - width * stimulus.height / stimulus.width),
    )
    if off_by > 1:  # sizes are whole pixels: up to one is rounding
        raise DataError(
            f"{path}: {width} x {height} pixels, but its image {stimulus.name} is "
            f"{stimulus.width} x {stimulus.height}; give the map the image's aspect"
        )


@dataclass(frozen=True, slots=True)
class _About:
    name: str = ""
    licence: str = "not stated"
    source: str = ""
    viewing_s: float | None = None


def _read_about(path: Path) -> _About:
    if not path.exists():
        return _About()
    try:
        about = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {error.lineno}: not valid JSON ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{path}: has a number of thousands of digits or thousands of brackets in each other; "
            "write it anew"
        ) from error
    if not isinstance(about, dict):
        raise DataError(f"{path}: must hold one JSON object, such as {{'name': 'my-study'}}")
    for key in ("name", "licence", "source"):
        if not isinstance(about.get(key, ""), str):
            raise DataError(f"{path}: '{key}' must be a text, not {about[key]!r}")
    viewing_s = about.get("viewing_s")
    if viewing_s is not None:
        is_number = isinstance(viewing_s, int | float) and not isinstance(viewing_s, bool)
        if not is_number or not 0 < viewing_s <= sys.float_info.max:
            raise DataError(f"{path}: 'viewing_s' must be seconds above 0, not {viewing_s!r}")
        viewing_s = float(viewing_s)
    return _About(
        name=about.get("name", ""),
        licence=about.get("licence", "not stated"),
        source=about.get("source", ""),
        viewing_s=viewing_s,
    )


def _read_images(folder: Path) -> dict[str, Stimulus]:
    """The stimuli by name, without ground truth."""
    images = folder / "images"
    images_csv = folder / "images.csv"
    if not images_csv.exists():
        found = {}
        for file in image_files(images):
            width, height = image_size(file)
            found[file.name] = Stimulus(file.name, file, width, height)
        return found

    table = read_csv_table(images_csv, _IMAGE_COLUMNS)
    listed: dict[str, Stimulus] = {}
    for row, name, split, width, height in zip(
        table.rows,
        table.columns["image"],
        table.columns["split"],
        table.numbers("width"),
        table.numbers("height"),
        strict=True,
    ):
        if name in listed:
            raise DataError(f"{images_csv}, row {row}: {name!r} is listed twice; keep one row")
        if not split:
            raise DataError(f"{images_csv}, row {row}: the split is empty; write train or test")
        try:
            file = inside(images, name) if name else images
        except UnsafeNameError as error:
            raise DataError(f"{images_csv}, row {row}: {error}") from error
        if not file.is_file():
            raise DataError(
                f"{images_csv}, row {row}: there is no image file {file}; add it or remove the row"
            )
        # Points given for another size would land in the wrong place without any other sign.
        if (size := image_size(file)) != (width, height):
            raise DataError(
                f"{images_csv}, row {row}: {name} is {size[0]} x {size[1]} pixels, not "
                f"{width:g} x {height:g}; correct width and height, and rescale its fixations"
            )
        listed[name] = Stimulus(name, file, *size, split=split)
    if not listed:
        raise DataError(f"{images_csv}: no image is listed; add a row for each, or delete the file")
    return listed


def _read_fixations(
    path: Path, listed: Mapping[str, Stimulus], viewing_s: float | None
) -> dict[str, Fixations]:
    """Fixations by image name, those outside the image still among them: their durations count when
    onsets are rebuilt."""
    table = read_csv_table(path, _FIXATION_COLUMNS)
    if not table.rows:
        raise DataError(f"{path}: no fixation in it; add a row for each, or delete the file")
    position = {name: index for index, name in enumerate(listed)}
    for row, name, kind in zip(
        table.rows, table.columns["image"], table.columns["kind"], strict=True
    ):
        if name not in position:
            raise DataError(
                f"{path}, row {row}: image {name!r} is not in the data set; add it to images/ (and "
                "to images.csv where there is one) or remove the row"
            )
        if kind not in KINDS:
            raise DataError(
                f"{path}, row {row}: unknown kind {kind!r}; write one of {', '.join(sorted(KINDS))}"
            )
    everything = Fixations(
        x=table.numbers("x"),
        y=table.numbers("y"),
        onset_ms=table.times("start_ms"),
        duration_ms=table.times("duration_ms"),
        observer=np.array(table.columns["observer"], dtype=np.str_),
        kind=np.array(table.columns["kind"], dtype=np.str_),
    )
    image = np.array([position[name] for name in table.columns["image"]], dtype=np.intp)
    order = np.argsort(image, kind="stable")  # stable: viewing order stays
    ends = np.cumsum(np.bincount(image, minlength=len(listed)))
    by_image = {}
    for name, rows in zip(listed, np.split(order, ends[:-1]), strict=True):
        if len(rows):
            fixations = everything.where(rows)
            by_image[name] = fixations if viewing_s is None else _timed(fixations, viewing_s)
    return by_image


def _timed(fixations: Fixations, viewing_s: float) -> Fixations:
    """Rebuild onsets of the eye-tracker fixations; clicks and mouse points have no such gaps."""
    tracked = fixations.kind == "fixation"
    onset = fixations.onset_ms.copy()
    onset[tracked] = rebuild_onsets(fixations.where(tracked), viewing_s).onset_ms
    return replace(fixations, onset_ms=onset)
