"""How much of a picture is contour.

Contour density as Miniukovich & De Angeli (2014), "Quantification of interface visual complexity",
define it, with the parameters that AIM takes for desktop pages.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gazecast.analysis.scores.filters import FloatArray, correlate, gaussian

_BLUR = 2.0  # px, before the gradient
_LOW, _HIGH = 0.11 * 255, 0.27 * 255  # of |Gx| + |Gy|, Sobel's unnormalised gradient


def contour_density(grey: NDArray[np.uint8]) -> float:
    """Share of pixels on an edge (Canny 1986), 0 to 1. grey: (rows, columns), 0 to 255."""
    smooth = correlate(grey.astype(np.float32), gaussian(_BLUR, 6), gaussian(_BLUR, 6))
    difference, binomial = (-1.0, 0.0, 1.0), (1.0, 2.0, 1.0)
    across = correlate(smooth, binomial, difference)
    down = correlate(smooth, difference, binomial)
    edges = _thinned(across, down)
    labels, count = ndimage.label(edges > _LOW, np.ones((3, 3)))
    strong = np.zeros(count + 1, dtype=np.bool_)
    strong[labels[edges > _HIGH]] = True
    strong[0] = False
    return float(strong[labels].mean())


def _thinned(across: FloatArray, down: FloatArray) -> FloatArray:
    """The gradient's magnitude where it is no lower than on either side along the gradient, which
    is taken to the nearest of four directions; 0 elsewhere."""
    size_across, size_down = np.abs(across), np.abs(down)
    magnitude = size_across + size_down
    around = np.pad(magnitude, 1)
    rows, columns = magnitude.shape

    def ridge(rise: int, run: int) -> NDArray[np.bool_]:
        before = around[1 - rise : 1 - rise + rows, 1 - run : 1 - run + columns]
        after = around[1 + rise : 1 + rise + rows, 1 + run : 1 + run + columns]
        # Of two equal neighbours one is the edge.
        return (magnitude > before) & (magnitude >= after)

    tangent = math.tan(math.pi / 8)
    diagonal = np.where((across < 0) == (down < 0), ridge(1, 1), ridge(1, -1))
    steep = np.where(size_across < tangent * size_down, ridge(1, 0), diagonal)
    keep = np.where(size_down < tangent * size_across, ridge(0, 1), steep)
    return np.where(keep, magnitude, np.float32(0))
