"""What a picture's file is put together of, looked at before anything is decoded.

Pixels and bytes alone say little of the work that a file makes: an empty scan of a JPEG is 61 bytes
and goes over all pixels once more, a chunk of twelve bytes is one more round in Pillow's reader.
Each walk here counts such parts, goes over the bytes once, stops at the first limit, and returns
what is to be read of the file: metadata but the orientation and the colour profile is never looked
at. docs/operators.md has the limits beside what real files have.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazecast.model.picture_errors import (
    EmptyPicture,
    PictureTooComplex,
    PictureTooLarge,
    UnsupportedFormat,
    animated,
    damaged,
)

MAX_PIXELS = 40_000_000
MAX_SIDE = 32_768
MAX_SCANS = 32
MAX_SCANNED_PIXELS = 600_000_000
"""Scans times pixels."""
MAX_PARTS = 1_000
"""Segments of a JPEG and chunks of a PNG that hold no pixels; chunks of a WebP; and pieces that a
PNG may have its pixels in, with one more for each BYTES_OF_A_PIECE."""
BYTES_OF_A_PIECE = 256

SMALLER = f"send at most {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE:,} px a side"


def refuse_size(width: int, height: int) -> None:
    """Raises EmptyPicture or PictureTooLarge for a size in pixels that is none to work on."""
    if min(width, height) == 0:
        raise EmptyPicture(f"The picture is {width} x {height} px", "send one that has pixels")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise PictureTooLarge(f"The picture is {width:,} x {height:,} px", SMALLER)


def _too_many(parts: str) -> PictureTooComplex:
    return PictureTooComplex(
        f"The picture's file has {parts}",
        "export it again, without metadata, as a PNG or a baseline JPEG",
    )


# ---- JPEG (ITU-T T.81, annex B) ----------------------------------------------------------------

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_READ_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # Huffman-coded, sequential or progressive
_APP1, _APP2 = 0xE1, 0xE2
_EXIF, _PROFILE = b"Exif\0\0", b"ICC_PROFILE\0"

# Of the codes after an FF: those that libjpeg does not pass over on its way to the next segment. It
# passes over stuffed bytes, fill bytes and restart markers, wherever they are.
_STOPS = np.zeros(256, dtype=bool)
_STOPS[0xC0:0xFF] = True
_STOPS[0xD0:0xD8] = False


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """components: 1 (grey), 3 (colour) or 4 (inks). exif, profile: as they are embedded, put
    together where they are in several segments; empty where there is none."""

    width: int
    height: int
    components: int
    exif: bytes
    profile: bytes


def jpeg_header(data: bytes) -> JpegHeader:
    """data: a JPEG from its first byte.

    Raises PictureTooComplex; EmptyPicture and PictureTooLarge; UnsupportedFormat for an arithmetic-
    coded, lossless, hierarchical or 12-bit JPEG, which browsers do not show either; DamagedPicture
    where it ends before its pixels begin.
    """
    octets = np.frombuffer(data, np.uint8)
    scans = segments = 0
    size: tuple[int, int, int] | None = None
    exif: list[bytes] = []
    profile: list[bytes] = []
    position = 2
    # Segments are passed over by their length, just as libjpeg does: a scan that it reads is never
    # missed, and none is counted that is in a thumbnail, or in what phones append to the picture.
    while (position := _next_segment(octets, position)) + 4 <= len(data):
        kind = data[position + 1]
        if kind in (_START, _END):
            break
        (length,) = struct.unpack_from(">H", data, position + 2)
        content = data[position + 4 : position + 2 + length]
        position += 2 + max(2, length)
        if kind == _SCAN:
            scans += 1
            if size is None:
                raise damaged()
            if scans > MAX_SCANS or scans * size[0] * size[1] > MAX_SCANNED_PIXELS:
                raise _too_many("too many scans for its size")
            continue
        segments += 1
        if segments > MAX_PARTS:
            raise _too_many(f"more than {MAX_PARTS:,} segments")
        if scans:
            continue
        if kind in _FRAMES:
            size = _frame(kind, content)
        elif kind == _APP1 and content.startswith(_EXIF):
            exif.append(content[len(_EXIF) :])
        elif kind == _APP2 and content.startswith(_PROFILE):
            profile.append(content[len(_PROFILE) :])
    if size is None or not scans:
        raise damaged()
    return JpegHeader(*size, b"".join(exif), _joined(profile))


def _next_segment(octets: NDArray[np.uint8], position: int) -> int:
    """Where the next one begins, at `position` or after it; the number of bytes if none does."""
    size = 2**10  # growing, as most segments follow the one before without a gap
    while position + 1 < len(octets):
        piece = octets[position : position + size + 1]
        marks = np.flatnonzero(piece[:-1] == 0xFF)
        marks = marks[_STOPS[piece[marks + 1]]]
        if marks.size:
            return position + int(marks[0])
        position += size
        size = min(2 * size, 2**18)
    return len(octets)


def _frame(kind: int, content: bytes) -> tuple[int, int, int]:
    """Width, height and components."""
    if len(content) < 6:
        raise damaged()
    precision, height, width, components = struct.unpack_from(">BHHB", content)
    if kind not in _READ_FRAMES or precision != 8 or components not in (1, 3, 4):
        raise UnsupportedFormat(
            "The picture is a JPEG of a kind that browsers do not show either",
            "save it as a baseline or progressive JPEG, or as a PNG",
        )
    refuse_size(width, height)
    return width, height, components


def _joined(profile: list[bytes]) -> bytes:
    """The profile in its parts' order (ICC.1, annex B.4), empty unless all of them are there."""
    parts = sorted(profile)  # each begins with its number and the number of parts
    if not parts or len(parts[0]) < 2 or parts[0][1] != len(parts):
        return b""
    return b"".join(part[2:] for part in parts)


# ---- PNG (W3C, third edition) ------------------------------------------------------------------

# What pixels are made of. Text, times and the like stay unread: Pillow would unpack them.
_READ_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"eXIf"})
_MAX_CHUNK_BYTES = 4 * 2**20  # of those; real profiles stay under 3 MB
_IEND = struct.pack(">I4sI", 0, b"IEND", 0xAE426082)


def png_without_metadata(data: bytes) -> bytes:
    """The same picture with nothing but what its pixels are made of, the first chunk of each kind,
    and its pixels in one piece.

    data: a PNG from its first byte. Raises PictureTooComplex; UnsupportedFormat for an animation;
    DamagedPicture where it ends before its pixels begin.
    """
    kept: dict[bytes, bytes] = {}
    pixels: list[bytes] = []
    chunks = pixel_bytes = 0
    position = 8
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        start, position = position, position + 12 + length
        if kind == b"IDAT":
            pixels.append(data[start + 8 : position - 4])
            pixel_bytes += len(pixels[-1])
            if len(pixels) > MAX_PARTS + pixel_bytes // BYTES_OF_A_PIECE:
                raise _too_many("its pixels in too many pieces for their bytes")
            continue
        chunks += 1
        if chunks > MAX_PARTS:
            raise _too_many(f"more than {MAX_PARTS:,} chunks")
        if kind == b"IEND" or not kind.isalpha() or position > len(data):
            break
        if kind == b"acTL" and not pixels and data[start + 8 : start + 12] != b"\0\0\0\1":
            raise animated("PNG")
        if kind in _READ_CHUNKS and length <= _MAX_CHUNK_BYTES:
            kept.setdefault(kind, data[start:position])
    if not pixels:
        raise damaged()
    header = struct.pack(">I4s", pixel_bytes, b"IDAT")
    no_checksum = bytes(4)  # Pillow does not look at that of pixels
    return b"".join([data[:8], *kept.values(), header, *pixels, no_checksum, _IEND])


# ---- WebP (RFC 9649) ---------------------------------------------------------------------------


def check_webp(data: bytes) -> None:
    """data: a WebP from its first byte. Raises PictureTooComplex."""
    (length,) = struct.unpack_from("<I", data, 4)
    end = min(len(data), 8 + length)
    chunks, position = 0, 12
    while position + 8 <= end:
        chunks += 1
        if chunks > MAX_PARTS:
            raise _too_many(f"more than {MAX_PARTS:,} chunks")
        (length,) = struct.unpack_from("<I", data, position + 4)
        position += 8 + length + length % 2
