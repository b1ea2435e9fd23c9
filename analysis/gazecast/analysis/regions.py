"""How much of the predicted attention falls on a part of the design: a rectangle or a polygon."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gazecast.analysis.bounds import MAX_POINTS
from gazecast.data.errors import GazecastError

_OVERSHOOT = 1e-6  # of the image's side: what rounding in a caller's arithmetic may add
_HUGE = 1e9  # no coordinate comes near; keeps infinities, NaN and giant integers out
_ROUNDING = 1e-9  # what sums of floats may be off: less of a cell, or of a share, is none
_STRIP = 256  # rows looked at at a time


class RegionError(GazecastError, ValueError):
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
class Polygon:
    """A named outline. points: its corners (x, y) in order around it, either way round, 0 to 1 of
    the image's size; a last point that repeats the first is left out.

    Raises RegionError for an outline without a name, with fewer than three corners, without area,
    that touches or crosses itself, or that is not inside the image.
    """

    name: str
    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        corners = _corners(self.name, self.points, across=1.0, down=1.0)
        corners = np.clip(corners, 0.0, 1.0)
        corners = corners[np.append(True, (corners[1:] != corners[:-1]).any(axis=1))]
        if (corners[-1] == corners[0]).all():
            corners = corners[:-1]
        _refuse_outline(self.name, corners)
        object.__setattr__(self, "points", tuple((x, y) for x, y in corners.tolist()))

    @classmethod
    def from_pixels(
        cls,
        name: str,
        points: Sequence[tuple[float, float]],
        image_width: int,
        image_height: int,
    ) -> Polygon:
        """The same from pixels of an image of image_width x image_height pixels."""
        corners = _corners(name, points, across=image_width, down=image_height, unit=" px")
        return cls(name, tuple((x / image_width, y / image_height) for x, y in corners.tolist()))

    @property
    def area(self) -> float:
        """Share of the image's area, 0 to 1."""
        return abs(_signed_area(np.array(self.points)))

    @property
    def box(self) -> Region:
        """The smallest rectangle around it."""
        return _box(self.name, np.array(self.points))


AnyRegion: TypeAlias = Region | Polygon


@dataclass(frozen=True, slots=True)
class RegionScore:
    """share: of all predicted attention, 0 to 1. intensity: share divided by the region's share of
    the area, that is, in multiples of what an even spread would give. peak: the highest density
    inside, in the same multiples. rank: 1 for the highest share among the regions given; equal
    shares have the same rank, and the next is as many lower. others: shares of further densities,
    where they were asked for."""

    region: AnyRegion
    share: float
    intensity: float
    peak: float
    rank: int
    others: tuple[float, ...] = ()


def region_share(density: NDArray[np.floating], region: AnyRegion) -> float:
    """The integral of `density` (rows, columns; sum 1) over the region, 0 to 1.

    The density is constant within a cell, so a cell that the edge cuts counts by the part that is
    covered: regions that tile the image have shares that sum to 1.
    """
    return float(region_shares(density, [region])[0])


def region_shares(
    density: NDArray[np.floating], regions: Sequence[AnyRegion]
) -> NDArray[np.float64]:
    """`region_share` of each region: many take little longer together than one."""
    shares: NDArray[np.float64] = _measure([density], regions)[0][0]
    return shares


def score_regions(
    density: NDArray[np.floating],
    regions: Iterable[AnyRegion],
    others: Sequence[NDArray[np.floating]] = (),
) -> list[RegionScore]:
    """Scores in the order of `regions`. density: (rows, columns), sum 1. others: further densities
    of the same shape, to have their shares as well."""
    regions = list(regions)
    (shares, *more), peaks = _measure([density, *others], regions)
    higher = len(regions) - np.searchsorted(np.sort(shares), shares + _ROUNDING, side="right")
    return [
        RegionScore(
            region,
            float(shares[number]),
            intensity=float(shares[number]) / region.area,
            peak=float(peaks[number]) * density.size,
            rank=1 + int(higher[number]),
            others=tuple(float(each[number]) for each in more),
        )
        for number, region in enumerate(regions)
    ]


def encloses(outer: AnyRegion, inner: AnyRegion) -> bool:
    """Whether the bounding box of `inner` lies in that of `outer`: looks at `inner` may then count
    for both, so their shares are not to be set against each other. True for equal boxes."""
    return bool(enclosures([outer, inner])[0, 1])


def enclosures(regions: Sequence[AnyRegion]) -> NDArray[np.bool_]:
    """[i, j]: region i `encloses` region j."""
    boxes = (region.box if isinstance(region, Polygon) else region for region in regions)
    places = np.array([(box.x, box.y, box.width, box.height) for box in boxes]).reshape(-1, 4)
    start, end = places[:, :2], places[:, :2] + places[:, 2:]
    inside: NDArray[np.bool_] = (
        (start >= start[:, None] - _OVERSHOOT) & (end <= end[:, None] + _OVERSHOOT)
    ).all(axis=2)
    return inside


def _measure(
    densities: Sequence[NDArray[np.floating]], regions: Sequence[AnyRegion]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares (densities, regions), and the highest cell of the first density in each region."""
    shares, peaks = np.zeros((len(densities), len(regions))), np.zeros(len(regions))
    rows, columns = densities[0].shape
    rectangles = {number: each for number, each in enumerate(regions) if isinstance(each, Region)}
    covers = {
        n: _cover(each, rows, columns)
        for n, each in enumerate(regions)
        if isinstance(each, Polygon)
    }
    for own, density in zip(shares, densities, strict=True):
        own[list(rectangles)] = _rectangle_shares(density, list(rectangles.values()))
        if covers:
            sums = np.append(0.0, np.cumsum(density, dtype=np.float64))
            for number, cover in covers.items():
                own[number] = cover.share(density, sums)
    for number, rectangle in rectangles.items():
        peaks[number] = densities[0][_touched(rectangle, rows, columns)].max()
    for number, cover in covers.items():
        peaks[number] = cover.peak(densities[0])
    return shares, peaks


def _rectangle_shares(
    density: NDArray[np.floating], rectangles: Sequence[Region]
) -> NDArray[np.float64]:
    """The rectangles' shares. Of each row what lies left of both edges is taken from running sums;
    a few rows at a time, so that memory stays flat."""
    rows, columns = density.shape
    places = np.array([(each.x, each.y, each.width, each.height) for each in rectangles])
    x, y, width, height = places.reshape(-1, 4).T
    edges = np.stack([x, x + width]) * columns
    top, bottom = y * rows, (y + height) * rows
    column = np.minimum(edges.astype(np.intp), columns - 1)
    shares = np.zeros(len(rectangles))
    for first in range(0, rows, _STRIP):
        strip = density[first : first + _STRIP].astype(np.float64)
        before = np.cumsum(strip, axis=1) - strip
        left, right = np.moveaxis(
            before[:, column] + strip[:, column] * (edges - column), 1, 0
        )  # (rows, rectangles) each
        row = np.arange(first, first + len(strip))[:, None]
        covered = np.clip(np.minimum(row + 1, bottom) - np.maximum(row, top), 0, None)
        shares += np.einsum("ij,ij->j", covered, right - left)
    return shares


def _touched(region: Region, rows: int, columns: int) -> tuple[slice, slice]:
    """The rows and columns of cells that the rectangle covers more of than rounding may."""
    slices = []
    for start, length, cells in (
        (region.y, region.height, rows),
        (region.x, region.width, columns),
    ):
        first = min(math.floor(start * cells + _ROUNDING), cells - 1)
        slices.append(slice(first, max(first + 1, math.ceil((start + length) * cells - _ROUNDING))))
    return slices[0], slices[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Cover:
    """What a polygon covers of a grid, whose cells are numbered row by row.

    cells: those that the outline runs through, in order, with how much of each is covered: edge.
    start, stop: of the runs of cells between two such, stop not included, with how much of each
    cell is covered: inner. All 0 to 1; runs that are not covered are left out.
    """

    cells: NDArray[np.intp]
    edge: NDArray[np.float64]
    start: NDArray[np.intp]
    stop: NDArray[np.intp]
    inner: NDArray[np.float64]

    def share(self, density: NDArray[np.floating], sums: NDArray[np.float64]) -> float:
        """sums: of all cells before each."""
        between = sums[self.stop] - sums[self.start]
        return float(np.dot(self.edge, density.take(self.cells)) + np.dot(self.inner, between))

    def peak(self, density: NDArray[np.floating]) -> float:
        """The highest of the cells that more is covered of than rounding may."""
        touched = density.take(self.cells[self.edge > _ROUNDING])
        if len(self.start):
            runs = np.stack([self.start, self.stop], axis=1).ravel()
            inside = np.maximum.reduceat(density.ravel()[: runs[-1]], runs[:-1])[::2]
            touched = np.append(touched, inside)
        return float(touched.max(initial=0.0))


def _cover(polygon: Polygon, rows: int, columns: int) -> _Cover:
    """The outline is cut at every row and column, so that each piece lies in one cell. A piece that
    goes down by dy covers, in its row, what is right of it: dy of each cell further right, and the
    part right of its middle in its own. Summed from the left these give the coverage exactly (the
    anti-aliasing of font rasterisers, such as Levien's font-rs), and it changes at the outline
    only.
    """
    outline = np.array(polygon.points) * (columns, rows)
    x, y = np.concatenate([outline, outline[:1]]).T
    y, x = _cut(y, x)
    x, y = _cut(x, y)
    middle = (x[1:] + x[:-1]) / 2
    column = np.minimum(middle.astype(np.intp), columns - 1)
    row = np.minimum(((y[1:] + y[:-1]) / 2).astype(np.intp), rows - 1)
    # On the screen, where y points down, a positive area goes round clockwise and up on the left.
    down = (y[:-1] - y[1:]) * math.copysign(1, _signed_area(outline))
    cells, which = np.unique(row * columns + column, return_inverse=True)
    passed = np.bincount(which, down)
    beyond: NDArray[np.float64] = np.cumsum(passed)
    edge = beyond - passed + np.bincount(which, down * (column + 1 - middle))
    start, stop, inner = cells[:-1] + 1, cells[1:], beyond[:-1]
    runs = (stop > start) & (inner > _ROUNDING)  # at the end of a row nothing is left to cover
    return _Cover(cells, edge, start[runs], stop[runs], inner[runs])


def _cut(
    along: NDArray[np.float64], other: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The path through points of these two coordinates, with a further point wherever it crosses a
    whole value of the first."""
    step, turn = np.diff(along), np.diff(other)
    lowest = np.floor(np.minimum(along[1:], along[:-1])) + 1
    count = np.maximum(np.ceil(np.maximum(along[1:], along[:-1])) - lowest, 0).astype(np.intp)
    edge = np.repeat(np.arange(len(step)), count)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    level = np.where(step > 0, lowest, lowest + count - 1)[edge] + np.sign(step)[edge] * nth
    at = edge + 1  # where the crossings of an edge go: before its end
    where = other[edge] + turn[edge] * ((level - along[edge]) / step[edge])
    return np.insert(along, at, level), np.insert(other, at, where)


def _next(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each corner (n, 2) of an outline the one after it."""
    return np.concatenate([corners[1:], corners[:1]])


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


def _corners(
    name: str,
    points: Sequence[Sequence[float]],
    *,
    across: float,
    down: float,
    unit: str = "",
) -> NDArray[np.float64]:
    """The points as (n, 2). Raise RegionError unless they lie in an image of `across` x `down`."""
    if not isinstance(name, str) or not name.strip():
        raise RegionError("a region has no name: give each region a name to report it by")
    where = f"region {name!r}"
    if not isinstance(points, Sequence) or isinstance(points, str | bytes):
        raise RegionError(f"{where}: points is {points!r}, give a list of [x, y] pairs")
    if not 3 <= len(points) <= MAX_POINTS:
        raise RegionError(
            f"{where}: the outline has {len(points)} points, give at least 3 and at most "
            f"{MAX_POINTS}"
        )
    for number, point in enumerate(points, start=1):
        if not isinstance(point, Sequence) or isinstance(point, str | bytes) or len(point) != 2:
            raise RegionError(f"{where}: point {number} is {point!r}, give a pair [x, y]")
        for label, value, side in (("x", point[0], across), ("y", point[1], down)):
            if not isinstance(value, Real) or isinstance(value, bool) or not abs(value) < _HUGE:
                raise RegionError(
                    f"{where}: {label} of point {number} is {value!r}, give a finite number"
                )
            if not -_OVERSHOOT * side <= value <= (1 + _OVERSHOOT) * side:
                raise RegionError(
                    f"{where}: {label} of point {number} is {value:g}{unit}, outside the image's 0 "
                    f"to {side:g}{unit}: move the point"
                )
    return np.array(points, dtype=np.float64)


def _refuse_outline(name: str, corners: NDArray[np.float64]) -> None:
    """Raise RegionError unless the corners (n, 2; no two in a row equal) go around an area."""
    where = f"region {name!r}"
    if len(corners) < 3:
        raise RegionError(f"{where}: the outline has fewer than 3 different points, give more")
    _box(name, corners)
    crossing = _crossing(corners)
    if crossing is not None:
        first, second = (tuple(round(value, 4) for value in corners[i].tolist()) for i in crossing)
        raise RegionError(
            f"{where}: the edges that start at {first} and {second} touch or cross: give the "
            f"points in order around the outline"
        )
    if abs(_signed_area(corners)) <= _OVERSHOOT**2:
        raise RegionError(f"{where}: the outline has no area, move its points apart")


def _crossing(corners: NDArray[np.float64]) -> tuple[int, int] | None:
    """Two edges, by their first corners, that share more than the corner between neighbours."""
    start, end = corners, _next(corners)
    near = np.ones((len(corners), len(corners)), dtype=np.bool_)
    for low, high in zip(np.minimum(start, end).T, np.maximum(start, end).T, strict=True):
        begins = low[:, None] <= high
        near &= begins & begins.T
    near = np.triu(near, k=2)
    near[0, -1] = False  # neighbours too
    one, other = np.nonzero(near)
    for _ in range(2):  # the ends of either edge are not on one side of the other
        side = _turn(start[one], end[one], np.stack([start, end])[:, other])
        across = np.sign(side[0]) * np.sign(side[1]) <= 0
        one, other = other[across], one[across]
    step = end - start
    back = (_turn(start, end, _next(end)) == 0) & ((step * _next(step)).sum(axis=1) < 0)
    index = np.flatnonzero(back)
    pairs = [
        *zip(one.tolist(), other.tolist(), strict=True),
        *zip(index.tolist(), ((index + 1) % len(corners)).tolist(), strict=True),
    ]
    return min(pairs, default=None)


def _turn(
    start: NDArray[np.float64], end: NDArray[np.float64], point: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Above, below or equal to 0: `point` is on one side of the line, on the other, or on it."""
    along, to = end - start, point - start
    turn: NDArray[np.float64] = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    return turn


def _signed_area(corners: NDArray[np.float64]) -> float:
    """Of the outline (n, 2), by the shoelace formula."""
    x, y = (corners - corners[0]).T  # the first is 0, 0 now: the edge back to it adds nothing
    return float(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:])) / 2


def _box(name: str, corners: NDArray[np.float64]) -> Region:
    left, top = corners.min(axis=0).tolist()
    right, bottom = corners.max(axis=0).tolist()
    return Region(name, left, top, right - left, bottom - top)
