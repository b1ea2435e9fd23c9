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

_LOW, _HIGH = 0.11 * 255, 0.27 * 255  # of |Gx| + |Gy|, Sobel's unnormalised gradient

# Sobel's two parts, each after a blur of 2 px.
_DIFFERENCE, _BINOMIAL = (
    tuple(np.convolve(gaussian(2.0, 6), taps).tolist()) for taps in ((-1, 0, 1), (1, 2, 1))
)


def contour_density(grey: NDArray[np.uint8]) -> float:
    """Share of pixels on an edge (Canny 1986), 0 to 1. grey: (rows, columns), 0 to 255."""
    levels = grey.astype(np.float32)
    across = correlate(levels, _BINOMIAL, _DIFFERENCE)
    down = correlate(levels, _DIFFERENCE, _BINOMIAL)
    magnitude = np.abs(across) + np.abs(down)
    edges = _ridge(magnitude, across, down)
    thin = np.zeros(grey.shape, dtype=np.bool_)
    thin.ravel()[edges] = True
    labels, count = ndimage.label(thin, np.ones((3, 3)))
    labels = labels.ravel()[edges]
    strong = np.zeros(count + 1, dtype=np.bool_)
    strong[labels[magnitude.ravel()[edges] > _HIGH]] = True
    return float(np.count_nonzero(strong[labels]) / grey.size)


def _ridge(magnitude: FloatArray, across: FloatArray, down: FloatArray) -> NDArray[np.intp]:
    """Flat places of the pixels with a gradient above _LOW that is no lower than on either side
    along it; its direction is taken to the nearest of four.

    No pixel of the picture's border looks beyond it: mirrored edges leave no gradient across.
    """
    columns = magnitude.shape[1]
    magnitude = magnitude.ravel()
    places = np.flatnonzero(magnitude > _LOW)
    x, y = across.ravel()[places], down.ravel()[places]
    size_x, size_y = np.abs(x), np.abs(y)
    tangent = math.tan(math.pi / 8)
    step = np.where((x < 0) == (y < 0), columns + 1, columns - 1)
    step[size_x < tangent * size_y] = columns
    step[size_y < tangent * size_x] = 1
    here = magnitude[places]
    # Of two equal neighbours one is the edge.
    ridge = (here > magnitude[places - step]) & (here >= magnitude[places + step])
    edges: NDArray[np.intp] = places[ridge]
    return edges
