"""MATLAB files: read as SciPy reads them, and with no more memory than is stated."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import scipy.io.matlab
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import loadmat, savemat
from scipy.sparse import coo_array, issparse

from gazecast.data.layouts import mat5
from gazecast.data.layouts.mat import read_mat
from gazecast.data.stimulus import DataError

HEADER = b"MATLAB 5.0".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
MATLABS_OWN = sorted((Path(scipy.io.matlab.__file__).parent / "tests" / "data").glob("*.mat"))


def element(kind: int, content: bytes) -> bytes:
    padding = b"" if kind == 15 else bytes(-len(content) % 8)
    return struct.pack("<II", kind, len(content)) + content + padding


EMPTY = element(14, b"")


def matrix(kind: int, sides: tuple[int, ...], rest: bytes = b"", name: bytes = b"a") -> bytes:
    flags = element(6, struct.pack("<II", kind, 0))
    dims = element(5, struct.pack(f"<{len(sides)}i", *sides))
    return element(14, flags + dims + element(1, name) + rest)


def packed_zeros(megabytes: int) -> bytes:
    """A matrix of so many megabytes of zeros, compressed."""
    return element(
        15, zlib.compress(matrix(9, (1, megabytes << 20), element(2, bytes(megabytes << 20))))
    )


def within(depth: int) -> bytes:
    """Cells in one another."""
    made = EMPTY
    for _ in range(depth):
        made = matrix(1, (1, 1), made, b"")
    return made


def fields(names: int) -> bytes:
    joined = b"".join(b"%07d\0" % number for number in range(names))
    return element(5, struct.pack("<i", 8)) + element(1, joined)


def sparse(starts: list[int]) -> bytes:
    rows, values = element(5, bytes(8)), element(9, bytes(16))
    return matrix(
        5, (4, len(starts) - 1), rows + element(5, np.array(starts, "<i4").tobytes()) + values
    )


# What takes seconds to make is made only where it is tested.
HOSTILE = {
    "bomb": lambda: packed_zeros(200),
    "two bombs": lambda: packed_zeros(40) * 2,
    "cells": matrix(1, (100_000, 100_000)),
    "struct": matrix(2, (1, 2**30), fields(1)),
    "struct without fields": matrix(2, (1, 2**30), fields(0)),
    "object": matrix(3, (2**20, 2**10), element(1, b"class") + fields(1)),
    "text": matrix(4, (2**15, 2**15)),
    "text of letters": matrix(4, (2**15, 2**15), element(2, b"a")),
    "numbers": matrix(9, (2**15, 2**15), element(2, bytes(8))),
    "inner": matrix(1, (1, 1), matrix(1, (2**15, 2**15))),
    "packed": element(15, zlib.compress(matrix(1, (2**15, 2**15)))),
    "deep": within(20_000),
    "sizes below zero": matrix(9, (-1, -8), element(2, bytes(8))),
    "sparse beyond its bytes": sparse([0, 2**31 - 1]),
    "sparse backwards": sparse([0, 2, 1]),
    "flags of another size": element(
        14, struct.pack("<II", 6, 4) + struct.pack("<II", 1, 0) + bytes(40)
    ),
    "within another order": b"".join(
        [b"MATLAB 5.0".ljust(124), b"\x01\x00XX", matrix(1, (2**15, 2**15))]
    ),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_would_take_too_much_is_refused_with_its_name(tmp_path, content):
    file = tmp_path / "bomb.mat"
    content = content() if callable(content) else content
    file.write_bytes(content if content.startswith(b"MATLAB") else HEADER + content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"bomb\.mat: .* fetch (the original file|it) again"):
            assert {name: np.sum(value) for name, value in read_mat(file).items()} == {}
        assert tracemalloc.get_traced_memory()[1] < 2 * mat5.MAX_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "content", [matrix(1, (1, 2000), EMPTY * 2000), matrix(2, (1, 0), fields(2000))]
)
def test_small_arrays_are_counted_as_each_takes_more_than_its_bytes(tmp_path, monkeypatch, content):
    file = tmp_path / "many.mat"
    file.write_bytes(HEADER + content)
    read_mat(file)
    monkeypatch.setattr(mat5, "MAX_ARRAYS", 1000)
    with pytest.raises(DataError, match=r"many\.mat: it has more than 1,000 arrays"):
        read_mat(file)


def test_more_bytes_than_may_be_are_not_even_read(tmp_path):
    file = tmp_path / "large.mat"
    with file.open("wb") as made:
        made.write(HEADER)
        made.truncate(2**34)
    with pytest.raises(DataError, match=r"large\.mat: it has more than 64 MB"):
        read_mat(file)


@given(st.binary(max_size=300), st.integers(0, 400), st.booleans())
def test_damage_raises_nothing_else(tmp_path_factory, damage, at, packed):
    whole = matrix(2, (1, 1), fields(1) + matrix(9, (1, 2), element(9, bytes(16)), b""))
    broken = whole[:at] + damage + whole[at + len(damage) :]
    file = tmp_path_factory.getbasetemp() / "damaged.mat"
    file.write_bytes(HEADER + (element(15, zlib.compress(broken)) if packed else broken))
    with contextlib.suppress(DataError):
        read_mat(file)


# ---- The same as SciPy -------------------------------------------------------------------------


def is_same(ours: object, theirs: object) -> bool:
    if issparse(theirs):
        assert issparse(ours)
        return bool((ours.toarray() == theirs.toarray()).all())
    assert isinstance(ours, np.ndarray)
    assert isinstance(theirs, np.ndarray)
    if ours.size == theirs.size == 0:
        return True
    if ours.shape != theirs.shape or ours.dtype.names != theirs.dtype.names:
        return False
    if theirs.dtype.names:
        return all(is_same(ours[name], theirs[name]) for name in theirs.dtype.names)
    if theirs.dtype == object:
        pairs = zip(ours.ravel(), theirs.ravel(), strict=True)
        return all(one is other is None or is_same(one, other) for one, other in pairs)
    return ours.dtype == theirs.dtype and bool((ours == theirs).all())


# What only MATLAB 4 or nobody writes, or what is damaged; and functions, which are left out.
OTHERS = ("4.2c", "4_GLNX86", "mat4", "hdf5", "bad_", "corrupted", "malformed", "m4", "duplicate")
FUNCTIONS = {"parabola", "sqr", "nCf", "testfunc"}


@pytest.mark.parametrize(
    "file",
    [file for file in MATLABS_OWN if not any(other in file.name for other in OTHERS)],
    ids=lambda file: file.stem,
)
def test_files_that_matlab_wrote_are_read_as_scipy_reads_them(file):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {name: value for name, value in loadmat(file).items() if name[:2] != "__"}
    ours = read_mat(file)
    assert theirs
    assert set(ours) == set(theirs) - FUNCTIONS
    assert all(is_same(value, theirs[name]) for name, value in ours.items())


def test_a_file_of_matlab_7_3_says_what_to_do():
    (file,) = (file for file in MATLABS_OWN if "hdf5" in file.name)
    with pytest.raises(DataError, match=r"MATLAB 7\.3 format; save it again with '-v7'"):
        read_mat(file)


@pytest.mark.parametrize("compressed", [False, True])
def test_what_scipy_writes_is_read_as_scipy_reads_it(tmp_path, compressed):
    cells = np.empty((2, 1), dtype=object)
    cells[:, 0] = [np.zeros((0, 2)), {"name": "a", "x": [[1.5, 2.5]]}]
    variables = {
        "cells": cells,
        "zeros": np.zeros((1000, 1000), np.uint8),
        "text": "where people look",
        "texts": ["one", "four", "größe"],
        "empty": np.zeros((0, 0)),
        "cube": np.arange(24.0).reshape(2, 3, 4),
        "complex": np.array([[1 + 2j, 3]]),
        "truth": np.array([[True, False]]),
        "sparse": coo_array(([1.0, 2.0], ([0, 2], [3, 1])), shape=(4, 5)),
    }
    savemat(tmp_path / "a.mat", variables, do_compression=compressed)
    ours, theirs = read_mat(tmp_path / "a.mat"), loadmat(tmp_path / "a.mat")
    assert set(ours) == set(variables)
    assert all(is_same(value, theirs[name]) for name, value in ours.items())
