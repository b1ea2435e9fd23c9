"""What counts as the truth about a stimulus: which records, up to when, blurred by how much."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.data.density import fixation_density
from gazecast.data.images import open_image
from gazecast.data.stimulus import DataError, Fixations, Stimulus

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """How labels are read off a stimulus.

    kind: the records that count ("fixation", "click10", "click30" or "mouse").
    sigma_px: Gaussian blur in pixels of the stored image.
    seconds: only fixations with an onset of at most this many seconds; None for all of them.
    """

    kind: str
    sigma_px: float
    seconds: float | None = None

    def fixations(self, stimulus: Stimulus) -> Fixations | None:
        """The fixations that count and lie inside the image; None where the stimulus has none."""
        if stimulus.fixations is None:
            return None
        chosen = stimulus.fixations.of_kind(self.kind)
        if self.seconds is not None:
            chosen = chosen.before(self.seconds)
        chosen = chosen.inside(stimulus.width, stimulus.height)
        return chosen if len(chosen) else None

    def density(
        self, stimulus: Stimulus, shape: tuple[int, int] | None = None
    ) -> FloatArray | None:
        """The density to predict: float64, sum 1, of the stored image's size or of `shape` (rows,
        columns). A published map stands in where a stimulus has no fixations at all; it covers the
        whole viewing time. None where there is no label of this kind and time."""
        fixations = self.fixations(stimulus)
        if fixations is not None:
            return fixation_density(
                fixations, stimulus.width, stimulus.height, sigma_px=self.sigma_px, shape=shape
            )
        if stimulus.fixations is None and stimulus.density_path and self.seconds is None:
            published = _published_map(stimulus.density_path)
            return resize_density(published, shape or (stimulus.height, stimulus.width))
        return None


def resize_density(
    density: NDArray[np.floating] | NDArray[np.integer], shape: tuple[int, int]
) -> FloatArray:
    """The density resampled bilinearly to `shape` (rows, columns); float64, sum 1.

    Shrinking averages over all cells that fall into one, so that no mass is skipped.

    Raises ValueError for a map without mass.
    """
    if density.shape != shape:
        image = Image.fromarray(density.astype(np.float32))
        density = np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
    resized: FloatArray = density.astype(np.float64)
    total = resized.sum()
    if not total > 0:
        raise ValueError("a map without mass is not a density")
    resized /= total
    return resized


def _published_map(path: Path) -> NDArray[np.floating]:
    with open_image(path) as image:
        levels = np.asarray(image.convert("F"))
    if levels.max() <= 0:
        raise DataError(f"{path}: the map is empty (all black); remove the image from the set")
    return levels
