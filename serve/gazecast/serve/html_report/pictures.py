"""The pictures of a report, as data URIs and inline SVG: nothing has to be fetched."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.focus_map import focus_map
from gazecast.analysis.overlay import heatmap
from gazecast.serve.html_report.markup import Markup, tag
from gazecast.serve.schemas import HotspotAnswer, RegionAnswer

WIDEST, HIGHEST = 1400, 4200
"""Pixels of a picture in the page; sharp on paper, and a report of ten is still a mail."""

LONG = 2.6
"""Times its width a picture is high from which it is a long page: higher than any phone."""

_QUALITY = 88  # of JPEG: text stays clean
_REGION, _HOTSPOT = "#0b57d0", "#8f1d14"
_BADGE = 1.5  # times the letters' size a badge is high

_Box = tuple[float, float, float, float]  # left, top, right, bottom


def figures(
    rgb: NDArray[np.uint8],
    density: NDArray[np.floating],
    regions: Sequence[RegionAnswer],
    hotspots: Sequence[HotspotAnswer],
    name: str,
    where: str,
) -> Markup:
    """The heat map, the focus map, and where regions and hotspots lie, each with its words.

    rgb: uint8 (height, width, 3). density: (rows, columns), sum 1. name: of the design. where: the
    attention lies, in words, for those who do not see the pictures.
    """
    small = _reduced(rgb)
    shown = (
        (
            tag("img", src=_jpeg(heatmap(small, density)), alt=f"Heat map of {name}: {where}"),
            "Heat map: each colour is a multiple of what an even spread would give, the same in "
            "every report.",
        ),
        (
            tag("img", src=_jpeg(focus_map(small, density)), alt=f"Focus map of {name}: {where}"),
            "Focus map: the design is dimmed where it is hardly looked at.",
        ),
        (
            _places(small, regions, hotspots, name),
            "Regions by number and hotspots by letter, as in the tables.",
        ),
    )
    return Markup(
        "\n".join(tag("figure", image, tag("figcaption", words)) for image, words in shown)
    )


def shape(width: int, height: int) -> str:
    """How figures of this picture are laid out, a class of the style sheet."""
    if height > LONG * width:
        return "tall long"
    return "tall" if height > width else "wide"


def letter(number: int) -> str:
    """A, B, C and so on, for 0, 1, 2."""
    return chr(ord("A") + number)


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


def _places(
    rgb: NDArray[np.uint8],
    regions: Sequence[RegionAnswer],
    hotspots: Sequence[HotspotAnswer],
    name: str,
) -> Markup:
    """The design, paled, with outlines of regions and marks of hotspots."""
    height, width = rgb.shape[:2]
    size = (0.027 if width >= height else 0.045) * width
    shapes = [_outline(region, width, height, size / 6) for region in regions]
    taken: list[_Box] = []
    badges: list[Markup] = []
    for number, spot in enumerate(hotspots):
        x, y, radius = spot.x * width, spot.y * height, 0.75 * size
        taken.append((x - radius, y - radius, x + radius, y + radius))
        badges += [
            tag("circle", cx=_px(x), cy=_px(y), r=_px(radius), fill=_HOTSPOT, stroke="#ffffff"),
            _words(letter(number), x, y, size),
        ]
    for number, region in enumerate(regions, start=1):
        box = _free(region, str(number), width, height, size, taken)
        taken.append(box)
        left, top, right, bottom = box
        badges += [
            tag(
                "rect",
                x=_px(left),
                y=_px(top),
                width=_px(right - left),
                height=_px(bottom - top),
                fill=_REGION,
            ),
            _words(str(number), (left + right) / 2, (top + bottom) / 2, size),
        ]
    return tag(
        "svg",
        Markup(f'<image href="{_jpeg(rgb)}" width="{width}" height="{height}"/>'),
        tag("rect", width=width, height=height, fill="#ffffff", fill_opacity=0.35),
        *shapes,
        *badges,
        viewBox=f"0 0 {width} {height}",
        preserveAspectRatio="xMinYMin",
        role="img",
        aria_label=f"Where the {len(regions)} regions and {len(hotspots)} hotspots of {name} lie",
    )


def _outline(region: RegionAnswer, width: int, height: int, stroke: float) -> Markup:
    style: dict[str, str | float] = {
        "fill": "none",
        "stroke": _REGION,
        "stroke_width": _px(stroke),
    }
    if region.points is not None:
        points = " ".join(f"{_px(x * width)},{_px(y * height)}" for x, y in region.points)
        return tag("polygon", points=points, **style)
    return tag(
        "rect",
        x=_px(region.x * width),
        y=_px(region.y * height),
        width=_px(region.width * width),
        height=_px(region.height * height),
        **style,
    )


def _free(
    region: RegionAnswer, text: str, width: int, height: int, size: float, taken: Sequence[_Box]
) -> _Box:
    """Where the region's number goes: on or in a corner of it, away from other marks."""
    wide, high = (0.6 * len(text) + 0.7) * size, _BADGE * size
    left, top = region.x * width, region.y * height
    right, bottom = left + region.width * width, top + region.height * height
    boxes = []
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
    return min(boxes, key=lambda box: sum(_overlap(box, other) for other in taken))


def _overlap(one: _Box, other: _Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(down, 0.0)


def _words(text: str, x: float, y: float, size: float) -> Markup:
    """White letters around a point."""
    return tag(
        "text",
        text,
        x=_px(x),
        y=_px(y + 0.35 * size),  # letters are about 0.7 of their size high
        font_size=_px(size),
        font_weight=600,
        text_anchor="middle",
        fill="#ffffff",
    )


def _px(value: float) -> str:
    return f"{value:.1f}"
