"""The few places that draw the eye most: peaks of the density, each with what lies around it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gazecast.model.records import record

RADIUS = 0.05
"""Radius of a hotspot's disc, as a part of the longer side of what is seen at once. On a desktop
page that is about two degrees of visual angle: what one fixation takes in, blurred by the eye
tracker's error."""

MIN_INTENSITY = 2.0
"""A peak below this many times an even spread is no hotspot: a calm page has none."""

_ADJACENT = np.ones((3, 3))  # a cell touches its eight neighbours


@record
class Hotspot:
    """A peak of the density."""

    x: float
    """Position from the left, 0 to 1."""
    y: float
    """Position from the top, 0 to 1."""
    share: float
    """Share of all fixations in the disc of RADIUS around the peak, 0 to 1. Discs do not overlap,
    so shares may be added."""
    intensity: float
    """Density at the peak in multiples of an even spread."""


def hotspots(
    density: NDArray[np.floating], limit: int = 5, *, screen: int | None = None
) -> list[Hotspot]:
    """At most `limit` hotspots, the strongest first.

    density: (rows, columns), sum 1. A hotspot is a local maximum of at least MIN_INTENSITY that is
    more than twice RADIUS away from every stronger hotspot. screen: longer side, in cells, of what
    is seen at once; the whole picture by default.
    """
    rows, columns = density.shape
    radius = RADIUS * (screen or max(rows, columns))
    centres, intensities = _peaks(density * density.size)
    found: list[Hotspot] = []
    while len(found) < limit and len(centres):
        strongest = int(intensities.argmax())
        row, column = centres[strongest].tolist()
        found.append(
            Hotspot(
                x=(column + 0.5) / columns,
                y=(row + 0.5) / rows,
                share=_disc_sum(density, row, column, radius),
                intensity=float(intensities[strongest]),
            )
        )
        apart = np.hypot(*(centres - centres[strongest]).T) > 2 * radius
        centres, intensities = centres[apart], intensities[apart]
    return found


def _peaks(intensity: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Regional maxima of at least MIN_INTENSITY: centres (n, 2) in rows and columns, heights (n,).

    A plateau (adjacent cells that are equal) is one maximum if all cells around it are lower.
    """
    level = intensity == _highest_nearby(intensity)
    # A terrace on a slope has level cells too, but next to equal ones that look up the slope.
    beside = _highest_nearby(np.where(level, -np.inf, intensity))
    labels, count = ndimage.label(level & (intensity >= MIN_INTENSITY), _ADJACENT)
    cells = np.nonzero(labels)
    plateau = labels[cells] - 1
    size = np.bincount(plateau, minlength=count)
    centres = np.stack([np.bincount(plateau, axis, count) / size for axis in cells], axis=1)
    heights = np.empty(count)
    heights[plateau] = intensity[cells]
    summit = np.ones(count, dtype=np.bool_)
    summit[plateau[beside[cells] >= intensity[cells]]] = False
    return centres[summit], heights[summit]


def _highest_nearby(field: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of each cell and its eight neighbours: scipy's maximum_filter in a tenth of the time."""
    padded = np.pad(field, 1, mode="edge")
    down = np.maximum(np.maximum(padded[:-2], padded[2:]), padded[1:-1])
    highest: NDArray[np.floating] = np.maximum(np.maximum(down[:, :-2], down[:, 2:]), down[:, 1:-1])
    return highest


def _disc_sum(density: NDArray[np.floating], row: float, column: float, radius: float) -> float:
    """Sum over the cells whose centres lie within `radius` cells of (row, column)."""
    top, left = max(0, math.ceil(row - radius)), max(0, math.ceil(column - radius))
    window = density[top : math.floor(row + radius) + 1, left : math.floor(column + radius) + 1]
    down, across = np.ogrid[: window.shape[0], : window.shape[1]]
    inside = np.hypot(down + top - row, across + left - column) <= radius
    return float(window[inside].sum(dtype=np.float64))
