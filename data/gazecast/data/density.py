"""From fixations to a density: counts on the pixel grid, blurred with a Gaussian."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from gazecast.data.stimulus import Fixations, FloatArray


def fixation_counts(
    fixations: Fixations, width: float, height: float, shape: tuple[int, int] | None = None
) -> FloatArray:
    """Fixations counted per cell.

    width, height: size in pixels of the image that the coordinates refer to.
    shape: (rows, columns) of the grid laid over the image; the image's own pixels by default.
    Returns float64 of that shape; fixations outside the image are not counted, so the sum is the
    number of fixations inside it.
    """
    rows, columns = shape or (round(height), round(width))
    inside = fixations.inside(width, height)
    # A point a rounding error away from the right or bottom edge must not land beyond it.
    column = np.minimum((inside.x * columns / width).astype(np.intp), columns - 1)
    row = np.minimum((inside.y * rows / height).astype(np.intp), rows - 1)
    counts = np.zeros((rows, columns))
    np.add.at(counts, (row, column), 1.0)
    return counts


def blur(counts: NDArray[np.floating], sigma: float | tuple[float, float]) -> FloatArray:
    """Gaussian blur of a count map, normalised to a density (float64, sum 1).

    sigma: standard deviation in cells, one number or (rows, columns). Mass beyond the border is
    lost, as in the MIT benchmark's ground truth, and the rest is rescaled.

    Raises ValueError for a map without any count: it has no density.
    """
    if counts.sum() <= 0:
        raise ValueError("no fixation inside the image: there is no density to compute")
    blurred: FloatArray = gaussian_filter(
        np.asarray(counts, dtype=np.float64), sigma, mode="constant", truncate=4.0
    )
    density: FloatArray = blurred / blurred.sum()
    return density


def fixation_density(
    fixations: Fixations,
    width: int,
    height: int,
    *,
    sigma_px: float,
    shape: tuple[int, int] | None = None,
) -> FloatArray:
    """The ground-truth density of one stimulus (float64, sum 1).

    sigma_px: blur in pixels of the image (see `sigma_from_degrees` for degrees of visual angle).
    shape: (rows, columns) of the result; the image's own pixels by default.
    """
    rows, columns = shape or (height, width)
    counts = fixation_counts(fixations, width, height, (rows, columns))
    return blur(counts, (sigma_px * rows / height, sigma_px * columns / width))


def sigma_from_degrees(degrees: float, pixels_per_degree: float) -> float:
    """Blur in pixels. One degree of visual angle is the usual choice: about the fovea's extent and
    the accuracy of an eye tracker (Le Meur & Baccino, Behav. Res. 2013)."""
    return degrees * pixels_per_degree
