"""Pages longer than a screen: cut into screens, predicted one by one, joined into one density.

A prediction holds for what is seen at once. So a long page is cut into slices as high as the
visitor's viewport, and each slice's density counts by the share of visitors who scroll that far.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from gazecast.analysis.regions import Region, region_share
from gazecast.data.errors import GazecastError
from gazecast.model.records import record

OVERLAP = 0.2
"""Of the viewport's height that two slices share at least. What stands at the edge of one slice,
cut or far from the middle, is well inside the other."""

PHONE_WIDTH = 600
"""Pages up to this width in px are taken for a phone's."""

PHONE_SHAPE = 844 / 390
"""A phone's viewport, height by width."""

DESKTOP_SHAPE = 9 / 16
"""A desktop's viewport, height by width: 768 px at a width of 1,366 px."""

MAX_SLICES = 100
"""Of one page: each costs as much as a picture."""

HALF_REACH = 0.8
"""How far below the first viewport, in viewports, half of the visitors get by default."""

FALSE_BOTTOM = 0.05
"""Of the viewport's height: a screen that ends in at least this much blank looks finished."""

_BLANK_WIDTH = 0.98  # of a blank row are of one colour; a scroll bar may be drawn beside it
_BLANK_STEP = 12  # levels of 256 that a colour may be off: JPEG's noise on a flat area
_BLOCK = 256  # rows looked at at a time


class LongPageError(GazecastError, ValueError):
    """A page cannot be cut or weighted as asked. The message says what to change."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What is on the screen at once: the rows from top to bottom (not included), in px."""

    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class ScrollReach:
    """How many visitors get how far down a page.

    points: (depth, share), deeper and deeper. depth: px from the page's top to the lowest row that
    was on the screen. share: of all visitors, 1 at the first point and never rising. Linear between
    the points, the last share beyond them.
    """

    points: tuple[tuple[float, float], ...]

    @classmethod
    def typical(cls, viewport_height: int) -> ScrollReach:
        """The default: 1 / (1 + t / HALF_REACH), t viewports below the first; at least 1 %.

        Chartbeat (Schwartz, "Scroll behavior across the web", 2013, 25 million sessions) saw half
        of the visitors get to 1,000 px on home pages and to 1,500 px on articles, in windows of
        about 700 px: on average 0.8 of a window below the first. That it falls as a hyperbola is
        our choice, for the long tail of viewing time that the Nielsen Norman Group describes
        (Fessenden, "Scrolling and Attention", 2018: 57 % of the time on the first screen, 74 % on
        the first two). Evenly attractive screens get 45 % and 73 % by this curve on a page of four.
        """
        shares = np.linspace(1, 0.01, 100)
        depths = viewport_height * (1 + HALF_REACH * (1 / shares - 1))
        return cls(tuple(zip(depths.tolist(), shares.tolist(), strict=True)))

    @classmethod
    def from_points(
        cls, points: Sequence[tuple[float, float]], viewport_height: int
    ) -> ScrollReach:
        """The curve of one's own analytics.

        points: (depth in px, share of visitors 0 to 1) in any order. All visitors see the first
        viewport. Raises LongPageError for points that are no such curve.
        """
        if not points:
            raise LongPageError("the scroll reach has no points, give at least one [depth, share]")
        for point in points:
            _refuse_point(point, viewport_height)
        curve = sorted((float(depth), float(share)) for depth, share in points)
        for (depth, share), (deeper, later) in pairwise(curve):
            if depth == deeper:
                raise LongPageError(f"the scroll reach has two shares at {depth:g} px, give one")
            if later > share:
                raise LongPageError(
                    f"the scroll reach rises from {share:g} at {depth:g} px to {later:g} at "
                    f"{deeper:g} px: who gets to {deeper:g} px has passed {depth:g} px, so give "
                    f"the share of visitors who get at least that far"
                )
        below = (point for point in curve if point[0] > viewport_height)
        return cls(((float(viewport_height), 1.0), *below))

    def at(self, depths: NDArray[np.floating]) -> NDArray[np.float64]:
        """Shares of visitors, 0 to 1, for depths in px."""
        known, shares = zip(*self.points, strict=True)
        share: NDArray[np.float64] = np.interp(depths, known, shares)
        return share

    def depth(self, share: float) -> float | None:
        """The deepest px that at least this share (0 to 1) of the visitors get to; None when more
        than that never turn back."""
        for (above, more), (below, fewer) in pairwise(self.points):
            if more >= share > fewer:
                return above + (below - above) * (more - share) / (more - fewer)
        return None


@dataclass(frozen=True, slots=True)
class ReachLines:
    """Where on the page, in px from its top, the share of visitors who get there falls below half
    and below a quarter; None when that is not on the page."""

    half: float | None
    quarter: float | None


@record
class FalseBottom:
    """A screen's end that looks like the page's end, though content follows."""

    fold: int
    """Where the screen ends, px from the page's top."""
    top: int
    """Where the empty band around it begins, px from the page's top; it spans the page's width."""
    bottom: int
    """Where the band ends and content goes on, px from the page's top."""


def default_viewport_height(width: int) -> int:
    """Of a page `width` px wide: a phone's up to PHONE_WIDTH, else a desktop's. A tablet, and a
    screenshot of more than one pixel per CSS pixel, need their own."""
    return max(1, round(width * (PHONE_SHAPE if width <= PHONE_WIDTH else DESKTOP_SHAPE)))


def slices(
    width: int, height: int, viewport_height: int | None = None, overlap: float = OVERLAP
) -> tuple[Slice, ...]:
    """Cut a page of width x height px into slices, from the top to the bottom.

    viewport_height: of each slice, in px, default_viewport_height(width) when absent; a page that
    is no higher is one slice. overlap: of the viewport's height that neighbours share at least,
    0 to 0.5. The first slice begins with the page, the last ends with it, and the others stand
    evenly between. Raises LongPageError for more than MAX_SLICES, ValueError for another overlap.
    """
    viewport = default_viewport_height(width) if viewport_height is None else viewport_height
    if not 0 <= overlap <= 0.5:
        raise ValueError(f"overlap is {overlap!r}, give 0 to 0.5")
    if viewport < 1:
        raise LongPageError(f"the viewport is {viewport} px high, give more")
    if height <= viewport:
        return (Slice(0, height),)
    rest = height - viewport
    steps = math.ceil(rest / max(1, math.floor(viewport * (1 - overlap))))
    if steps >= MAX_SLICES:
        raise LongPageError(
            f"the page of {height} px would take {steps + 1} screens of {viewport} px, at most "
            f"{MAX_SLICES} are predicted: give a higher viewport or a part of the page"
        )
    tops = (round(rest * step / steps) for step in range(steps + 1))
    return tuple(Slice(top, top + viewport) for top in tops)


def join(
    slice_densities: Iterable[NDArray[np.floating]],
    slices: Sequence[Slice],
    reach: ScrollReach,
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """The density of a whole page from those of its slices.

    slice_densities: one for each slice, each (..., rows, columns) of one shape with sum 1 over the
    last two axes (the axes before are for time windows); taken one at a time. size: width and
    height of the page in px.

    A look at depth y counts by the share of visitors who get there. Where slices overlap, each
    counts by its distance to its own end, so none begins or ends abruptly.

    Returns float32 (..., page rows, columns), sum 1: the slices' own columns, and as many rows per
    px as the slices have, 4,500 x 512 for 1,366x12,000 px.
    """
    height = size[1]
    joined: NDArray[np.float32] | None = None
    for part, density in zip(slices, slice_densities, strict=True):
        rows = density.shape[-2]
        if joined is None:
            page_rows = round(height * rows / (part.bottom - part.top))
            joined = np.zeros((*density.shape[:-2], page_rows, density.shape[-1]), np.float32)
            depths = (np.arange(page_rows) + 0.5) * height / page_rows
            weights = reach.at(depths) / sum(_fade(depths, each, height) for each in slices)
        covered = slice(*np.searchsorted(depths, (part.top, part.bottom)).tolist())
        within = (depths[covered] - part.top) * rows / (part.bottom - part.top) - 0.5
        within = np.clip(within, 0, rows - 1)
        above = np.minimum(within.astype(np.intp), max(rows - 2, 0))
        below = np.minimum(above + 1, rows - 1)
        weight = weights[covered] * _fade(depths[covered], part, height)
        first = (weight * (above + 1 - within)).astype(np.float32)[:, None]
        second = (weight * (within - above)).astype(np.float32)[:, None]
        joined[..., covered, :] += density[..., above, :] * first
        joined[..., covered, :] += density[..., below, :] * second
    if joined is None:
        raise ValueError("there is no slice to join")
    joined /= joined.sum(axis=(-2, -1), dtype=np.float64, keepdims=True)
    return joined


def reach_lines(reach: ScrollReach, height: int) -> ReachLines:
    """Where the shares fall below half and a quarter on a page `height` px high."""
    half, quarter = (
        None if depth is None or depth >= height else depth
        for depth in (reach.depth(0.5), reach.depth(0.25))
    )
    return ReachLines(half, quarter)


def fold_shares(
    density: NDArray[np.floating], viewport_height: int, height: int
) -> tuple[float, float]:
    """Shares of the attention on the first viewport and on the rest; sum 1.

    density: (rows, columns), sum 1, of a page `height` px high.
    """
    if viewport_height >= height:
        return 1.0, 0.0
    above = region_share(density, Region("above the fold", 0, 0, 1, viewport_height / height))
    return above, max(0.0, 1 - above)


def false_bottoms(rgb: NDArray[np.uint8], slices: Sequence[Slice]) -> list[FalseBottom]:
    """The slices, from the top, that end as if the page did.

    rgb: uint8 (height, width, 3), the page. The lowest FALSE_BOTTOM of the slice is blank: of one
    colour over the page's whole width, so the slice's end cuts nothing. Something else follows
    further down. (Tognazzini's "illusion of completeness"; the Nielsen Norman Group's article of
    that name, 2016, counts wide blank bands among its causes.) Everyone's first screen ends where
    the first slice does; the others are examples of where a screen may end.
    """
    found = []
    bottom = 0
    for part in slices[:-1]:
        fold = part.bottom
        colour = np.median(rgb[fold - 1], axis=0)
        least = math.ceil(FALSE_BOTTOM * (fold - part.top))
        if not _blank(rgb[fold - least : fold], colour).all():
            continue
        if fold >= bottom:  # else it lies in the band found before
            bottom = _end_of_blank(rgb, fold, colour)
        if bottom == len(rgb):
            break
        seen = _blank(rgb[part.top : fold], colour)
        top = part.top if seen.all() else fold - int(seen[::-1].argmin())
        found.append(FalseBottom(fold, top, bottom))
    return found


def _refuse_point(point: tuple[float, float], viewport_height: int) -> None:
    """Raise LongPageError unless it may be on a curve of scroll reach."""
    if not isinstance(point, Sequence) or isinstance(point, str | bytes) or len(point) != 2:
        raise LongPageError(f"a point of the scroll reach is {point!r}, give [depth in px, share]")
    depth, share = point
    for label, value, low, high, remedy in (
        ("depth", depth, 0, 1e9, "px from the page's top"),
        ("share", share, 0, 1, "0 to 1, 0.5 for half of the visitors"),
    ):
        if not isinstance(value, Real) or isinstance(value, bool) or not low <= value <= high:
            raise LongPageError(f"a {label} of the scroll reach is {value!r}, give {remedy}")
    if depth <= viewport_height and share < 1:
        raise LongPageError(
            f"the scroll reach is {share:g} at {depth:g} px, but all visitors see the first "
            f"viewport of {viewport_height} px: leave the point out or give a lower viewport"
        )


def _fade(depths: NDArray[np.float64], part: Slice, height: int) -> NDArray[np.float64]:
    """How much a slice counts at each depth beside others: the distance in px to its nearer end,
    0 outside. The page's own ends are none: nothing else counts there."""
    above = depths - part.top if part.top > 0 else np.full_like(depths, height)
    below = part.bottom - depths if part.bottom < height else np.full_like(depths, height)
    inside = (depths >= part.top) & (depths < part.bottom)
    # Never 0 inside: a row on the edge between slices that do not overlap has but one.
    return np.where(inside, np.maximum(np.minimum(above, below), 1e-6), 0.0)


def _blank(rows: NDArray[np.uint8], colour: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each row (rows, width, 3) whether it is of this colour."""
    samples = rows.reshape(len(rows), -1)  # a row of bytes is compared many times as fast
    low, high = (
        np.tile(np.clip(colour + step, 0, 255).astype(np.uint8), rows.shape[1])
        for step in (-_BLANK_STEP, _BLANK_STEP)
    )
    near = np.count_nonzero((samples >= low) & (samples <= high), axis=1)
    blank: NDArray[np.bool_] = near >= _BLANK_WIDTH * samples.shape[1]
    return blank


def _end_of_blank(rgb: NDArray[np.uint8], start: int, colour: NDArray[np.float64]) -> int:
    """The first row from `start` on that is not of this colour; the height when there is none."""
    for top in range(start, len(rgb), _BLOCK):
        blank = _blank(rgb[top : top + _BLOCK], colour)
        if not blank.all():
            return top + int(blank.argmin())
    return len(rgb)
