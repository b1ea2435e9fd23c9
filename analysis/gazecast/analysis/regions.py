"""How much of the predicted attention falls on a rectangle of the design."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

_OVERSHOOT = 1e-6  # of the image's side: what rounding in a caller's arithmetic may add
_HUGE = 1e9  # no coordinate comes near; keeps infinities, NaN and giant integers out


class RegionError(ValueError):
    """A region cannot be scored. The message names the region and says what to change."""


@dataclass(frozen=True, slots=True)
class Region:
    """A named rectangle. x, y (top-left corner), width, height: 0 to 1 of the image's size.

    An edge that lies outside the image by a rounding error is moved onto the border.
    Raises RegionError for a rectangle without a name, without area or not inside the image.
    """

    name: str
    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        _refuse(self.name, self.x, self.y, self.width, self.height, across=1.0, down=1.0)
        left, right = max(0.0, float(self.x)), min(1.0, float(self.x) + float(self.width))
        top, bottom = max(0.0, float(self.y)), min(1.0, float(self.y) + float(self.height))
        for field, value in (
            ("x", left),
            ("y", top),
            ("width", min(float(self.width), right - left)),
            ("height", min(float(self.height), bottom - top)),
        ):
            object.__setattr__(self, field, value)

    @classmethod
    def from_pixels(
        cls,
        name: str,
        x: float,
        y: float,
        width: float,
        height: float,
        image_width: int,
        image_height: int,
    ) -> Region:
        """The same from pixels of an image of image_width x image_height pixels."""
        _refuse(name, x, y, width, height, across=image_width, down=image_height, unit=" px")
        return cls(
            name, x / image_width, y / image_height, width / image_width, height / image_height
        )

    @property
    def area(self) -> float:
        """Share of the image's area, 0 to 1."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class RegionScore:
    """share: of all predicted attention, 0 to 1. intensity: share divided by the region's share of
    the area, that is, in multiples of what an even spread would give."""

    region: Region
    share: float
    intensity: float


def region_share(density: NDArray[np.floating], region: Region) -> float:
    """The integral of `density` (rows, columns; sum 1) over the region, 0 to 1.

    The density is constant within a cell, so a cell that the edge cuts counts by the part that is
    covered: regions that tile the image have shares that sum to 1.
    """
    rows, columns = density.shape
    down, covered_down = _coverage(region.y, region.height, rows)
    across, covered_across = _coverage(region.x, region.width, columns)
    cells = density[down, across].astype(np.float64)
    return float(covered_down @ cells @ covered_across)


def score_regions(density: NDArray[np.floating], regions: Iterable[Region]) -> list[RegionScore]:
    """Scores in the order of `regions`. density: (rows, columns), sum 1."""
    scores = []
    for region in regions:
        share = region_share(density, region)
        scores.append(RegionScore(region, share, share / region.area))
    return scores


def _coverage(start: float, length: float, cells: int) -> tuple[slice, NDArray[np.float64]]:
    """The cells that [start, start + length] (0 to 1) touches along one axis, and how much of each
    it covers, 0 to 1."""
    low, high = start * cells, (start + length) * cells
    first, last = int(low), min(math.ceil(high), cells)
    edges = np.arange(first, last + 1, dtype=np.float64)
    return slice(first, last), np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)


def _refuse(
    name: str,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    across: float,
    down: float,
    unit: str = "",
) -> None:
    """Raise RegionError unless the rectangle lies in an image of `across` x `down` units."""
    if not isinstance(name, str) or not name.strip():
        raise RegionError("a region has no name: give each region a name to report it by")
    where = f"region {name!r}"
    for label, value in (("x", x), ("y", y), ("width", width), ("height", height)):
        if not isinstance(value, Real) or isinstance(value, bool) or not abs(value) < _HUGE:
            raise RegionError(f"{where}: {label} is {value!r}, give a finite number")
    for start, start_label, length, length_label, side in (
        (x, "x", width, "width", across),
        (y, "y", height, "height", down),
    ):
        if length <= 0:
            raise RegionError(f"{where}: {length_label} is {length:g}{unit}, give more than 0")
        if start < -_OVERSHOOT * side:
            raise RegionError(f"{where}: {start_label} is {start:g}{unit}, give 0 or more")
        if start + length > (1 + _OVERSHOOT) * side:
            raise RegionError(
                f"{where}: {start_label} + {length_label} is {start + length:g}{unit}, beyond the "
                f"image's {length_label} of {side:g}{unit}: move or shrink the region"
            )
        if min(start + length, side) - max(start, 0) <= _OVERSHOOT * side:
            raise RegionError(
                f"{where}: {length_label} is {length:g}{unit}, less than anyone can see: give more"
            )
