"""From points on a screen to fixations on stimuli; what lies elsewhere is dropped and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from gazecast.data.images import image_size
from gazecast.data.importing.recording import SCREEN, SHOWN, Recording, Space, check_units
from gazecast.data.importing.stimuli import Stimuli
from gazecast.data.importing.tables import ROW
from gazecast.data.placement import Placement, Placing, Size, fitted
from gazecast.data.stimulus import DataError, Fixations, Stimulus

_SAME = ("image", "observer", "x", "y", "start_ms")


@dataclass(frozen=True, slots=True)
class Assembled:
    """stimuli: those with fixations, all of which lie inside. dropped: rows that were not used, by
    reason. off_image: the share of each observer's points that lay off the image. seen: names of
    stimuli in the order in which each observer saw them."""

    stimuli: tuple[Stimulus, ...]
    dropped: dict[str, int]
    off_image: dict[str, float]
    seen: dict[str, tuple[str, ...]]


def assemble(
    recording: Recording,
    stimuli: Stimuli,
    *,
    screen: Size | None = None,
    placing: Placing | None = None,
    skip: Collection[str] = (),
) -> Assembled:
    """Fixations in pixels of each stimulus, in the split "train".

    screen: its size in pixels, where the export has positions on the screen and does not say it.
    placing: where on it images were; by default as the export says, else as large as fits, centred.
    skip: names in the export that are no stimulus.

    Raises DataError for a name that no image has, times in another unit than documented, positions
    that cannot be placed, or when no point is left.
    """
    points = recording.points.filter(~pl.col("image").is_in(list(skip)))
    dropped = Counter(recording.dropped)
    dropped["points on what was skipped"] = len(recording.points) - len(points)
    files = _files(points, stimuli)
    check_units(recording)
    distinct = points.filter(pl.col("start_ms").is_null() | pl.struct(_SAME).is_first_distinct())
    dropped["repeated rows"] = len(points) - len(distinct)
    by_file: dict[Path, list[Fixations]] = {}
    all_points: Counter[str] = Counter()
    inside_points: Counter[str] = Counter()
    shown = [column for column in (*SHOWN, *SCREEN) if column in distinct.columns]
    for part in distinct.partition_by(["image", *shown], maintain_order=True):
        file = files[part["image"][0]]
        size = image_size(file)
        fixations, off_screen = _on_stimulus(part, recording, size, screen, placing)
        inside = fixations.inside(*size)
        dropped["points off the screen"] += off_screen
        dropped["points beside the image"] += len(part) - off_screen - len(inside)
        all_points.update(part["observer"].to_list())
        inside_points.update(inside.observer.tolist())
        by_file.setdefault(file, []).append(inside)
    placed = tuple(
        Stimulus(file.name, file, *image_size(file), fixations=_joined(by_file[file]))
        for file in stimuli.files
        if sum(map(len, by_file.get(file, []))) > 0
    )
    dropped["images that nobody looked at"] = len(stimuli.files) - len(placed)
    if not placed:
        raise DataError(
            f"{stimuli.folder}: no point of the export lies on its image; say where images were on "
            "the screen with --screen and --shown"
        )
    return Assembled(
        stimuli=placed,
        dropped=dict(+dropped),
        off_image={name: 1.0 - inside_points[name] / n for name, n in sorted(all_points.items())},
        seen={
            str(observer): tuple(dict.fromkeys(files[name].name for name in images))
            for observer, images in distinct.group_by("observer", maintain_order=True)
            .agg(pl.col("image").unique(maintain_order=True))
            .iter_rows()
        },
    )


def _files(points: pl.DataFrame, stimuli: Stimuli) -> dict[str, Path]:
    """The image file by the name that the export gives it."""
    files = {}
    for row in points.unique("image", keep="first", maintain_order=True).iter_rows(named=True):
        file = stimuli.find(row["image"])
        if file is None:
            raise DataError(f"{row['file']}, row {row[ROW]}: {stimuli.unknown(row['image'])}")
        files[row["image"]] = file
    return files


def _on_stimulus(
    part: pl.DataFrame,
    recording: Recording,
    size: Size,
    screen: Size | None,
    placing: Placing | None,
) -> tuple[Fixations, int]:
    """The points of one image that lie on the screen, in pixels of the image, which may be beside
    it; and how many lie off the screen."""
    x, y = part["x"].to_numpy(), part["y"].to_numpy()
    on_screen = np.full(len(part), fill_value=True)
    if recording.space is Space.STIMULUS_FRACTIONS:
        x, y = x * size[0], y * size[1]
    elif recording.space in (Space.SCREEN_FRACTIONS, Space.SCREEN_PIXELS):
        row = part.row(0, named=True)
        screen = _screen(row, screen)
        shown = _placement(row, recording, size, screen, placing)
        if screen is not None:
            if recording.space is Space.SCREEN_FRACTIONS:
                x, y = x * screen[0], y * screen[1]
            on_screen = (x >= 0) & (x < screen[0]) & (y >= 0) & (y < screen[1])
        x, y = shown.to_stimulus(x, y, size)
    fixations = Fixations(
        x=x,
        y=y,
        onset_ms=part["start_ms"].fill_null(np.nan).to_numpy(),
        duration_ms=part["duration_ms"].fill_null(np.nan).to_numpy(),
        observer=np.array(part["observer"].to_list(), dtype=np.str_),
        kind=np.full(len(part), recording.kind),
    )
    return fixations.where(on_screen), int((~on_screen).sum())


def _screen(row: dict[str, object], screen: Size | None) -> Size | None:
    """The screen's size as told, else as the export says."""
    width, height = (row.get(column) for column in SCREEN)
    if screen is None and isinstance(width, float) and isinstance(height, float):
        return width, height
    return screen


def _placement(
    row: dict[str, object],
    recording: Recording,
    size: Size,
    screen: Size | None,
    placing: Placing | None,
) -> Placement:
    told = [value for column in SHOWN if isinstance(value := row.get(column), float)]
    if placing is None and len(told) == len(SHOWN):
        return Placement(*told)
    if screen is None:
        raise DataError(
            f"{row['file']}, row {row[ROW]}: positions are {recording.space.value}, whose size the "
            "export does not say; give it with --screen, such as --screen 1920x1080"
        )
    return (placing or fitted)(screen, size)


def _joined(parts: list[Fixations]) -> Fixations:
    return Fixations(
        x=np.concatenate([part.x for part in parts]),
        y=np.concatenate([part.y for part in parts]),
        onset_ms=np.concatenate([part.onset_ms for part in parts]),
        duration_ms=np.concatenate([part.duration_ms for part in parts]),
        observer=np.concatenate([part.observer for part in parts]),
        kind=np.concatenate([part.kind for part in parts]),
    )
