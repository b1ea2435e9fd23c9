"""Contrast by WCAG 2.2: of two colours, and of what a region shows against its background."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazecast.analysis.regions import Region
from gazecast.analysis.scores.srgb import LINEAR

Colour = tuple[int, int, int]

AA_NORMAL = 4.5
"""Least contrast of text for level AA (success criterion 1.4.3)."""

AA_LARGE = 3.0
"""The same for large text: from 24 px, or from 18.7 px in bold."""

MIN_SHARE = 0.01
"""Share of a region's pixels that the foreground covers at least. Full ink covers 5 to 20 % of a
line of text; the paler pixels of smooth edges lie nearer to the background and never count."""

_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
_LUMINANCE = _WEIGHTS[:, None] * LINEAR  # (3, 256): what each level of each channel adds

# Of a region with more pixels as many are drawn at random, and a share of 1 % errs by .1 %; those
# evenly apart might all fall between the lines of a text.
_SAMPLE = 8_192


@dataclass(frozen=True, slots=True)
class RegionContrast:
    """foreground, background: the colours compared, R, G, B of 0 to 255. ratio: 1 to 21."""

    region: Region
    foreground: Colour
    background: Colour
    ratio: float

    @property
    def passes_normal(self) -> bool:
        """Enough for text of any size at level AA."""
        return self.ratio >= AA_NORMAL

    @property
    def passes_large(self) -> bool:
        """Enough for large text at level AA."""
        return self.ratio >= AA_LARGE


def contrast_ratio(rgb_a: Colour, rgb_b: Colour) -> float:
    """(lighter + 0.05) / (darker + 0.05) of the relative luminances, 1 to 21.

    rgb_a, rgb_b: R, G, B of 0 to 255, sRGB, in either order. Raises ValueError for other levels.
    """
    for colour in (rgb_a, rgb_b):
        if len(colour) != 3 or not all(0 <= level <= 255 for level in colour):
            raise ValueError(f"{colour!r} is no colour: give R, G and B of 0 to 255")
    darker, lighter = sorted(float(_LUMINANCE[range(3), colour].sum()) for colour in (rgb_a, rgb_b))
    return (lighter + 0.05) / (darker + 0.05)


def region_contrast(rgb: NDArray[np.uint8], region: Region) -> RegionContrast | None:
    """Contrast of what a region shows, or None where it shows one colour alone.

    The background is the commonest colour of the region. The foreground is the colour farthest
    from it in luminance, darker or lighter, that at least MIN_SHARE of the region's pixels reach.
    It is an estimate from pixels: it takes a photograph, a border or an icon for text, and gives
    text on a picture against the picture's commonest colour. Of a large region a fixed random
    sample of the pixels is looked at.

    rgb: (rows, columns, 3), sRGB, 0 to 255.
    """
    channels = _channels(rgb, region)
    background = _commonest(channels)
    luminance = sum(table.take(levels) for table, levels in zip(_LUMINANCE, channels, strict=True))
    count = channels.shape[1]
    reach = math.ceil(MIN_SHARE * count) - 1
    extremes = np.argpartition(luminance, (reach, count - 1 - reach))[[reach, count - 1 - reach]]
    candidates = [_colour(channels[:, extreme]) for extreme in extremes]
    foreground = max(candidates, key=lambda colour: contrast_ratio(colour, background))
    if foreground == background:
        return None
    return RegionContrast(region, foreground, background, contrast_ratio(foreground, background))


def _channels(rgb: NDArray[np.uint8], region: Region) -> NDArray[np.uint8]:
    """Red, green and blue (3, pixels) of a region's pixels, or of a sample of them."""
    rows, columns = rgb.shape[:2]
    top, left = int(region.y * rows), int(region.x * columns)
    height = max(top + 1, round((region.y + region.height) * rows)) - top
    width = max(left + 1, round((region.x + region.width) * columns)) - left
    if height * width <= _SAMPLE:
        pixels = rgb[top : top + height, left : left + width].reshape(-1, 3)
    else:
        places = np.random.default_rng(0).integers(height * width, size=_SAMPLE)
        down, across = np.divmod(places, width)
        pixels = rgb.reshape(-1, 3).take((top + down) * columns + left + across, axis=0)
    return np.ascontiguousarray(pixels.T)


def _commonest(channels: NDArray[np.uint8]) -> Colour:
    """The median of the pixels (3, pixels) in the fullest of 16 x 16 x 16 bins of colour: noise and
    compression spread one colour over many."""
    red, green, blue = (channels >> 4).astype(np.intp)
    bins = (red << 8) + (green << 4) + blue
    inside = channels.compress(bins == np.bincount(bins).argmax(), axis=1)
    return _colour(np.array([_median(levels) for levels in inside]))


def _median(levels: NDArray[np.uint8]) -> int:
    """Of two in the middle the higher; by counting, as there are few levels."""
    counted = np.bincount(levels).cumsum()
    return int(np.searchsorted(counted, len(levels) // 2, side="right"))


def _colour(levels: NDArray[np.generic]) -> Colour:
    red, green, blue = (int(level) for level in levels.tolist())
    return red, green, blue
