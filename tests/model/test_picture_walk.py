"""What a picture's file may be put together of: the limits, and that nothing gets around them."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import time
import tracemalloc
import warnings
import zlib
from unittest.mock import patch

import hypothesis
import numpy as np
import pytest
from hostile.pictures import (
    HOSTILE,
    chunk,
    compressed_text,
    empty_blocks,
    frame,
    huffman,
    jpeg,
    png,
    quantization,
    rows,
    scan,
    segment,
    slow_profile,
    small_jpeg,
    webp,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.fft import dctn

from gazecast.model import picture_walk
from gazecast.model.picture import (
    MAX_PIXELS,
    DamagedPicture,
    EmptyPicture,
    PictureError,
    PictureTooComplex,
    PictureTooLarge,
    UnsupportedFormat,
    read_picture,
)
from gazecast.model.picture_walk import jpeg_header

MAX_PARTS, MAX_SCANS = picture_walk.MAX_PARTS, picture_walk.MAX_SCANS


def tiff(orientation: int, order: str = "<") -> bytes:
    """EXIF with an orientation in it."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return head + struct.pack(order + "HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)


def progressive(scans: int, side: int = 8, *before: bytes) -> bytes:
    tables = (quantization(), huffman(0, b"\0"), huffman(1, b"\0"))
    head = scan([1, 2, 3], 0, 0, 0, bytes(16))
    return jpeg(
        *before, *tables, frame(0xC2, side, side), head, scan([1], 1, 63, 0, b"\0") * (scans - 1)
    )


def encoded(image: Image.Image, file_format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def taller_than_wide(data: bytes) -> bool:
    picture = read_picture(data)
    return picture.height > picture.width


# ---- Limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "most"),
    [
        pytest.param(progressive, MAX_SCANS, id="scans"),
        # Three tables and a frame are in every one, in PNG the first chunk and the last.
        pytest.param(lambda n: small_jpeg(segment(0xE5) * (n - 4)), MAX_PARTS, id="segments"),
        pytest.param(
            lambda n: small_jpeg()[:-2] + segment(0xFE, b"x") * (n - 4) + b"\xff\xd9",
            MAX_PARTS,
            id="segments behind the pixels",
        ),
        pytest.param(
            lambda n: png([rows()], 64, 48, chunk(b"abCd") * (n - 2)), MAX_PARTS, id="chunks"
        ),
        pytest.param(
            lambda n: png([rows()], 64, 48)[:-12] + chunk(b"tEXt", b"a") * (n - 1),
            MAX_PARTS,
            id="chunks behind the pixels",
        ),
        pytest.param(
            lambda n: png([rows(), *[b""] * (n - 1)], 64, 48), MAX_PARTS, id="pieces of no bytes"
        ),
        pytest.param(
            lambda n: webp(
                *[(data[12:16], data[20:]) for data in [encoded(Image.new("RGB", (8, 8)), "WEBP")]],
                *[(b"abcd", b"x")] * (n - 1),
            ),
            MAX_PARTS,
            id="WebP's chunks",
        ),
    ],
)
def test_so_many_parts_and_no_more(made, most):
    assert read_picture(made(most)).width > 0
    with pytest.raises(PictureTooComplex, match="export it again, without metadata"):
        read_picture(made(most + 1))


def test_pixels_may_be_in_a_piece_more_for_each_256_bytes():
    noise = np.random.default_rng(0).integers(0, 256, (400, 1000), np.uint8)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in noise))
    for size, is_read in ((257, True), (100, False)):
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        assert len(pieces) > MAX_PARTS + 500
        content = png(pieces, 1000, 400, colour=0)
        if is_read:
            np.testing.assert_array_equal(read_picture(content).rgb[..., 0], noise)
        else:
            with pytest.raises(PictureTooComplex, match="too many pieces for their bytes"):
                read_picture(content)


def test_scans_times_pixels_are_limited():
    side = 6_000
    most = picture_walk.MAX_SCANNED_PIXELS // side**2
    assert 10 < most < MAX_SCANS
    jpeg_header(progressive(most, side))
    with pytest.raises(PictureTooComplex, match="too many scans for its size"):
        jpeg_header(progressive(most + 1, side))


def test_a_size_that_is_none_is_told_before_the_number_of_scans():
    with pytest.raises(PictureTooLarge):
        read_picture(progressive(20, 7_000))
    with pytest.raises(EmptyPicture):
        read_picture(progressive(20, 0))


@pytest.mark.parametrize("kind", sorted(set(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}))
def test_jpegs_that_no_browser_shows_are_refused(kind):
    data = jpeg(quantization(), frame(kind, 8, 8), scan([1, 2, 3], 0, 63, data=bytes(40)))
    with pytest.raises(UnsupportedFormat, match="save it as a baseline or progressive JPEG"):
        read_picture(data)


# ---- What is not counted -----------------------------------------------------------------------


def test_what_is_in_segments_and_behind_the_picture_is_not_counted():
    many = progressive(MAX_SCANS) * 3 + b"\xff\xda" * 5_000
    data = progressive(2, 8, *(segment(0xE0 + kind, many[:60_000]) for kind in range(2, 14)))
    plain = read_picture(progressive(2)).rgb
    for behind in (b"", many, many * 200, bytes(100_000), b"\xff\xe1\0\2" * 5_000):
        np.testing.assert_array_equal(read_picture(data + behind).rgb, plain)


def test_the_first_picture_of_several_in_a_file_is_read():
    first, second = Image.new("RGB", (32, 16), "red"), Image.new("RGB", (32, 16), "blue")
    data = encoded(first, "MPO", save_all=True, append_images=[second] * 40)
    assert data.count(b"\xff\xd8") == 41
    assert read_picture(data).rgb[8, 16, 0] > 250


def test_padding_behind_a_webp_is_not_counted():
    data = encoded(Image.new("RGB", (8, 8), "red"), "WEBP")
    assert read_picture(data + bytes(100_000)).width == 8


# ---- Every scan that libjpeg reads is counted --------------------------------------------------

_ZIGZAG = sorted(
    ((row, column) for row in range(8) for column in range(8)),
    key=lambda at: (sum(at), at[sum(at) % 2 == 0]),
)


def scan_of(coefficient: int) -> bytes:
    """Sets this one, in the order of the zigzag, to 31; by table 1 it has five bits."""
    return scan([1], coefficient, coefficient, 0, b"\x7f")


def scans_read(data: bytes) -> int:
    """By libjpeg, from the coefficients that are set; 0 where the picture cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pixels = np.asarray(Image.open(io.BytesIO(data)), float)
        except (OSError, SyntaxError, ValueError, IndexError, struct.error):
            return 0
    coefficients = dctn(pixels - 128, norm="ortho")
    return 1 + sum(abs(coefficients[at]) > 15 for at in _ZIGZAG[1:])


OBSTACLES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            *(b"\xff", b"\xff\xff\xff", b"\xff\0", b"\xff\xff\0", b"\xda", b"\xff\xda", b"\xff\1"),
            *(b"\xff\x02", b"\xff\xbf", b"\xff\xd0", b"\xff\xd7\xff\xd3", b"\xff\xdd\0\4\0\1"),
            *(b"\xff\xe0\0\0", b"\xff\xfe\0\1", b"\xff\xe5\0\2", b"\xff\xdc\0\4\0\x08"),
            *(b"\xff\xd8", b"\xff\xd9", b"\xff\xc8\0\2", b"\xff\xf0\0\2", b"\xff\xc4\0\2"),
        ]
    ),
    st.tuples(st.sampled_from([0xE0, 0xE1, 0xEE, 0xFE, 0xDC, 0xC4]), st.integers(0, 40)).map(
        lambda made: struct.pack(">BBH", 0xFF, *made)  # it may swallow what follows, or a part
    ),
)


# Many an obstacle has libjpeg read no scan at all; those are passed over.
@settings(
    max_examples=200, deadline=None, suppress_health_check=[hypothesis.HealthCheck.filter_too_much]
)
@given(
    between=st.lists(st.lists(OBSTACLES, max_size=2).map(b"".join), min_size=2, max_size=12),
    ends=st.booleans(),
)
def test_no_scan_that_libjpeg_reads_is_missed(between, ends):
    head = [b"\xff\xd8", quantization(), huffman(0, b"\0"), huffman(1, b"\5")]
    first = scan([1], 0, 0, 0, b"\0")
    scans = [scan_of(number) for number in range(1, len(between))]
    body = b"".join(part for pair in zip([first, *scans], between, strict=True) for part in pair)
    data = b"".join([*head, frame(0xC2, 8, 8, 1), body, b"\xff\xd9" * ends])
    read = scans_read(data)
    assume(read)
    jpeg_header(data)
    with patch.object(picture_walk, "MAX_SCANS", read - 1), pytest.raises(PictureTooComplex):
        jpeg_header(data)


def test_the_scans_that_libjpeg_reads_are_told_from_the_pixels():
    head = (quantization(), huffman(0, b"\0"), huffman(1, b"\5"), frame(0xC2, 8, 8, 1))
    first = scan([1], 0, 0, 0, b"\0")
    assert scans_read(jpeg(*head, first, *map(scan_of, range(1, 13)))) == 13
    hidden = segment(0xE3, scan_of(4))
    assert scans_read(jpeg(*head, first, scan_of(2), hidden, scan_of(7))) == 3


# ---- Metadata ----------------------------------------------------------------------------------


@pytest.mark.parametrize("order", "<>")
def test_the_orientation_of_a_jpeg_is_found_among_other_segments(order):
    exif = segment(0xE1, b"Exif\0\0" + tiff(6, order))
    head = (quantization(), huffman(0, b"\0"), huffman(1, b"\0"), frame(0xC0, 16, 8, 1))
    body = scan([1], 0, 63, data=bytes(4))
    text = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")
    assert taller_than_wide(jpeg(text, exif, segment(0xFE, b"a"), *head, body))
    halves = exif[4:24], b"Exif\0\0" + exif[24:]
    assert taller_than_wide(jpeg(*(segment(0xE1, half) for half in halves), *head, body))
    assert taller_than_wide(jpeg(*head, exif, body))  # anywhere before the pixels
    assert not taller_than_wide(jpeg(*head, body, exif))


def test_the_orientation_of_a_png_is_found_before_and_behind_its_pixels():
    wide = png([rows()], 64, 48, chunk(b"eXIf", tiff(6)))
    assert taller_than_wide(wide)
    behind = png([rows()], 64, 48)[:-12] + chunk(b"eXIf", tiff(6)) + chunk(b"IEND")
    assert taller_than_wide(behind)


def test_of_several_chunks_of_a_kind_the_first_holds():
    both = chunk(b"eXIf", tiff(6)) + chunk(b"eXIf", tiff(1))
    assert taller_than_wide(png([rows()], 64, 48, both))


def test_a_profile_in_several_segments_is_put_together_whatever_their_order():
    parts = [b"ICC_PROFILE\0" + bytes([number, 3]) + b"part%d" % number for number in (2, 3, 1)]
    profile = jpeg_header(small_jpeg(*(segment(0xE2, part) for part in parts))).profile
    assert profile == b"part1part2part3"
    assert jpeg_header(small_jpeg(*(segment(0xE2, part) for part in parts[:2]))).profile == b""
    assert jpeg_header(small_jpeg(segment(0xE2, parts[0][:12]))).profile == b""


def test_text_stays_packed():
    data = compressed_text(900)
    tracemalloc.start()
    assert read_picture(data).width == 64
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * len(data)


def test_a_checksum_that_is_wrong_counts_where_the_chunk_is_read():
    wrong = bytearray(chunk(b"tRNS", bytes(6)))
    wrong[-1] ^= 1
    with pytest.raises(DamagedPicture):
        read_picture(png([rows()], 64, 48, bytes(wrong)))


def test_a_profile_shows_as_in_browsers_whatever_its_slow_tag_says():
    """Which may hold a conversion of any number of steps."""
    started = time.process_time()
    with_profile = png(
        [rows()], 64, 48, chunk(b"iCCP", b"a\0\0" + zlib.compress(slow_profile(60_000)))
    )
    plain = png([rows()], 64, 48)
    np.testing.assert_array_equal(read_picture(with_profile).rgb, read_picture(plain).rgb)
    assert time.process_time() - started < 1.0


# ---- Work --------------------------------------------------------------------------------------

# The others take what the service gives them at most.
BOUNDED = sorted(
    HOSTILE.keys()
    - {
        "jpeg: scans up to the limit",
        "jpeg: inks and a profile",
        "png: empty blocks",
        "png: empty blocks, interlaced",
    }
    - {"webp: many tables", "webp: many tables, few pixels", "webp: dense"}
)


@pytest.mark.parametrize("name", BOUNDED)
def test_no_part_of_a_file_is_more_than_its_share_of_work(name):
    data = HOSTILE[name](random.Random(0))
    started = time.process_time()
    with contextlib.suppress(PictureError):
        read_picture(data)
    assert time.process_time() - started < 3.0


@pytest.mark.parametrize(
    "name",
    [
        "jpeg: stuffed bytes",
        "jpeg: fill bytes",
        "jpeg: restart markers",
        "jpeg: EXIF in many segments",
        "png: small pieces",
    ],
)
def test_a_walk_over_64_mb_is_a_matter_of_milliseconds(name):
    data = HOSTILE[name](random.Random(0))
    walk = jpeg_header if name.startswith("jpeg") else picture_walk.png_without_metadata
    started = time.process_time()
    walk(data)
    assert time.process_time() - started < 1.5


def test_empty_blocks_are_what_they_are_said_to_be():
    assert zlib.decompress(b"\x78\x01" + empty_blocks(9_000) + zlib.compress(b"a")[2:]) == b"a"


def test_the_largest_picture_may_have_as_many_scans_as_real_ones_have():
    assert 10 * MAX_PIXELS <= picture_walk.MAX_SCANNED_PIXELS
