"""Which pictures are versions of one another, by a perceptual hash.

The hash is the widespread DCT one (C. Zauner: Implementation and benchmarking of perceptual image
hash functions, 2010) at 16 x 16 instead of 8 x 8: pages and screens share their coarse layout, so
the usual 64 bits are too few to tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy.fft import dctn

from gazecast.data.images import open_image
from gazecast.data.stimulus import DataError

SIDE = 16
_PIXELS = 4 * SIDE

LARGEST_DISTANCE = 64
"""Pictures that differ in at most this many of the 255 bits are near-duplicates.

Two unrelated pictures differ in about half the bits: on 36 web pages, 36 posters and 305 photos, no
pair was closer than 88; of 200 phone screens, 15 that are nearly the same empty form were. One
picture at another size and JPEG quality moved by 14 at most, and with a box over 1/128 of its area
changed by 44 at most in nine of ten pages.
"""


def perceptual_hash(path: Path) -> NDArray[np.bool_]:
    """bool (255,): which low frequencies of the grey picture are above their median.

    Raises DataError when the file cannot be read as an image.
    """
    try:
        with open_image(path) as image:
            image.draft("RGB", (4 * _PIXELS, 4 * _PIXELS))  # JPEGs decode small, much faster
            upright = ImageOps.exif_transpose(image)
            if upright.has_transparency_data:
                upright = upright.convert("RGBA")
                white = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(white, upright)
            grey = upright.convert("L")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: cannot be read as an image; replace it ({error})") from error
    small = np.asarray(grey.resize((_PIXELS, _PIXELS), Image.Resampling.BOX), dtype=np.float64)
    low = dctn(small, norm="ortho")[:SIDE, :SIDE].ravel()[1:]  # without the mean grey
    above: NDArray[np.bool_] = low > np.median(low)
    return above


def group_near_duplicates(paths: Sequence[Path]) -> tuple[tuple[int, ...], ...]:
    """Positions in `paths`, grouped: a picture is in the group of each of its near-duplicates. Most
    groups hold one picture. In order of their first one.

    Raises DataError when a file cannot be read as an image.
    """
    if not paths:
        return ()
    hashes = np.array([perceptual_hash(path) for path in paths])
    group = np.arange(len(paths))
    for index in range(1, len(paths)):
        distances = np.count_nonzero(hashes[:index] != hashes[index], axis=1)
        alike = np.unique(group[:index][distances <= LARGEST_DISTANCE])
        if len(alike):
            group[: index + 1][np.isin(group[: index + 1], [*alike, index])] = alike[0]
    return tuple(tuple(np.flatnonzero(group == one).tolist()) for one in np.unique(group))
