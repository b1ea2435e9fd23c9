"""UEyes in its official layout: 1,980 screens of four kinds, 62 people, 7 s each.

    <folder>/images/<image>, or images/block <N>/<image>
    <folder>/eyetracker_logs/<block>_<person>_fixations.csv     Gazepoint logs, a row a sample
    <folder>/info.csv (or image_types.csv)                      optional: image, kind, block, split

The logs give positions as fractions of the 1920 x 1200 screen, on which each image was shown as
large as it fits, centred (generate_heatmaps.py of the authors). Columns are those of the Gazepoint
API: a fixation is the last valid row (FPOGV 1) of its FPOGID; FPOGS and FPOGD are its onset and
duration in seconds.

Jiang, Leiva, Rezazadegan Tavakoli, Houssel, Kylmaelae & Oulasvirta: UEyes: Understanding visual
saliency across user interface types. CHI 2023. https://zenodo.org/record/8010312,
https://github.com/YueJiang-nj/UEyes-CHI2023
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from gazecast.data.csv_table import read_csv_table
from gazecast.data.images import SUFFIXES, image_size
from gazecast.data.left_out import leave_out_unusable
from gazecast.data.placement import fitted
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, Stimulus

SCREEN = (1920.0, 1200.0)
_COLUMNS = ("MEDIA_NAME", "FPOGX", "FPOGY", "FPOGS", "FPOGD", "FPOGID", "FPOGV")
# A fixation as logged: observer, x and y on the screen (fractions), onset and duration (seconds).
_Logged = tuple[str, float, float, float, float]


def read_ueyes(folder: Path) -> EyeTrackingSet:
    """Read the images with the fixations in the logs, in the splits "train" and "test" of info.csv
    ("train" without it).

    Left out and counted: logs that are damaged (the authors leave them out too), images that no
    info.csv lists where there is one, and what `leave_out_unusable` says.

    Raises DataError, naming the file, for anything else that does not fit the layout.
    """
    images = sorted(
        path for path in (folder / "images").rglob("*") if path.suffix.lower() in SUFFIXES
    )
    if not images:
        raise DataError(f"{folder / 'images'}: no image in it; unpack UEyes_dataset.zip")
    logs = sorted((folder / "eyetracker_logs").glob("*.csv"))
    if not logs:
        raise DataError(f"{folder / 'eyetracker_logs'}: no log in it; unpack UEyes_dataset.zip")
    left_out: Counter[str] = Counter()
    logged = _read_logs(logs, left_out)
    splits = _read_splits(folder)
    stimuli = []
    for image in images:
        if splits and image.name not in splits:
            left_out["images that info.csv does not list"] += 1
            continue
        width, height = image_size(image)
        stimuli.append(
            Stimulus(
                name=image.name,
                image_path=image,
                width=width,
                height=height,
                split=splits.get(image.name, "train"),
                fixations=_on_image(logged[image.name], width, height)
                if image.name in logged
                else None,
            )
        )
    usable, unusable = leave_out_unusable(stimuli, folder)
    return EyeTrackingSet(
        name="ueyes",
        stimuli=usable,
        licence="CC BY 4.0",
        source="https://zenodo.org/record/8010312",
        viewing_s=7.0,
        left_out=dict(left_out) | unusable,
    )


def _read_logs(logs: Iterable[Path], left_out: Counter[str]) -> Mapping[str, list[_Logged]]:
    by_image: defaultdict[str, list[_Logged]] = defaultdict(list)
    for log in logs:
        observer = log.stem.split("_")[1] if log.stem.count("_") >= 2 else log.stem
        try:
            table = read_csv_table(log, _COLUMNS)
            numbers = {name: table.numbers(name) for name in _COLUMNS[1:]}
        except DataError:
            left_out["eye tracker logs that are damaged"] += 1
            continue
        last: dict[tuple[str, float], int] = {}
        for index, image in enumerate(table.columns["MEDIA_NAME"]):
            if numbers["FPOGV"][index] == 1:
                last[image, numbers["FPOGID"][index]] = index
        for (image, _), index in last.items():
            x, y, start, duration = (
                float(numbers[name][index]) for name in ("FPOGX", "FPOGY", "FPOGS", "FPOGD")
            )
            by_image[image].append((observer, x, y, start, duration))
    return by_image


def _on_image(logged: list[_Logged], width: int, height: int) -> Fixations:
    observer, x, y, start, duration = zip(*logged, strict=True)
    on_x, on_y = fitted(SCREEN, (width, height)).to_stimulus(
        np.array(x) * SCREEN[0], np.array(y) * SCREEN[1], (width, height)
    )
    return Fixations(
        x=on_x,
        y=on_y,
        onset_ms=np.maximum(np.array(start), 0.0) * 1000.0,
        duration_ms=np.array(duration) * 1000.0,
        observer=np.array(observer, dtype=np.str_),
        kind=np.full(len(logged), "fixation"),
    )


def _read_splits(folder: Path) -> dict[str, str]:
    """Split by image name; columns are separated by semicolons or commas, image first."""
    for name in ("info.csv", "image_types.csv"):
        path = folder / name
        if not path.exists():
            continue
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: not UTF-8 text; fetch the original file again") from error
        rows = [line.split(";" if ";" in line else ",") for line in lines[1:] if line.strip()]
        if any(len(row) < 4 for row in rows):
            raise DataError(f"{path}: fewer than 4 columns; fetch the original file again")
        return {
            row[0].strip(): "test" if row[3].strip().lower() == "test" else "train" for row in rows
        }
    return {}
