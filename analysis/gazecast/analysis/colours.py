"""The one colour scale of the product: from multiples of an even spread to colour and opacity.

It is absolute: 1 is what a uniform map would give each place, and a colour means the same multiple
in every picture. At and below 1 nothing is drawn, so a calm page looks calm; each doubling is one
equal step up to HIGHEST, where the scale ends.

Colours: "plasma" of Smith and van der Walt (2015), from the colour maps made for Matplotlib (CC0,
https://bids.github.io/colormap/): lightness rises steadily, so that the order survives any colour
blindness and greyscale printing. Its ten published stops are interpolated in Oklab (Ottosson 2020,
https://bottosson.github.io/posts/oklab/), where equal distances look equal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HIGHEST = 16.0
"""Multiple of an even spread at which the scale ends; more looks the same."""

STEPS = (1, 2, 4, 8, 16)
"""The multiples that a legend names, evenly spaced along the scale."""

LEVELS = 256
"""Entries of the colour table."""

_PLASMA = "0d0887 46039f 7201a8 9c179e bd3786 d8576b ed7953 fb9f3a fdca26 f0f921"

# Position along the scale, opacity. Fades in within the first doubling, so that there is no edge
# at 1, and never hides the design.
_OPACITY = ((0.0, 0.0), (0.25, 0.55), (1.0, 0.78))


def scale_level(intensity: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Where multiples of an even spread lie on the scale, as indices into `colour_table`."""
    doublings = np.log2(np.clip(intensity, 1.0, HIGHEST))
    doublings *= (LEVELS - 1) / np.log2(HIGHEST)
    return np.rint(doublings, out=doublings).astype(np.uint8)


def colour_table() -> NDArray[np.uint8]:
    """sRGB and opacity along the scale, from 1 to HIGHEST: uint8 (LEVELS, 4)."""
    stops = np.array([list(bytes.fromhex(stop)) for stop in _PLASMA.split()]) / 255
    position = np.linspace(0.0, 1.0, LEVELS)
    oklab = _interpolate(position, np.linspace(0.0, 1.0, len(stops)), _srgb_to_oklab(stops))
    opacity = _interpolate(position, *np.hsplit(np.array(_OPACITY), 2))
    table = np.hstack([_oklab_to_srgb(oklab), opacity])
    return np.rint(table * 255).astype(np.uint8)


def _interpolate(
    at: NDArray[np.float64], known: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each column of `values` (n, channels), given at `known` (n,), linearly at other places."""
    return np.stack([np.interp(at, known.ravel(), column) for column in values.T], axis=-1)


# Ottosson's matrices: linear sRGB to cone responses, and their cube roots to lightness, a and b.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _srgb_to_oklab(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    oklab: NDArray[np.float64] = np.cbrt(linear @ _CONES.T) @ _LAB.T
    return oklab


def _oklab_to_srgb(oklab: NDArray[np.float64]) -> NDArray[np.float64]:
    cones = (oklab @ np.linalg.inv(_LAB).T) ** 3
    linear = np.clip(cones @ np.linalg.inv(_CONES).T, 0.0, 1.0)
    srgb: NDArray[np.float64] = np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return srgb
