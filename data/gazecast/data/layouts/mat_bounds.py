"""What a MATLAB file would take to read, before it is read.

A few kilobytes may unpack to gigabytes, and an array of cells may say that it has more of them than
there are bytes to hold. The form is that of MATLAB 5 ("MAT-File Format", MathWorks): elements of a
tag (kind and bytes) and content; a compressed one is one element more once it is unpacked.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator

MAX_UNPACKED_BYTES = 512 * 2**20
"""Of one file. The largest of the published sets, OSIE's fixations.mat, has some 20 MB."""

_HEADER_BYTES = 128
_MATRIX, _COMPRESSED = 14, 15
_SPARSE = 5
_OF_MATRICES = {1, 2, 3}  # cells, structs, objects: each part is a matrix, with a tag at least
_TAG_BYTES = 8
_PIECE = 2**20


class MatFileTooLargeError(ValueError):
    """A MATLAB file would take more memory to read than it may."""


def refuse_too_large(data: bytes) -> None:
    """Raises MatFileTooLargeError for a file that unpacks to more than MAX_UNPACKED_BYTES, or that
    has an array of more parts than its bytes can hold; struct.error and zlib.error for one that is
    damaged. Files of MATLAB 4 hold every number as it is, so nothing of them is looked at."""
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None:
        return
    unpacked = 0
    for kind, content in _elements(memoryview(data)[_HEADER_BYTES:], order):
        if kind == _COMPRESSED:
            plain = _inflated(content, MAX_UNPACKED_BYTES - unpacked)
            unpacked += len(plain)
            for inner_kind, inner in _elements(plain, order):
                if inner_kind == _MATRIX:
                    _refuse_hollow(inner, order)
        elif kind == _MATRIX:
            _refuse_hollow(content, order)


def _elements(content: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    at = 0
    while at + _TAG_BYTES <= len(content):
        kind, size = struct.unpack_from(f"{order}II", content, at)
        if kind >> 16:  # a small one: its size stands beside its kind, its content in the tag
            yield kind & 0xFFFF, content[at + 4 : at + 4 + (kind >> 16)]
            at += _TAG_BYTES
            continue
        yield kind, content[at + _TAG_BYTES : at + _TAG_BYTES + size]
        at += _TAG_BYTES + size
        if kind != _COMPRESSED:
            at += -size % _TAG_BYTES


def _inflated(content: memoryview, most: int) -> memoryview:
    unpacker, unpacked = zlib.decompressobj(), bytearray()
    rest: bytes | memoryview = content
    while rest and not unpacker.eof:
        unpacked += unpacker.decompress(rest, _PIECE)
        rest = unpacker.unconsumed_tail
        if len(unpacked) > most:
            raise MatFileTooLargeError(f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
    return memoryview(bytes(unpacked))


def _refuse_hollow(matrix: memoryview, order: str) -> None:
    """Raises MatFileTooLargeError where a matrix, or one in it, has more parts than bytes."""
    left = [matrix]
    while left:
        matrix = left.pop()
        parts = list(_elements(matrix, order))
        if len(parts) < 2 or len(parts[0][1]) < 4:
            continue
        kind = struct.unpack_from(f"{order}I", parts[0][1])[0] & 0xFF
        sides = struct.unpack(f"{order}{len(parts[1][1]) // 4}i", parts[1][1])
        least = _TAG_BYTES if kind in _OF_MATRICES else 1
        if kind != _SPARSE and math.prod(map(abs, sides)) * least > len(matrix):
            raise MatFileTooLargeError(f"it has an array of {sides} parts in {len(matrix):,} bytes")
        if kind in _OF_MATRICES:
            left += [content for inner, content in parts if inner == _MATRIX]
