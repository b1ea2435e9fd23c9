"""A MATLAB file takes no more memory than is stated."""

from __future__ import annotations

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from scipy.io import savemat

from gazecast.data.layouts.mat import read_mat
from gazecast.data.stimulus import DataError

HEADER = b"MATLAB 5.0".ljust(124) + struct.pack("<H", 0x0100) + b"IM"


def element(kind: int, content: bytes) -> bytes:
    padding = b"" if kind == 15 else bytes(-len(content) % 8)
    return struct.pack("<II", kind, len(content)) + content + padding


def matrix(kind: int, sides: tuple[int, ...], rest: bytes = b"") -> bytes:
    flags = element(6, struct.pack("<II", kind, 0))
    dims = element(5, struct.pack(f"<{len(sides)}i", *sides))
    return element(14, flags + dims + element(1, b"a") + rest)


def packed_zeros(megabytes: int) -> bytes:
    """A matrix of so many megabytes of zeros, compressed."""
    size = megabytes * 2**20
    head = element(6, struct.pack("<II", 9, 0)) + element(5, struct.pack("<2i", 1, size))
    head += element(1, b"a") + struct.pack("<II", 2, size)
    packer = zlib.compressobj(9)
    parts = [packer.compress(struct.pack("<II", 14, len(head) + size) + head)]
    parts += [packer.compress(bytes(2**20)) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize(
    "content",
    [
        element(15, packed_zeros(600)),
        element(15, packed_zeros(300)) * 2,
        matrix(1, (100_000, 100_000)),
        matrix(2, (1, 2**30)),
        matrix(3, (2**20, 2**10)),
        matrix(4, (2**15, 2**15)),
        matrix(9, (2**15, 2**15)),
        matrix(1, (1, 1), matrix(1, (2**15, 2**15))),
        element(15, zlib.compress(matrix(1, (2**15, 2**15)))),
    ],
    ids=["bomb", "two bombs", "cells", "struct", "object", "text", "numbers", "inner", "packed"],
)
def test_what_unpacks_to_too_much_is_refused_with_its_name(tmp_path, content):
    file = tmp_path / "bomb.mat"
    file.write_bytes(HEADER + content)
    assert len(content) < 2**20
    tracemalloc.start()
    with pytest.raises(DataError, match=r"bomb\.mat: .* fetch the original file again"):
        read_mat(file)
    assert tracemalloc.get_traced_memory()[1] < 1200 * 2**20
    tracemalloc.stop()


def test_what_is_within_it_is_read_as_before(tmp_path):
    cells = np.empty((2, 1), dtype=object)
    cells[:, 0] = [np.zeros((0, 2)), {"name": "a", "x": [[1.5, 2.5]]}]
    variables = {
        "cells": cells,
        "zeros": np.zeros((1000, 1000), np.uint8),
        "text": "where people look",
        "empty": np.zeros((0, 0)),
    }
    for compressed in (False, True):
        savemat(tmp_path / "a.mat", variables, do_compression=compressed)
        read = read_mat(tmp_path / "a.mat")
        assert read["zeros"].shape == (1000, 1000)
        assert read["text"][0] == "where people look"
        assert read["cells"][1, 0]["x"][0, 0].tolist() == [[1.5, 2.5]]
