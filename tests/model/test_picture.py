"""Real files of every accepted kind, made here, and the ways in which files go wrong."""

from __future__ import annotations

import io
import random
import struct
import time
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from gazecast.model.picture import (
    MAX_PIXELS,
    MAX_SIDE,
    DamagedPicture,
    EmptyPicture,
    PictureError,
    PictureTooLarge,
    UnsupportedFormat,
    picture_size,
    read_picture,
)


def scene(width: int = 48, height: int = 32) -> Image.Image:
    """Smooth in every channel (so that lossy formats keep it) and alike in no two corners."""
    x = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return Image.fromarray(np.stack([x, y, (x + y) / 2], axis=-1).astype(np.uint8))


def encode(image: Image.Image, file_format: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *chunks: bytes) -> bytes:
    """A PNG by hand. `rows`: packed samples without filter bytes; `chunks` go before them."""
    stride = len(rows) // height
    filtered = b"".join(b"\0" + rows[y * stride : (y + 1) * stride] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(filtered))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + png_crc(kind + content)


def png_crc(content: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(content))


def orientation(value: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()


def icc(space: bytes, connection: bytes, **tags: bytes) -> bytes:
    """A small ICC profile, version 2 (ICC.1:2001-04): header, tag table, tags."""
    table, content = struct.pack(">I", len(tags)), b""
    first = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += struct.pack(">4sII", name.encode(), first + len(content), len(value))
        content += value
    header = struct.pack(
        ">I4sI4s4s4s12s4s28s3i48s",
        *(first + len(content), b"", 0x02400000, b"prtr" if space == b"CMYK" else b"mntr"),
        *(space, connection, b"", b"acsp", b"", 63190, 65536, 54061, b""),
    )
    return header + table + content


def gamma_curve(gamma: float) -> bytes:
    return struct.pack(">4sIIHxx", b"curv", 0, 1, round(gamma * 256))


def xyz(x: float, y: float, z: float) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(v * 65536) for v in (x, y, z)))


WHITE = {"wtpt": xyz(0.9642, 1.0, 0.8249)}
# sRGB's primaries (adapted to D50) with red and green exchanged: what it does is plain to see.
SWAPPED = icc(
    b"RGB ",
    b"XYZ ",
    rXYZ=xyz(0.3851, 0.7169, 0.0971),
    gXYZ=xyz(0.4361, 0.2225, 0.0139),
    bXYZ=xyz(0.1431, 0.0606, 0.7141),
    rTRC=gamma_curve(2.2),
    gTRC=gamma_curve(2.2),
    bTRC=gamma_curve(2.2),
    **WHITE,
)
LINEAR_GREY = icc(b"GRAY", b"XYZ ", kTRC=gamma_curve(1.0), **WHITE)


def cmyk_profile() -> bytes:
    """No ink is white, black ink is black, and every other mixture is mid grey (Lab 50, 0, 0)."""
    identity = bytes(range(256))
    corners = bytes([0x80, 0x80, 0x80, 0, 0x80, 0x80]) * 8  # black ink varies fastest
    matrix = (65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = struct.pack(">4sIBBBx9i", b"mft1", 0, 4, 3, 2, *matrix)
    table = lut + identity * 4 + b"\xff" + corners[1:] + identity * 3
    return icc(b"CMYK", b"Lab ", A2B0=table, **WHITE)


# ---- What is accepted --------------------------------------------------------------------------


def test_a_png_is_read_exactly():
    picture = read_picture(encode(scene()))
    np.testing.assert_array_equal(picture.rgb, np.asarray(scene()))
    assert (picture.width, picture.height, picture.rgb.dtype) == (48, 32, np.uint8)


@pytest.mark.parametrize(
    ("file_format", "options", "tolerance"),
    [
        ("JPEG", {"quality": 95}, 8),
        ("JPEG", {"quality": 95, "progressive": True}, 8),
        ("WEBP", {"quality": 95}, 12),
        ("WEBP", {"lossless": True}, 0),
    ],
)
def test_jpeg_and_webp_are_read(file_format, options, tolerance):
    rgb = read_picture(encode(scene(), file_format, **options)).rgb
    assert np.abs(rgb.astype(int) - np.asarray(scene())).max() <= tolerance


def test_path_bytes_image_and_array_give_the_same_pixels(tmp_path: Path):
    path = tmp_path / "scene.png"
    path.write_bytes(encode(scene()))
    sources = [path, str(path), path.read_bytes(), scene(), np.asarray(scene())]
    first, *others = [read_picture(source).rgb for source in sources]
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_the_hash_is_of_the_bytes_or_of_the_pixels():
    data = encode(scene())
    assert read_picture(data).sha256 == read_picture(bytes(data)).sha256
    assert read_picture(data).sha256 != read_picture(encode(scene(), compress_level=0)).sha256
    assert read_picture(scene()).sha256 == read_picture(np.asarray(scene())).sha256
    flat = np.zeros((4, 6, 3), np.uint8)
    assert read_picture(flat).sha256 != read_picture(flat.reshape(6, 4, 3)).sha256


def test_pixels_stay_as_read_when_the_source_array_changes():
    array = np.zeros((4, 6, 3), np.uint8)
    picture = read_picture(array)
    array[:] = 255
    assert picture.rgb.max() == 0
    assert not picture.rgb.flags.writeable


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("value", range(1, 9))
def test_exif_orientation_is_applied(file_format, value):
    turns = [None, 0, 3, 1, 5, 4, 6, 2]  # the transpositions that undo 1 to 8, by Pillow's numbers
    turn = turns[value - 1]
    upright = scene() if turn is None else scene().transpose(Image.Transpose(turn))
    options = {"lossless": True} if file_format == "WEBP" else {}
    if file_format == "JPEG":
        options = {"quality": 100, "subsampling": 0}
    data = encode(scene(), file_format, exif=orientation(value), **options)
    picture = read_picture(data)
    assert (picture.width, picture.height) == picture_size(data) == upright.size
    assert np.abs(picture.rgb.astype(int) - np.asarray(upright)).max() <= 3


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_the_size_is_told_without_decoding(file_format):
    largest = bomb(file_format, 10_000, 4_000)
    tracemalloc.start()
    assert picture_size(largest) == (10_000, 4_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**20
    with pytest.raises(PictureTooLarge):
        picture_size(bomb(file_format, 7_000, 7_000))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0"])
def test_the_size_of_no_picture_is_a_picture_error(data):
    with pytest.raises(PictureError):
        picture_size(data)


@pytest.mark.parametrize(
    "exif",
    [b"", b"II", b"II*\0\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x05\0" * 9],
    ids=["empty", "cut", "points outside", "nonsense entries"],
)
def test_broken_exif_is_ignored(exif):
    data = encode(scene(), "JPEG", exif=b"Exif\0\0" + exif)
    assert read_picture(data).rgb.shape == (32, 48, 3)


def test_a_profile_is_converted_to_srgb():
    red = Image.new("RGB", (4, 4), (200, 20, 20))
    seen = read_picture(encode(red, icc_profile=SWAPPED)).rgb[0, 0]
    assert seen[1] > 180
    assert seen[0] < 60


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_profile_is_found_in_every_format(file_format):
    red = Image.new("RGB", (16, 16), (200, 20, 20))
    seen = read_picture(encode(red, file_format, icc_profile=SWAPPED)).rgb[8, 8]
    assert seen[1] > seen[0] + 100


def test_an_srgb_profile_changes_nothing():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rgb = read_picture(encode(scene(), icc_profile=srgb)).rgb
    np.testing.assert_array_equal(rgb, np.asarray(scene()))


def test_a_grey_profile_is_converted():
    grey = Image.new("L", (4, 4), 55)  # linear 55 / 255 = .216 is sRGB 128
    seen = read_picture(encode(grey, icc_profile=LINEAR_GREY)).rgb[0, 0]
    assert seen.tolist() == pytest.approx([128] * 3, abs=2)


def test_a_grey_picture_may_carry_an_rgb_profile():
    grey = Image.new("L", (4, 4), 128)
    seen = read_picture(encode(grey, icc_profile=SWAPPED)).rgb[0, 0]
    assert seen.tolist() == pytest.approx([128] * 3, abs=3)


@pytest.mark.parametrize(
    "profile", [b"not a profile", SWAPPED[:200], LINEAR_GREY], ids=["text", "cut", "for grey"]
)
def test_a_profile_of_no_use_is_ignored(profile):
    rgb = read_picture(encode(scene(), icc_profile=profile)).rgb
    np.testing.assert_array_equal(rgb, np.asarray(scene()))


def test_cmyk_without_a_profile():
    inks = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    seen = read_picture(encode(inks, "JPEG")).rgb[8, 8]
    assert seen.tolist() == pytest.approx([255, 0, 0], abs=3)


def test_cmyk_with_a_profile():
    inks = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    seen = read_picture(encode(inks, "JPEG", icc_profile=cmyk_profile())).rgb[8, 8]
    assert seen.tolist() == pytest.approx([119] * 3, abs=4)  # sRGB of L* 50


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_transparency_is_seen_on_white(file_format):
    image = Image.new("RGBA", (4, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (255, 0, 0, 255))
    image.putpixel((2, 0), (0, 0, 0, 127))
    options = {"lossless": True} if file_format == "WEBP" else {}
    row = read_picture(encode(image, file_format, **options)).rgb[0].tolist()
    assert row == [[255] * 3, [255, 0, 0], [128] * 3, [255] * 3]


def test_grey_with_alpha_is_seen_on_white():
    image = Image.new("LA", (2, 1), (0, 255))
    image.putpixel((1, 0), (0, 51))
    assert read_picture(encode(image)).rgb[0, :, 0].tolist() == [0, 204]


@pytest.mark.parametrize("transparency", [1, bytes([255, 0]), bytes([255, 0] + [128] * 254)])
def test_a_palette_entry_can_be_transparent(transparency):
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0] + [0] * 762)
    image.putpixel((1, 0), 1)
    data = encode(image, transparency=transparency)
    assert read_picture(data).rgb[0].tolist() == [[255, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(3, 1, 8, 0, b"\0\x80\xff", chunk(b"tRNS", b"\0\0")), [255, 128, 255]),
        (png(2, 1, 4, 0, b"\x0f", chunk(b"tRNS", b"\0\x0f")), [0, 255]),
        (png(2, 1, 4, 0, b"\x1f", chunk(b"tRNS", b"\0\x01")), [255, 255]),
        (png(8, 1, 1, 0, b"\xf0", chunk(b"tRNS", b"\0\0")), [255] * 8),
        (png(2, 1, 8, 2, bytes(3) + bytes([9] * 3), chunk(b"tRNS", bytes(6))), [255, 9]),
        (png(2, 1, 16, 2, b"\x12\x34" * 3 + b"@@" * 3, chunk(b"tRNS", b"\x12\x34" * 3)), [255, 64]),
        (png(2, 1, 16, 0, b"\x12\x34\x12\x35", chunk(b"tRNS", b"\x12\x34")), [255, 18]),
    ],
    ids=["grey 8", "grey 4 white", "grey 4 dark", "1 bit", "rgb 8", "rgb 16", "grey 16"],
)  # fmt: skip
def test_a_transparent_colour_is_white(data, expected):
    assert read_picture(data).rgb[0, :, 0].tolist() == expected


def test_one_bit_is_black_and_white():
    assert read_picture(png(8, 1, 1, 0, b"\xa0")).rgb[0, :4, 0].tolist() == [255, 0, 255, 0]


@pytest.mark.parametrize(
    ("colour", "samples"), [(0, 1), (2, 3), (4, 2), (6, 4)], ids=["grey", "rgb", "grey+a", "rgb+a"]
)
def test_sixteen_bits_are_scaled_to_eight(colour, samples):
    levels = np.array([0, 255, 256, 0x1234, 0x8000, 0xFFFF], dtype=">u2")
    rows = np.repeat(levels[:, None], samples, axis=1)
    if colour in (4, 6):
        rows[:, -1] = 0xFFFF
    rgb = read_picture(png(len(levels), 1, 16, colour, rows.tobytes())).rgb
    np.testing.assert_allclose(rgb[0, :, 0], levels / 257, atol=1)


def test_grey_and_colour_of_sixteen_bits_agree():
    levels = np.arange(0, 2**16, 7, dtype=">u2")
    grey = read_picture(png(len(levels), 1, 16, 0, levels.tobytes())).rgb
    colour = read_picture(png(len(levels), 1, 16, 2, np.repeat(levels, 3).tobytes())).rgb
    np.testing.assert_array_equal(grey, colour)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "La", "P", "PA", "RGBa", "RGBX", "YCbCr", "HSV"])
def test_pil_images_of_other_modes_are_read(mode):
    base = scene().convert("RGBA" if mode == "RGBa" else "LA" if mode == "La" else "RGB")
    assert read_picture(base.convert(mode)).rgb.shape == (32, 48, 3)


def test_a_grey_array_and_an_rgba_array_are_read():
    grey = np.full((3, 5), 7, np.uint8)
    rgba = np.full((3, 5, 4), 0, np.uint8)
    assert read_picture(grey).rgb[0, 0].tolist() == [7, 7, 7]
    assert read_picture(rgba).rgb[0, 0].tolist() == [255, 255, 255]


def test_the_largest_allowed_picture_is_read():
    tall = Image.new("1", (MAX_PIXELS // MAX_SIDE, MAX_SIDE))
    assert read_picture(encode(tall)).height == MAX_SIDE


# ---- What is refused ---------------------------------------------------------------------------


def bomb(file_format: str, width: int, height: int) -> bytes:
    """A real small file whose header claims another size."""
    data = bytearray(encode(scene(), file_format, **({"lossless": False})))
    if file_format == "PNG":
        data[16:24] = struct.pack(">II", width, height)
        data[29:33] = png_crc(data[12:29])
    elif file_format == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", height, width)
    else:
        data[26:30] = struct.pack("<HH", width, height)
    return bytes(data)


@pytest.mark.parametrize(
    ("file_format", "width", "height"),
    [
        ("PNG", 50_000, 50_000),
        ("PNG", 10_000, 9_500),  # Pillow itself would warn here
        ("PNG", 6_325, 6_325),
        ("PNG", MAX_SIDE + 1, 1),
        ("JPEG", 50_000, 50_000),
        ("WEBP", 16_000, 16_000),
        ("WEBP", 7_000, 7_000),
    ],
)
def test_too_large_is_refused_from_the_header(file_format, width, height):
    data = bomb(file_format, width, height)
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(PictureTooLarge, match="40 megapixels"):
        read_picture(data)
    seconds = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 0.1
    assert peak < 1_000_000


def test_too_large_a_pil_image_or_array_is_refused():
    with pytest.raises(PictureTooLarge):
        read_picture(Image.open(io.BytesIO(bomb("PNG", 9_000, 9_000))))
    with pytest.raises(PictureTooLarge):
        read_picture(np.broadcast_to(np.uint8(0), (MAX_SIDE + 1, 2, 3)))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_cut_off_file_is_refused(file_format, kept):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
    data = encode(noise, file_format)
    with pytest.raises(DamagedPicture, match="export it again"):
        read_picture(data[: int(len(data) * kept)])


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_cut_anywhere_is_refused_or_loses_no_pixel(file_format):
    data = encode(scene(), file_format)
    whole = read_picture(data).rgb
    for length in range(30, len(data)):
        try:
            rgb = read_picture(data[:length]).rgb
        except DamagedPicture:
            continue
        np.testing.assert_array_equal(rgb, whole)


def test_a_corrupt_header_is_refused():
    data = bytearray(encode(scene()))
    data[20] ^= 1
    with pytest.raises(DamagedPicture):
        read_picture(bytes(data))


def test_an_empty_file_is_refused(tmp_path: Path):
    (tmp_path / "empty.png").touch()
    for source in (b"", tmp_path / "empty.png"):
        with pytest.raises(EmptyPicture, match="0 bytes"):
            read_picture(source)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"GIF89a" + bytes(40), "GIF: export one frame"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF: export the page"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'></svg>", "SVG drawing: export it as a PNG"),
        (b"\n<!DOCTYPE html><html></html>", "web page: send a PNG screenshot"),
        (encode(scene(), "BMP"), "BMP: save it as a PNG"),
        (encode(scene(), "TIFF"), "TIFF: save it as a PNG"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC photo: save it as a JPEG"),
        (b"\0\0\0\x18ftypavif" + bytes(40), "AVIF: save it as a PNG"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "video: export one frame"),
        (b"this is not a picture\n", "text, whatever its name says: send a PNG, JPEG or WebP"),
        (bytes(range(256)), "unknown format: send a PNG, JPEG or WebP"),
    ],
)
def test_other_formats_are_refused_by_name(data, names):
    with pytest.raises(UnsupportedFormat, match=names):
        read_picture(data)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_animations_are_refused(file_format):
    other = scene().transpose(Image.Transpose.ROTATE_180)
    data = encode(scene(), file_format, save_all=True, append_images=[other])
    with pytest.raises(UnsupportedFormat, match=r"animated .*: export one frame"):
        read_picture(data)


def test_a_png_animation_of_one_frame_is_a_still():
    header = chunk(b"acTL", struct.pack(">II", 1, 0))
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 2, 1, 0, 0, 1, 1, 0, 0))
    assert read_picture(png(2, 1, 8, 0, b"\x05\x06", header, frame)).rgb[0, 1, 0] == 6


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.zeros((0, 5, 3), np.uint8), EmptyPicture),
        (np.zeros((5, 0), np.uint8), EmptyPicture),
        (np.zeros((5, 5, 3), np.float32), UnsupportedFormat),
        (np.zeros((5, 5, 2), np.uint8), UnsupportedFormat),
        (np.zeros((1, 5, 5, 3), np.uint8), UnsupportedFormat),
        (np.zeros(5, np.uint8), UnsupportedFormat),
    ],
)
def test_arrays_that_are_no_picture_are_refused(array, error):
    with pytest.raises(error):
        read_picture(array)


def test_a_pil_image_without_a_range_is_refused():
    with pytest.raises(UnsupportedFormat, match="convert it to RGB"):
        read_picture(Image.new("F", (4, 4)))


def test_a_pil_image_without_pixels_is_refused():
    with pytest.raises(EmptyPicture):
        read_picture(Image.new("RGB", (0, 4)))


def test_a_lazily_opened_pil_image_that_is_cut_off_is_refused():
    data = encode(scene())
    with pytest.raises(DamagedPicture):
        read_picture(Image.open(io.BytesIO(data[: len(data) // 2])))


def test_a_path_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(PictureError, match=r"no file .*missing\.png: check the path"):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(PictureError, match="is a folder"):
        read_picture(tmp_path)
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture("nul\0byte.png")


def test_other_kinds_of_source_are_a_type_error():
    with pytest.raises(TypeError, match="pass a path, bytes, a PIL image"):
        read_picture(42)


def test_errors_carry_a_code_and_a_remedy():
    with pytest.raises(PictureError) as caught:
        read_picture(b"")
    assert caught.value.code == "empty-picture"
    assert caught.value.remedy in str(caught.value)
    assert isinstance(caught.value, ValueError)


# ---- Fuzz: a bad file gives a PictureError, never another exception, never a warning ------------

SEEDS = [
    encode(scene(12, 9)),
    encode(scene(12, 9).convert("RGBA")),
    encode(scene(12, 9).quantize(8), transparency=bytes([0, 128, 255])),
    encode(scene(12, 9), icc_profile=SWAPPED, exif=orientation(6)),
    png(4, 3, 16, 0, bytes(range(24)), chunk(b"tRNS", b"\0\x01")),
    encode(scene(12, 9), save_all=True, append_images=[scene(12, 9).rotate(180)]),
    encode(scene(12, 9), "JPEG", icc_profile=SWAPPED, exif=orientation(6)),
    encode(scene(12, 9).convert("CMYK"), "JPEG", progressive=True, icc_profile=cmyk_profile()),
    encode(scene(12, 9), "WEBP", icc_profile=SWAPPED, exif=orientation(6)),
    encode(scene(12, 9).convert("RGBA"), "WEBP", lossless=True),
]


def mutate(data: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        # Half of the hits in the first bytes: headers break in more ways than pixels.
        end = chance.choice([min(len(mutated), 120), len(mutated)])
        mutated[chance.randrange(end)] = chance.randrange(256)
    if chance.random() < 0.3:
        del mutated[chance.randrange(len(mutated)) :]
    return repair_png(bytes(mutated)) if chance.random() < 0.7 else bytes(mutated)


def repair_png(data: bytes) -> bytes:
    """Make the checksums right again, so that a mutation gets past them."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    repaired, position = bytearray(data[:8]), 8
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        repaired += chunk(kind, data[position + 8 : position + 8 + length])
        position += 12 + length
    return bytes(repaired)


@settings(max_examples=300, deadline=None)
@given(seed=st.sampled_from(range(len(SEEDS))), number=st.integers(0, 2**32))
def test_mutated_files_give_a_picture_or_a_picture_error(seed, number):
    data = mutate(SEEDS[seed], random.Random(number))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            rgb = read_picture(data).rgb
        except PictureError:
            rgb = None
    assert not caught
    assert rgb is None or (rgb.dtype == np.uint8 and rgb.ndim == 3)


@settings(deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_give_a_picture_error(data):
    with pytest.raises(PictureError):
        read_picture(data)
