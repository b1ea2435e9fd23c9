"""Whether an observer's points lie beside everybody else's: a calibration that was off, or drifted.

An observer's fixations are shifted over the density of all others on the same images; where they
fit best is the opposite of the offset. What is common to all observers (a wrong place of the image
on the screen) cannot be told this way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from gazecast.data.density import fixation_counts
from gazecast.data.stimulus import Fixations, FloatArray, Stimulus

CELLS = 96
"""Cells on the longer side of an image."""

BLUR = 2.0
"""Standard deviation of the density in cells: some 30 px on a page 1366 wide."""

REACH = 8
"""Largest offset that is looked for, in cells: some 8 % of the longer side."""

FEWEST_IMAGES = 8
"""Of one observer, below which an offset is not estimated."""


@dataclass(frozen=True, slots=True)
class Offset:
    """x, y: how far an observer's points lie right of and below where they fit, as shares of the
    image's longer side. gain: how much better they fit there, in standard errors over images."""

    x: float
    y: float
    gain: float

    @property
    def size(self) -> float:
        return float(np.hypot(self.x, self.y))


@dataclass(frozen=True, slots=True)
class Offsets:
    """Of one observer: over all images, and over the first and second half of those they saw."""

    whole: Offset
    early: Offset
    late: Offset

    @property
    def is_constant(self) -> bool:
        """Off by more than trackers usually are, and clearly so. Of 54 people in four published
        sets, 6 are."""
        return self.whole.size >= 0.025 and self.whole.gain >= 4.0

    @property
    def drifts(self) -> bool:
        """Off by another amount in the second half than in the first. Of those 54 people, none."""
        apart = np.hypot(self.early.x - self.late.x, self.early.y - self.late.y)
        return bool(apart >= 0.03 and max(self.early.gain, self.late.gain) >= 4.0)


def offsets_by_observer(
    stimuli: Sequence[Stimulus], seen: Mapping[str, Sequence[str]]
) -> dict[str, Offsets]:
    """The offsets of each observer of at least `FEWEST_IMAGES` images that two others saw as well.

    seen: names of stimuli in the order in which an observer saw them, where that is known; else the
    order of `stimuli` stands in for it.
    """
    fits: dict[str, dict[str, FloatArray]] = {}
    for stimulus in stimuli:
        if stimulus.fixations is None:
            continue
        for observer, fit in _fits(stimulus, stimulus.fixations).items():
            fits.setdefault(observer, {})[stimulus.name] = fit
    found = {}
    for observer, by_image in fits.items():
        if len(by_image) < FEWEST_IMAGES:
            continue
        order = [name for name in seen.get(observer, by_image) if name in by_image]
        images = np.stack([by_image[name] for name in order])
        half = len(images) // 2
        found[observer] = Offsets(_best(images), _best(images[:half]), _best(images[half:]))
    return found


def _fits(stimulus: Stimulus, fixations: Fixations) -> dict[str, FloatArray]:
    """For each observer, the mean NSS of their points on the others' density at each shift: (2
    REACH + 1, 2 REACH + 1), rows for y."""
    observers, codes = np.unique(fixations.observer, return_inverse=True)
    if len(observers) < 3:
        return {}
    scale = CELLS / max(stimulus.width, stimulus.height)
    shape = (max(1, round(stimulus.height * scale)), max(1, round(stimulus.width * scale)))
    size = (stimulus.width, stimulus.height)
    counts = [
        fixation_counts(fixations.where(codes == code), *size, shape)
        for code in range(len(observers))
    ]
    blurred = gaussian_filter(np.stack(counts), (0.0, BLUR, BLUR), mode="constant")
    everybody = blurred.sum(axis=0)
    shifts = np.arange(-REACH, REACH + 1)
    fits = {}
    for code, observer in enumerate(observers):
        others = everybody - blurred[code]
        spread = others.std()
        if spread == 0:
            continue
        # Beyond the border nobody looked.
        nss = np.pad((others - others.mean()) / spread, REACH, constant_values=0.0)
        own = fixations.where(codes == code)
        row = (own.y * scale).astype(np.intp).clip(0, shape[0] - 1) + REACH
        column = (own.x * scale).astype(np.intp).clip(0, shape[1] - 1) + REACH
        at = nss[
            row[:, None, None] - shifts[None, :, None], column[:, None, None] - shifts[None, None]
        ]
        fits[str(observer)] = at.mean(axis=0)
    return fits


def _best(fits: FloatArray) -> Offset:
    """fits: (images, rows, columns) as of `_fits`."""
    mean = fits.mean(axis=0)
    row, column = np.unravel_index(int(mean.argmax()), mean.shape)
    gains = fits[:, row, column] - fits[:, REACH, REACH]
    error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else 0.0
    return Offset(
        x=float(column - REACH) / CELLS,
        y=float(row - REACH) / CELLS,
        gain=float(gains.mean() / error) if error > 0 else 0.0,
    )
