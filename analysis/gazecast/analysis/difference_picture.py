"""The picture of a comparison: one version in grey, where it is seen more than another and where
less, and a legend.

The scale is absolute, as in `gazecast.analysis.colours`: differences in multiples of an even
spread, each doubling one equal step, from LEAST, below which nothing is drawn, to MOST. Orange for
more and violet for less are the ends of ColorBrewer's PuOr (Brewer, https://colorbrewer2.org),
which people with any colour blindness tell apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.overlay import legend_strip

LEAST, MOST = 0.5, 8.0
"""Differences in multiples of an even spread at which the scale begins and ends."""

DIFFERENCE_NOTE = (
    "Orange: {second} is seen more than {first}; violet: less. Change in multiples of an even "
    "spread"
)

_LABELS = (f"{MOST:g}x less", "2x", f"±{LEAST:g}x", "2x", f"{MOST:g}x more")
_LEVELS = 127  # to each side of no difference, which is level 127

_LESS = ("b2abd2", "8073ac", "542788")
_MORE = ("fdb863", "e08214", "b35806")

# Position from no difference outwards, opacity: as on the scale of attention.
_OPACITY = ((0.0, 0.25, 1.0), (0.0, 0.55, 0.78))


def difference_picture(
    rgb: NDArray[np.uint8],
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    names: tuple[str, str],
) -> NDArray[np.uint8]:
    """The second version with what changed from the first one over it, and a legend below.

    rgb: uint8 (height, width, 3), sRGB, the second version. first, second: densities (rows,
    columns), sum 1, of any shapes; they are laid over each other. names: of both versions.
    Returns uint8 of the same width, taller by the legend.
    """
    height, width = rgb.shape[:2]
    change = Image.fromarray(_intensity(second, second.shape) - _intensity(first, second.shape))
    smooth = change.resize((width, height), Image.Resampling.BICUBIC)
    colours = Image.fromarray(_levels(np.asarray(smooth)))
    colours.putpalette(colour_table().tobytes(), "RGBA")
    colours = colours.convert("RGBA")
    picture = Image.fromarray(rgb).convert("L").convert("RGB")
    picture.paste(colours, mask=colours)
    note = DIFFERENCE_NOTE.format(first=names[0], second=names[1])
    strip = legend_strip(width, height, colour_table(), _LABELS, note)
    return np.concatenate([np.asarray(picture), strip])


def stacked(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures (rows, columns, 3) one under the other, white beside the narrower ones."""
    width = max(picture.shape[1] for picture in pictures)
    return np.concatenate(
        [
            np.pad(picture, ((0, 0), (0, width - picture.shape[1]), (0, 0)), constant_values=255)
            for picture in pictures
        ]
    )


def colour_table() -> NDArray[np.uint8]:
    """sRGB and opacity along the scale, from -MOST over no difference to MOST: uint8 (255, 4)."""
    outwards = np.linspace(0.0, 1.0, _LEVELS + 1)
    sides = []
    for stops in (_LESS, _MORE):
        known = np.array([list(bytes.fromhex(stop)) for stop in stops], dtype=np.float64)
        places = np.linspace(0.0, 1.0, len(known))
        channels = [np.interp(outwards, places, channel) for channel in known.T]
        opacity = np.interp(outwards, *_OPACITY) * 255
        sides.append(np.stack([*channels, opacity], axis=-1))
    table: NDArray[np.uint8] = np.rint([*sides[0][:0:-1], *sides[1]]).astype(np.uint8)
    return table


def _intensity(density: NDArray[np.floating], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """In multiples of an even spread, brought to this shape."""
    values = Image.fromarray((density * density.size).astype(np.float32))
    return np.asarray(values.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _levels(change: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Where differences lie on the scale, as indices into `colour_table`."""
    doublings = np.log2(np.clip(np.abs(change), LEAST, MOST) / LEAST) / np.log2(MOST / LEAST)
    levels: NDArray[np.float32] = np.rint(_LEVELS + np.sign(change) * doublings * _LEVELS)
    return levels.astype(np.uint8)
