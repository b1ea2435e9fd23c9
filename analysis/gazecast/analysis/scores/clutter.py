"""How much there is to see in a picture: four published measures of visual clutter.

They are taken on copies of the picture at fixed working sizes: pictures then compare at any
resolution, and the percentiles of `reference_sets` are of the same sizes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.scores.contours import contour_density
from gazecast.analysis.scores.feature_congestion import feature_congestion
from gazecast.analysis.scores.srgb import rosenholtz_lab
from gazecast.analysis.scores.subband_entropy import subband_entropy
from gazecast.model.records import record

WORKING_SIDE = 384
"""Longer side, in pixels, of the copy that clutter is measured on."""

CONTOUR_SIDE = 512
"""The same for contours, which are finer than all else."""

_BILINEAR = Image.Resampling.BILINEAR
_MULTIPLE = 16  # both sides of a copy: whole pixels on every scale, and quick transforms


@record
class Clutter:
    """Four published measures of visual clutter; each grows with it."""

    feature_congestion: float
    """Local variability of colour, contrast and orientation, in units of each one's typical value;
    about 1.25 (a blank picture) to 10."""
    subband_entropy: float
    """Nats per coefficient of a wavelet code, 0 (a blank picture) to about 5."""
    contour_density: float
    """Share of pixels on an edge, 0 to 1."""
    colourfulness: float
    """Levels of an 8-bit channel, 0 (greys) to about 150."""


def clutter(
    rgb: NDArray[np.uint8], longer_side: int = WORKING_SIDE, contour_side: int = CONTOUR_SIDE
) -> Clutter:
    """The clutter of a picture (rows, columns, 3), sRGB, 8 bit.

    longer_side, contour_side: of the copies that are measured, pixels; percentiles exist for the
    defaults alone. A picture much longer than a screen shrinks beyond reading: give one screen at a
    time. Raises ValueError for any other array.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or rgb.size == 0:
        raise ValueError(
            f"clutter is measured on 8-bit RGB of shape (rows, columns, 3), not on {rgb.dtype} "
            f"{rgb.shape}: convert the picture first"
        )
    rows, columns = rgb.shape[:2]
    factor = max(1, max(rows, columns) // max(longer_side, contour_side))
    picture = Image.fromarray(rgb).reduce(factor)  # most of the way, in a quarter of the time
    grey, coloured = (
        np.asarray(image.resize(_copy_size(rows, columns, side), _BILINEAR, reducing_gap=1.0))
        for image, side in ((picture.convert("L"), contour_side), (picture, longer_side))
    )
    lab = rosenholtz_lab(coloured)
    return Clutter(
        feature_congestion=feature_congestion(lab),
        subband_entropy=subband_entropy(lab),
        contour_density=contour_density(grey),
        colourfulness=colourfulness(coloured),
    )


def _copy_size(rows: int, columns: int, longer_side: int) -> tuple[int, int]:
    """(width, height) in pixels of a copy of a picture."""
    scale = longer_side / max(rows, columns)
    width, height = (
        max(2 * _MULTIPLE, _MULTIPLE * round(side * scale / _MULTIPLE)) for side in (columns, rows)
    )
    return width, height


def colourfulness(rgb: NDArray[np.uint8]) -> float:
    """Hasler & Suesstrunk (2003), "Measuring colourfulness in natural images":
    sqrt(sd(rg)^2 + sd(yb)^2) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2) with rg = R - G and
    yb = (R + G) / 2 - B. rgb: (rows, columns, 3), 0 to 255."""
    red, green, blue = np.moveaxis(rgb, -1, 0).astype(np.float32, order="C")
    opponents = red - green, 0.5 * (red + green) - blue
    means = [float(channel.mean()) for channel in opponents]
    spread = math.hypot(*(float(channel.std()) for channel in opponents))
    return spread + 0.3 * math.hypot(*means)
