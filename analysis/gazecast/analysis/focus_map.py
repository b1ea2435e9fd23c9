"""The spotlight picture: the design dimmed, but for where attention is predicted.

The scale is absolute, as in `gazecast.analysis.colours`: light rises with each doubling of the
density, from what an even spread gives to LIT times that, so a calm page stays dim.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LIT = 4.0
"""Multiple of an even spread from which the design is shown as it is."""

DIM = 0.3
"""Light that is left, 0 to 1, at and below an even spread: enough to recognise the design."""


def focus_map(rgb: NDArray[np.uint8], density: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The picture with its light scaled by the density.

    rgb: uint8 (height, width, 3), sRGB. density: (rows, columns) over the same picture, sum 1.
    Returns uint8 of the shape of rgb, nowhere lighter than it.
    """
    height, width = rgb.shape[:2]
    intensity = Image.fromarray((density * density.size).astype(np.float32))
    smooth = np.asarray(intensity.resize((width, height), Image.Resampling.BICUBIC))
    doublings = np.log2(np.clip(smooth, 1.0, LIT)) / np.log2(LIT)
    light = DIM + (1 - DIM) * doublings
    lit: NDArray[np.uint8] = np.rint(rgb * light[..., None]).astype(np.uint8)
    return lit
