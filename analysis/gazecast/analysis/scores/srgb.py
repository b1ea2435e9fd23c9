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


def rosenholtz_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """L, a and b (3, rows, columns) as the authors of the measures have them.

    They take XYZ from 0 to 1 where CIE Lab has 0 to 100: L goes from 0 to 9 and is nearly linear in
    luminance. Their constants, and all published values, rest on it.
    """
    light = LINEAR.take(rgb.reshape(-1, 3))
    ratio = (_XYZ @ light.T).reshape(3, *rgb.shape[:2])
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])
