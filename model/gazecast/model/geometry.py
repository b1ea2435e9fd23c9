"""The one resize: how a picture is laid out for the network, in training and in serving alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PADDING_GREY = 128
"""Value around the picture; the network's input scaling maps it to zero."""

LONGEST_SIDE = 2048
"""Content is never larger than this, whatever its aspect ratio."""

OUTPUT_STRIDE = 4
"""Input pixels per cell of the network's output, along each side."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in the network's input, in input pixels.

    height, width: size of the content. top, left: its position. padded_height, padded_width: size
    of the whole input. All of height, width, top and left are multiples of OUTPUT_STRIDE, so the
    content covers whole cells of the output.
    """

    height: int
    width: int
    top: int
    left: int
    padded_height: int
    padded_width: int

    @property
    def cells(self) -> tuple[slice, slice]:
        """The rows and columns of the network's output that the content covers."""
        return (
            slice(self.top // OUTPUT_STRIDE, (self.top + self.height) // OUTPUT_STRIDE),
            slice(self.left // OUTPUT_STRIDE, (self.left + self.width) // OUTPUT_STRIDE),
        )


def place(width: int, height: int, pixels: int, multiple: int) -> Placement:
    """Lay a picture of width x height out on an input of about `pixels` pixels.

    The aspect ratio is kept (to within half an output cell), small pictures are enlarged and large
    ones reduced to the same area, and both sides are padded, evenly, to a multiple of `multiple`.
    Among sizes from 5 % under to 3 % over the ideal one, the one that wastes least on padding wins;
    none is larger than LONGEST_SIDE.
    """
    largest = LONGEST_SIDE / max(width, height)
    ideal = min((pixels / (width * height)) ** 0.5, largest)

    def laid_out(scale: float) -> Placement:
        content_width = _round_to(width * scale, OUTPUT_STRIDE)
        content_height = _round_to(height * scale, OUTPUT_STRIDE)
        padded_width = -(-content_width // multiple) * multiple
        padded_height = -(-content_height // multiple) * multiple
        margin = 2 * OUTPUT_STRIDE
        return Placement(
            height=content_height,
            width=content_width,
            top=(padded_height - content_height) // margin * OUTPUT_STRIDE,
            left=(padded_width - content_width) // margin * OUTPUT_STRIDE,
            padded_height=padded_height,
            padded_width=padded_width,
        )

    def wasted(scale: float) -> tuple[float, float]:
        placement = laid_out(scale)
        used = placement.height * placement.width
        whole = placement.padded_height * placement.padded_width
        return (1.0 - used / whole, abs(scale - ideal))

    scales = (min(ideal * (1 + step / 100), largest) for step in range(-5, 4))
    return laid_out(min(scales, key=wasted))


def lay_out(rgb: NDArray[np.uint8], placement: Placement) -> NDArray[np.uint8]:
    """Resize `rgb` (H, W, 3) and pad it to (padded_height, padded_width, 3), uint8."""
    # Whole steps by averaging first: half the time, and the triangle filter does the rest.
    content = Image.fromarray(rgb).resize(
        (placement.width, placement.height), Image.Resampling.BILINEAR, reducing_gap=1.0
    )
    canvas = np.full(
        (placement.padded_height, placement.padded_width, 3), PADDING_GREY, dtype=np.uint8
    )
    rows = slice(placement.top, placement.top + placement.height)
    columns = slice(placement.left, placement.left + placement.width)
    canvas[rows, columns] = np.asarray(content)
    return canvas


def _round_to(value: float, multiple: int) -> int:
    return max(1, round(value / multiple)) * multiple
