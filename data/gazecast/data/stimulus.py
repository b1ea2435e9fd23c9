"""The one record type that every reader fills: a stimulus with what observers did on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazecast.data.errors import GazecastError

FloatArray = NDArray[np.float64]

KINDS = frozenset({"fixation", "webcam", "click", "click10", "click30", "mouse"})
"""What a record can be: a fixation of an eye tracker, and the weaker evidence: one of a webcam, a
click (of BubbleView with 10 or 30 seconds; any other), a mouse position (SALICON)."""


class DataError(GazecastError, ValueError):
    """A data set cannot be read. The message names the file, the row where there is one, and what
    to change."""


@dataclass(frozen=True, slots=True)
class Fixations:
    """Fixations (or clicks) on one stimulus, in viewing order within each observer.

    x, y: float64 (n,), pixels of the stored image, origin at the top-left corner of the image.
    onset_ms, duration_ms: float64 (n,), milliseconds since the stimulus appeared; NaN is unknown.
    observer: str (n,). kind: str (n,), each one of `KINDS`.
    """

    x: FloatArray
    y: FloatArray
    onset_ms: FloatArray
    duration_ms: FloatArray
    observer: NDArray[np.str_]
    kind: NDArray[np.str_]

    def __post_init__(self) -> None:
        lengths = {len(self.x), len(self.y), len(self.onset_ms), len(self.duration_ms)}
        lengths |= {len(self.observer), len(self.kind)}
        if len(lengths) > 1:
            raise DataError(f"fixation columns differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.x)

    def where(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Fixations:
        """The fixations for which `keep` (bool, (n,)) is true, order kept; or those at the indices
        `keep`, in that order."""
        return Fixations(
            x=self.x[keep],
            y=self.y[keep],
            onset_ms=self.onset_ms[keep],
            duration_ms=self.duration_ms[keep],
            observer=self.observer[keep],
            kind=self.kind[keep],
        )

    def of_kind(self, *kinds: str) -> Fixations:
        return self.where(np.isin(self.kind, kinds))

    def inside(self, width: float, height: float) -> Fixations:
        """The fixations inside an image of that size in pixels; the right and bottom edges are
        outside, and so is NaN."""
        return self.where((self.x >= 0) & (self.x < width) & (self.y >= 0) & (self.y < height))

    def before(self, seconds: float) -> Fixations:
        """Fixations whose onset is at most `seconds` after stimulus onset; unknown onsets are left
        out."""
        return self.where(self.onset_ms <= seconds * 1000.0)


@dataclass(frozen=True, slots=True)
class Stimulus:
    """One image that people looked at. Ground truth is `fixations`, or `density_path` (a blurred
    8-bit map of the image's aspect) where only maps were published; one of them may be absent."""

    name: str
    image_path: Path
    width: int
    height: int
    split: str = "train"
    fixations: Fixations | None = None
    density_path: Path | None = None


@dataclass(frozen=True, slots=True)
class EyeTrackingSet:
    """A data set as read. `left_out` counts the rows or images that were not used, by reason."""

    name: str
    stimuli: tuple[Stimulus, ...]
    licence: str = "not stated"
    source: str = ""
    viewing_s: float | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.stimuli)

    def splits(self, wanted: Iterable[str]) -> EyeTrackingSet:
        """The stimuli whose split is in `wanted`.

        Raises DataError when a wanted split does not occur.
        """
        names = set(wanted)
        present = {stimulus.split for stimulus in self.stimuli}
        if missing := names - present:
            raise DataError(
                f"data set {self.name} has no split {sorted(missing)}; it has {sorted(present)}"
            )
        kept = tuple(stimulus for stimulus in self.stimuli if stimulus.split in names)
        return replace(self, stimuli=kept)
