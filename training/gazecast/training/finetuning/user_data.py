"""The user's folder: what of it can be trained on, and whether it is enough."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gazecast.data.layouts import read_dataset
from gazecast.data.stimulus import DataError, EyeTrackingSet, Fixations, Stimulus
from gazecast.evaluation.candidate import UserData
from gazecast.model.vocabulary import WINDOWS, Window, seconds

FEWEST_IMAGES = 5
"""With fewer there is nothing to cross-validate on."""

FEWEST_OBSERVERS = 3
"""Of an image: the map of one or two people says more about them than about the image."""

BLUR = 30 / 1366
"""Ground-truth blur where none is given, of the image's longer side: that of FiWI's pages here."""


@dataclass(frozen=True, slots=True)
class UserSet:
    """stimuli: those that can be used, with the points of one kind only. left_out: how many images
    were not used, as they have too few observers. about: as it goes into the candidate."""

    stimuli: tuple[Stimulus, ...]
    left_out: int
    about: UserData


def read_user_data(folder: Path, sigma_px: float | None = None) -> UserSet:
    """Read FOLDER (images/ and fixations.csv, as `gazecast data import` writes it).

    Fixations are used where there are any, else the kind with most points. sigma_px: blur of the
    ground truth in pixels of the stored images; BLUR of the longer side by default.

    Raises DataError, saying what to do, when the folder cannot be read or holds too little.
    """
    dataset = read_dataset(folder)
    kind = _kind(dataset, folder)
    stimuli, counts = [], []
    for stimulus in dataset.stimuli:
        points = None if stimulus.fixations is None else stimulus.fixations.of_kind(kind)
        observers = 0 if points is None else len(np.unique(points.observer))
        if observers >= FEWEST_OBSERVERS:
            stimuli.append(_only(stimulus, points))
            counts.append(observers)
    left_out = len(dataset.stimuli) - len(stimuli)
    if len(stimuli) < FEWEST_IMAGES:
        if left_out:
            raise DataError(
                f"{folder}: {left_out} of {len(dataset.stimuli)} images have fewer than "
                f"{FEWEST_OBSERVERS} observers, and {len(stimuli)} are left; record at least "
                f"{FEWEST_OBSERVERS} people on each of at least {FEWEST_IMAGES} images (30 people "
                "on 40 images are a good study), and name them in the column 'observer'"
            )
        raise DataError(
            f"{folder}: {len(stimuli)} images are too few to learn from and to check what was "
            f"learned; bring at least {FEWEST_IMAGES}, better 20 to 40"
        )
    points_of = [stimulus.fixations for stimulus in stimuli if stimulus.fixations is not None]
    timed = not all(np.isnan(points.onset_ms).all() for points in points_of)
    sigma_px = sigma_px or BLUR * float(np.median([max(s.width, s.height) for s in stimuli]))
    windows = _windows(dataset, points_of) if timed else WINDOWS[1:]
    about = UserData(
        name=dataset.name,
        licence=dataset.licence,
        source=dataset.source,
        sha256=_fingerprint(stimuli),
        images=len(stimuli),
        observers=min(counts),
        points=sum(len(points) for points in points_of),
        kind=kind,
        sigma_px=round(sigma_px, 2),
        windows=windows,
        timed=timed,
    )
    return UserSet(tuple(stimuli), left_out, about)


def _kind(dataset: EyeTrackingSet, folder: Path) -> str:
    counts: Counter[str] = Counter()
    for stimulus in dataset.stimuli:
        if stimulus.fixations is not None:
            counts.update(stimulus.fixations.kind.tolist())
    if not counts:
        raise DataError(
            f"{folder}: no fixations; fine-tuning needs a fixations.csv (gazecast data import "
            "writes one from the file of an eye tracker)"
        )
    return "fixation" if counts["fixation"] else counts.most_common(1)[0][0]


def _only(stimulus: Stimulus, points: Fixations | None) -> Stimulus:
    return Stimulus(
        stimulus.name, stimulus.image_path, stimulus.width, stimulus.height, fixations=points
    )


def _windows(dataset: EyeTrackingSet, points: list[Fixations]) -> tuple[Window, ...]:
    """Those that people were shown the images for; the first one always."""
    viewing_s = dataset.viewing_s
    if viewing_s is None:
        viewing_s = math.ceil(max(float(np.nanmax(each.onset_ms)) for each in points) / 1000)
    shown = [window for window in WINDOWS if seconds(window) <= viewing_s]
    return tuple(shown) or WINDOWS[:1]


def _fingerprint(stimuli: list[Stimulus]) -> str:
    """Hex SHA-256 over what is learned from."""
    digest = hashlib.sha256()
    for stimulus in sorted(stimuli, key=lambda each: each.name):
        digest.update(f"{stimulus.name}\n".encode())
        digest.update(stimulus.image_path.read_bytes())
        if (points := stimulus.fixations) is not None:
            for column in (points.x, points.y, points.onset_ms):
                digest.update(column.tobytes())
            digest.update("\n".join([*points.observer, *points.kind]).encode())
    return digest.hexdigest()
