"""The pictures of a report, as data URIs, and where marks on them go: nothing has to be fetched."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.focus_map import focus_map
from gazecast.analysis.hotspots import Hotspot
from gazecast.analysis.overlay import heatmap
from gazecast.designs.records import MeasuredRegion

WIDEST, HIGHEST = 1400, 4200
"""Pixels of a picture in the page; sharp on paper, and a report of ten is still a mail."""

LONG = 2.6
"""Times its width a picture is high from which it is a long page: higher than any phone."""

_QUALITY = 88  # of JPEG: text stays clean
_REGION, _HOTSPOT = "#0b57d0", "#8f1d14"
_BADGE = 1.5  # times the letters' size a badge is high

Box = tuple[float, float, float, float]
"""left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark of a hotspot: its middle and radius, px."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Pictures:
    """design, heatmap, focus_map: data URIs of one size, px. layout: how they are laid out, a class
    of the style sheet. spots, badges: marks of hotspots and regions, in their order."""

    design: str
    heatmap: str
    focus_map: str
    width: int
    height: int
    layout: str
    letter_size: float
    spots: list[Spot]
    badges: list[Box]
    region_colour: str = _REGION
    hotspot_colour: str = _HOTSPOT


def draw(
    rgb: NDArray[np.uint8],
    density: NDArray[np.floating],
    regions: Sequence[MeasuredRegion],
    hotspots: Sequence[Hotspot],
) -> Pictures:
    """rgb: uint8 (height, width, 3). density: (rows, columns), sum 1."""
    small = _reduced(rgb)
    height, width = small.shape[:2]
    size = (0.027 if width >= height else 0.045) * width
    spots = [Spot(spot.x * width, spot.y * height, 0.75 * size) for spot in hotspots]
    taken: list[Box] = [
        (spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius)
        for spot in spots
    ]
    for number, region in enumerate(regions, start=1):
        taken.append(_free(region, str(number), width, height, size, taken))
    return Pictures(
        design=_jpeg(small),
        heatmap=_jpeg(heatmap(small, density)),
        focus_map=_jpeg(focus_map(small, density)),
        width=width,
        height=height,
        layout=_layout(rgb.shape[1], rgb.shape[0]),
        letter_size=size,
        spots=spots,
        badges=taken[len(spots) :],
    )


def _layout(width: int, height: int) -> str:
    if height > LONG * width:
        return "tall long"
    return "tall" if height > width else "wide"


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    scale = min(1.0, WIDEST / width, HIGHEST / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))


def _jpeg(rgb: NDArray[np.uint8]) -> str:
    file = BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{b64encode(file.getvalue()).decode('ascii')}"


def _free(
    region: MeasuredRegion, text: str, width: int, height: int, size: float, taken: Sequence[Box]
) -> Box:
    """Where the region's number goes: on or in a corner of it, away from other marks."""
    wide, high = (0.6 * len(text) + 0.7) * size, _BADGE * size
    left, top = region.x * width, region.y * height
    right, bottom = left + region.width * width, top + region.height * height
    boxes: list[Box] = []
    for x, y in (
        (left, top - high),
        (left - wide, top),
        (right - wide, top - high),
        (right, top),
        (left, top),
        (right - wide, top),
        (left, bottom - high),
        (right - wide, bottom - high),
    ):
        inner_x = min(max(x, 0), width - wide)
        inner_y = min(max(y, 0), height - high)
        boxes.append((inner_x, inner_y, inner_x + wide, inner_y + high))
    return boxes[int(_overlaps(boxes, taken).argmin())]


def _overlaps(boxes: Sequence[Box], others: Sequence[Box]) -> NDArray[np.float64]:
    """Of each box the area that it shares with the others, summed."""
    own, other = np.array(boxes)[:, None], np.array(others).reshape(-1, 4)
    sides = np.minimum(own[..., 2:], other[:, 2:]) - np.maximum(own[..., :2], other[:, :2])
    areas: NDArray[np.float64] = np.maximum(sides, 0.0).prod(axis=2).sum(axis=1)
    return areas
