"""Reads MATLAB files with no more memory than is stated, whatever they say of themselves.

SciPy's reader takes a file's word for its sizes: 1.2 MB took 4.9 GB, and 20,000 cells within one
another end the process. Here nothing is made that the file has no bytes for.

The form is that of level 5 ("MAT-File Format", MathWorks): after a header elements of a tag (kind
and size) and content, padded to 8 bytes. A variable is a matrix, which has elements of its own, or
a compressed element with a matrix in it.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

MAX_BYTES = 64 * 2**20
"""Of one file, and of what it unpacks to. The largest of the published sets, OSIE's fixations.mat,
has some 6 MB, and what CAT2000 has of an image at most 17."""

MAX_ARRAYS = 250_000
"""In one file, those in cells and structs and the names of fields counted too. OSIE's has some
50,000."""

_HEADER_BYTES = 128
_TAG_BYTES = 8
_PIECE = 2**20
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_ENCODINGS = {1: "ascii", 2: "ascii", 16: "utf-8"}  # all others are UTF-16
_CELLS, _STRUCT, _OBJECT, _TEXT, _SPARSE = 1, 2, 3, 4, 5
_FIRST_NUMBER, _LAST_NUMBER = 6, 15
_IS_COMPLEX = 1 << 11

_Element = tuple[int, memoryview]


class TooLargeError(ValueError):
    """A file would take more memory or time to read than it may."""


class OtherLevelError(ValueError):
    """A file is MATLAB's, but not of level 5."""


class Mat5File:
    """The bytes of one file, to be read once."""

    def __init__(self, data: bytes) -> None:
        """Raises OtherLevelError; ValueError for what is no file of MATLAB's."""
        order = {b"IM": "<", b"MI": ">"}.get(data[126:_HEADER_BYTES])
        if order is None:
            raise ValueError("no MATLAB file of version 5 to 7")
        if struct.unpack_from(f"{order}H", data, 124)[0] >> 8 != 1:
            raise OtherLevelError
        self._order = order
        self._data = memoryview(data)
        self._bytes = self._arrays = 0

    def variables(self) -> Iterator[tuple[str, Any]]:
        """Each with its name: numbers as an array of what they are stored as, texts as an array of
        str, cells as one of objects, structs as a structured one of objects, sparse matrices as
        SciPy's; None for functions and objects of classes.

        Raises TooLargeError, and for damage errors of many kinds.
        """
        self._count_bytes(len(self._data))
        for kind, content in self._elements(self._data[_HEADER_BYTES:]):
            element = kind, content
            if kind == _COMPRESSED:
                (element,) = self._elements(self._inflated(content))
            name, value = self._matrix(element)
            if name:  # what has none is kept for functions
                yield name, value

    def _elements(self, content: memoryview) -> Iterator[_Element]:
        at = 0
        while at < len(content):
            kind, size = struct.unpack_from(f"{self._order}II", content, at)
            if kind >> 16:  # a small one: its size stands beside its kind, its content in the tag
                kind, size, start, end = kind & 0xFFFF, kind >> 16, at + 4, at + _TAG_BYTES
            else:
                start = at + _TAG_BYTES
                end = start + size + (0 if kind == _COMPRESSED else -size % _TAG_BYTES)
            if start + size > min(end, len(content)):
                raise ValueError("an element is cut off")
            yield kind, content[start : start + size]
            at = end

    def _inflated(self, content: memoryview) -> memoryview:
        unpacker, plain = zlib.decompressobj(), bytearray()
        rest: bytes | memoryview = content
        while rest and not unpacker.eof:
            piece = unpacker.decompress(rest, _PIECE)
            self._count_bytes(len(piece))
            plain += piece
            rest = unpacker.unconsumed_tail
        return memoryview(plain)

    def _count_bytes(self, more: int) -> None:
        self._bytes += more
        if self._bytes > MAX_BYTES:
            raise TooLargeError(f"it has more than {MAX_BYTES // 2**20} MB, unpacked")

    def _count_arrays(self, more: int) -> None:
        self._arrays += more
        if self._arrays > MAX_ARRAYS:
            raise TooLargeError(f"it has more than {MAX_ARRAYS:,} arrays")

    # ---- Matrices ------------------------------------------------------------------------------

    def _matrix(self, element: _Element) -> tuple[str, Any]:
        """Name and value."""
        kind, content = element
        if kind != _MATRIX:
            raise ValueError(f"an element of kind {kind} where a matrix belongs")
        self._count_arrays(1)
        if not content:
            return "", np.empty((1, 0))
        elements = self._elements(content)
        flags = int(self._numbers(next(elements))[0])
        if not _CELLS <= flags & 0xFF <= _LAST_NUMBER:
            return "", None
        sides = tuple(map(int, self._numbers(next(elements))))
        if len(sides) < 2 or min(sides) < 0:
            raise ValueError(f"an array of sides {sides}")
        name = bytes(next(elements)[1]).decode("latin-1")
        return name, self._value(flags, sides, elements)

    def _value(self, flags: int, sides: tuple[int, ...], elements: Iterator[_Element]) -> object:
        kind = flags & 0xFF
        if kind == _SPARSE:
            return self._sparse(sides, list(islice(elements, 4)))
        if kind == _TEXT:
            return self._texts(sides, next(elements))
        if kind == _CELLS:
            flat = _objects([self._matrix(each)[1] for each in elements])
        elif kind in {_STRUCT, _OBJECT}:
            if kind == _OBJECT:
                next(elements)  # the name of its class
            flat = self._structs(sides, elements)
        else:
            flat = self._numbers(next(elements))
            if flags & _IS_COMPLEX:
                flat = flat + 1j * self._numbers(next(elements))
        return flat.reshape(sides[::-1]).T  # columns first

    def _numbers(self, element: _Element) -> NDArray[Any]:
        kind, content = element
        return np.frombuffer(content, self._order + _NUMBERS[kind])

    def _texts(self, sides: tuple[int, ...], element: _Element) -> NDArray[np.str_]:
        """A text for each row of letters."""
        kind, content = element
        utf_16 = f"utf-16-{'le' if self._order == '<' else 'be'}"
        text = bytes(content).decode(_ENCODINGS.get(kind, utf_16), "replace")
        if not text:
            return np.empty(0, np.str_)
        if math.prod(sides[:-1]) == 1:
            return np.array([text])
        letters = np.frombuffer(text.encode("utf-32-le"), "<U1").reshape(sides[::-1]).T
        return np.ascontiguousarray(letters).view(f"<U{sides[-1]}")[..., 0]

    def _structs(self, sides: tuple[int, ...], elements: Iterator[_Element]) -> NDArray[Any]:
        length = int(self._numbers(next(elements))[0])
        joined = bytes(next(elements)[1])
        self._count_arrays(len(joined) // length)
        names = [
            joined[at : at + length].partition(b"\0")[0].decode("latin-1")
            for at in range(0, len(joined), length)
        ]
        values = [self._matrix(each)[1] for each in elements]
        if not names:
            return _objects([None] * min(math.prod(sides), 1))
        columns = [_objects(values[first :: len(names)]) for first in range(len(names))]
        made = np.empty(len(columns[0]), [(name, object) for name in names])
        for name, column in zip(names, columns, strict=True):
            made[name] = column
        return made

    def _sparse(self, sides: tuple[int, ...], elements: Sequence[_Element]) -> coo_array:
        rows, starts = (self._numbers(element) for element in elements[:2])
        lengths = np.diff(starts[: sides[1] + 1])
        count = int(lengths.sum())
        if len(lengths) != sides[1] or lengths.min(initial=0) < 0 or count > len(rows):
            raise ValueError("a sparse matrix whose columns do not fit")
        parts = [
            # MATLAB says of truth values that they are numbers, and writes bytes.
            np.frombuffer(content, np.uint8)
            if len(content) == count
            else self._numbers((kind, content))
            for kind, content in elements[2:]
        ]
        values = parts[0][:count] if len(parts) == 1 else parts[0][:count] + 1j * parts[1][:count]
        columns = np.repeat(np.arange(sides[1]), lengths)
        return coo_array((values, (rows[:count], columns)), shape=sides)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """An array of them, even where they are arrays themselves."""
    made = np.empty(len(values), object)
    for index, value in enumerate(values):
        made[index] = value
    return made
