"""From sRGB (IEC 61966-2-1) to light, and to the colour space of the clutter measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEVELS = np.arange(256) / 255

LINEAR: NDArray[np.float32] = np.where(
    _LEVELS > 0.04045, ((_LEVELS + 0.055) / 1.055) ** 2.4, _LEVELS / 12.92
).astype(np.float32)
"""Of each level, 0 to 255: the light, 0 to 1."""

# From linear sRGB to XYZ over the white point (D65).
_XYZ = (
    np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    / np.array([[95.047], [100.0], [108.883]])
).astype(np.float32)

# Of CIE Lab: a cube root, and below the bend a line.
_BEND, _SLOPE, _OFFSET = np.float32(0.008856), np.float32(7.787), np.float32(16 / 116)


def rosenholtz_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """L, a and b (3, rows, columns) as the authors of the measures have them.

    They take XYZ from 0 to 1 where CIE Lab has 0 to 100: L goes from 0 to 9 and is nearly linear in
    luminance. Their constants, and all published values, rest on it.
    """
    light = LINEAR.take(rgb.reshape(-1, 3))
    ratio = (_XYZ @ light.T).reshape(3, *rgb.shape[:2])
    # Below the bend the curve is a line; both parts are met at the bend.
    root = np.cbrt(np.maximum(ratio, _BEND))
    root += _SLOPE * np.minimum(ratio, _BEND) + (_OFFSET - np.cbrt(_BEND))
    x, y, z = root
    lab: NDArray[np.float32] = np.empty_like(root)
    np.subtract(116 * y, 16, out=lab[0])
    np.multiply(500, x - y, out=lab[1])
    np.multiply(200, y - z, out=lab[2])
    return lab
