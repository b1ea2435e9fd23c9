"""Where a place of one version of a design lies in another: scaled by width, then shifted.

Versions of a page share their width and lose or gain height, so widths are what is made equal. The
shift is found by phase correlation (Kuglin and Hines, "The phase correlation image alignment
method", 1975), and used only where the versions agree better with it than without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import fft

from gazecast.analysis.regions import Region

LARGEST_SHIFT = 0.25
"""Part of a side that versions may be shifted by: beyond, too little is left to compare."""

_WIDTH = 512  # of the small pictures, in cells: a shift is found to within 0.1 % of the width
_HEIGHT = 1024  # at most, for long pages
_WHITENED = 0.01  # of the mean magnitude: weaker frequencies are noise
_BETTER = 0.9  # times the disagreement without a shift, at most: else there is none
_LEAST_INSIDE = 0.5  # part of a region that is left after the shift


@dataclass(frozen=True, slots=True)
class Registration:
    """The place (x, y) of the first picture lies at (x + right, y * stretch + down) of the second,
    all in parts of each picture's size."""

    right: float
    down: float
    stretch: float

    def move(self, region: Region) -> Region | None:
        """The region of the first picture in the second, cut off at its edges; None where less than
        half of it is inside."""
        left, top = region.x + self.right, region.y * self.stretch + self.down
        width, height = region.width, region.height * self.stretch
        right, bottom = min(left + width, 1.0), min(top + height, 1.0)
        left, top = max(left, 0.0), max(top, 0.0)
        inside = max(right - left, 0.0) * max(bottom - top, 0.0)
        if inside < _LEAST_INSIDE * width * height:
            return None
        return Region(region.name, left, top, right - left, bottom - top)


def register(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Registration:
    """How the first picture is laid over the second. Both (rows, columns, 3), of any sizes."""
    tall, other = (picture.shape[0] / picture.shape[1] for picture in (first, second))
    width = max(1.0, min(_WIDTH, _HEIGHT / max(tall, other)))
    one, two = (_small(picture, width) for picture in (first, second))
    down, right = _shift(one, two)
    return Registration(right / one.shape[1], down / two.shape[0], tall / other)


def _small(rgb: NDArray[np.uint8], width: float) -> NDArray[np.float32]:
    """Greys of this width, with the commonest grey, which is the page's, at zero."""
    height = max(1, round(width * rgb.shape[0] / rgb.shape[1]))
    picture = Image.fromarray(rgb).resize(
        (round(width), height), Image.Resampling.BILINEAR, reducing_gap=2.0
    )
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    return grey - np.median(grey)


def _shift(first: NDArray[np.float32], second: NDArray[np.float32]) -> tuple[int, int]:
    """Cells (down, right) that the first is to be moved by to lie on the second."""
    sides = [max(one, two) for one, two in zip(first.shape, second.shape, strict=True)]
    reach = [int(LARGEST_SHIFT * side) for side in sides]
    # Room beside the pictures, so that a shift does not bring in the opposite edge.
    canvas = [
        fft.next_fast_len(side + far, real=True) for side, far in zip(sides, reach, strict=True)
    ]
    spectra = [fft.rfft2(picture, canvas) for picture in (first, second)]
    cross = np.conj(spectra[0]) * spectra[1]
    magnitude = np.abs(cross)
    if not magnitude.any():
        return 0, 0  # one of them is blank
    peaks = fft.irfft2(cross / (magnitude + _WHITENED * magnitude.mean()), canvas)
    down, right = (np.arange(-far, far + 1) for far in reach)
    near = peaks[np.ix_(down, right)]
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    found = int(down[row]), int(right[column])
    if _disagreement(first, second, *found) <= _BETTER * _disagreement(first, second, 0, 0):
        return found
    return 0, 0


def _disagreement(
    first: NDArray[np.float32], second: NDArray[np.float32], down: int, right: int
) -> float:
    """Mean difference of greys where the moved first picture lies on the second."""
    rows = min(first.shape[0], second.shape[0] - down) - max(0, -down)
    columns = min(first.shape[1], second.shape[1] - right) - max(0, -right)
    if rows <= 0 or columns <= 0:
        return float("inf")
    top, left = max(0, -down), max(0, -right)
    one = first[top : top + rows, left : left + columns]
    two = second[top + down : top + down + rows, left + right : left + right + columns]
    return float(np.abs(one - two).mean())
