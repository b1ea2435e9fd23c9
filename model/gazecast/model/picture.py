"""From what a user sends to upright sRGB pixels, or to an error that says what to do
(`picture_errors.py`).

The bytes are hostile until shown otherwise: what the file is put together of is looked at, and its
size refused, before a pixel is decoded (`picture_walk.py`), and nothing but a PictureError comes
out of a bad file.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile, _Tile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from gazecast.model.picture_errors import (
    DamagedPicture,
    EmptyPicture,
    PictureError,
    PictureTooComplex,
    PictureTooLarge,
    UnsupportedFormat,
    animated,
    damaged,
)
from gazecast.model.picture_walk import (
    MAX_PIXELS,
    MAX_SIDE,
    SMALLER,
    check_webp,
    jpeg_header,
    png_without_metadata,
    refuse_size,
)

__all__ = [
    "MAX_PIXELS",
    "MAX_SIDE",
    "DamagedPicture",
    "EmptyPicture",
    "Picture",
    "PictureError",
    "PictureSource",
    "PictureTooComplex",
    "PictureTooLarge",
    "UnsupportedFormat",
    "picture_size",
    "read_picture",
]

PictureSource = str | Path | bytes | Image.Image | NDArray[np.uint8]
"""A path, the bytes of a file, a PIL image, or an array (H, W), (H, W, 3) or (H, W, 4)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as people see it.

    rgb: uint8 (height, width, 3), read-only; sRGB, upright, transparency on white.
    width, height: pixels of `rgb`.
    sha256: hex digest of the bytes that were read; for arrays and PIL images, which have no file,
        of the size and the pixels of `rgb`.
    """

    rgb: NDArray[np.uint8]
    width: int
    height: int
    sha256: str


def read_picture(source: PictureSource) -> Picture:
    """Read a still PNG, JPEG or WebP picture, a PIL image (the frame it stands at) or an array.

    source: a path, the bytes of a file, a PIL image, or a uint8 array: (height, width) is grey,
        (height, width, 3) RGB, (height, width, 4) RGBA.

    Up to MAX_PIXELS pixels and MAX_SIDE a side. EXIF orientation is applied, an embedded ICC
    profile is converted to sRGB, transparency is composited on white, 16-bit samples keep their
    upper eight bits.

    Raises PictureError (see the module's tree); TypeError for any other kind of source.
    """
    if isinstance(source, str | Path):
        source = _read_file(Path(source))
    if isinstance(source, bytes):
        with _pillow_errors_as_damage():
            rgb = _upright_srgb(_decode(source))
        digest = hashlib.sha256(source)
    else:
        if isinstance(source, np.ndarray):
            source = _from_array(source)
        if not isinstance(source, Image.Image):
            raise TypeError(
                f"cannot read a picture from {type(source).__name__}: "
                "pass a path, bytes, a PIL image or a uint8 array"
            )
        refuse_size(*source.size)
        with _pillow_errors_as_damage():
            rgb = _upright_srgb(source)
        digest = hashlib.sha256(f"{rgb.shape[1]}x{rgb.shape[0]}:".encode())
        digest.update(rgb.data)
    height, width, _ = rgb.shape
    return Picture(rgb=rgb, width=width, height=height, sha256=digest.hexdigest())


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height that `read_picture` would find for the bytes of a file, from its header.

    Raises PictureError for what shows there to be no usable picture.
    """
    with _pillow_errors_as_damage():
        image = _open(content)
        width, height = image.size
        on_its_side = _orientation(image.info.get("exif")) in range(5, 9)
    return (height, width) if on_its_side else (width, height)


@contextmanager
def _pillow_errors_as_damage() -> Iterator[None]:
    try:
        yield
    except (PictureError, MemoryError):
        raise
    except Image.DecompressionBombError as error:  # raised by the WebP reader's own size check
        raise PictureTooLarge("The picture is too large", SMALLER) from error
    except Exception as error:
        # Pillow's readers answer a hostile file with nearly any exception: SyntaxError, OSError,
        # struct.error, IndexError, zlib.error, UnicodeDecodeError, ...
        raise damaged() from error


# ---- Getting bytes and pixels ------------------------------------------------------------------


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {path}", "check the path") from error
    except IsADirectoryError as error:
        raise PictureError(f"{path} is a folder", "name one picture file in it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PictureError(
            f"{path} cannot be read ({reason})", "check the path and its permissions"
        ) from error


def _from_array(array: NDArray[np.uint8]) -> Image.Image:
    if array.dtype != np.uint8:
        raise UnsupportedFormat(
            f"The array holds {array.dtype}", "scale it to 0-255 and pass .astype(numpy.uint8)"
        )
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise UnsupportedFormat(
            f"The array has the shape {array.shape}",
            "pass (height, width), (height, width, 3) or (height, width, 4)",
        )
    height, width = array.shape[:2]
    refuse_size(width, height)
    return Image.fromarray(array)


class _JpegReader(JpegImageFile):
    """Decodes a JPEG whose header has been looked at. Pillow's own look at it would go over each
    table and each block of metadata in Python, which takes seconds where there are many."""

    _MODES: ClassVar = {1: "L", 3: "RGB", 4: "CMYK"}

    def __init__(self, data: bytes) -> None:
        self._header = jpeg_header(data)
        self._bytes = len(data)
        super().__init__(io.BytesIO(data))

    def _open(self) -> None:
        header = self._header
        self._size = header.width, header.height
        self._mode = self._MODES[header.components]
        self.info = {"exif": header.exif, "icc_profile": header.profile}
        # Inks are inverted, as Adobe's programs write them.
        samples = "CMYK;I" if self._mode == "CMYK" else self._mode
        self.tile = [_Tile("jpeg", (0, 0, *self._size), 0, (samples, ""))]
        # All at once: between two blocks libjpeg goes back over fill bytes, however many they are.
        self.decodermaxblock = self._bytes


def _decode(data: bytes) -> Image.Image:
    """The decoded image."""
    image = _open(data)
    image.load()
    if isinstance(image, PngImageFile):
        _scale_transparency(image, bit_depth=data[24])
    return image


def _open(data: bytes) -> ImageFile:
    """The image with no pixel decoded yet. The readers are called directly because Image.open()
    warns about sizes over its own limit, which is a global that belongs to the application."""
    if not data:
        raise EmptyPicture("The picture is empty (0 bytes)", "send the file's content")
    image: ImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        image = PngImageFile(io.BytesIO(png_without_metadata(data)))
    elif data.startswith(b"\xff\xd8\xff"):
        image = _JpegReader(data)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        check_webp(data)
        image = WebPImageFile(io.BytesIO(data))
    else:
        raise _unsupported(data)
    refuse_size(*image.size)
    if isinstance(image, WebPImageFile) and image.n_frames > 1:
        raise animated("WebP")
    return image


def _scale_transparency(image: Image.Image, bit_depth: int) -> None:
    """Pillow scales a PNG's samples to eight bits, but leaves the transparent colour as it stands
    in the file."""
    colour = image.info.get("transparency")
    if image.mode == "L" and isinstance(colour, int) and bit_depth < 8:
        image.info["transparency"] = colour * 255 // (2**bit_depth - 1)
    elif image.mode == "RGB" and isinstance(colour, tuple) and bit_depth == 16:
        image.info["transparency"] = tuple(sample >> 8 for sample in colour)


def _unsupported(data: bytes) -> UnsupportedFormat:
    """Name what the bytes are, where that is easy to see, and the way out of it."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith((b"GIF87a", b"GIF89a")):
        name, remedy = "a GIF", "export one frame as a still PNG"
    elif data.startswith(b"%PDF"):
        name, remedy = "a PDF", "export the page as a PNG"
    elif start.startswith(b"<") and b"<svg" in start:
        name, remedy = "an SVG drawing", "export it as a PNG at the size people see it"
    elif start.startswith((b"<!doctype html", b"<html")):
        name, remedy = "a web page", "send a PNG screenshot of it"
    elif data.startswith(b"BM"):
        name, remedy = "a BMP", "save it as a PNG"
    elif data.startswith((b"II*\0", b"MM\0*")):
        name, remedy = "a TIFF", "save it as a PNG"
    elif brand.startswith((b"hei", b"hev", b"mif", b"msf")):
        name, remedy = "a HEIC photo", "save it as a JPEG"
    elif brand.startswith(b"avi"):
        name, remedy = "an AVIF", "save it as a PNG"
    elif brand:
        name, remedy = "a video", "export one frame as a still PNG"
    elif start.isascii() and b"\0" not in start:
        name, remedy = "text, whatever its name says", "send a PNG, JPEG or WebP picture"
    else:
        name, remedy = "of an unknown format", "send a PNG, JPEG or WebP picture"
    return UnsupportedFormat(f"The file is {name}", remedy)


# ---- Getting to upright sRGB -------------------------------------------------------------------

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright_srgb(image: Image.Image) -> NDArray[np.uint8]:
    image.load()
    colour, alpha = _split_alpha(image)
    colour = _to_srgb(colour, image.info.get("icc_profile"))
    if alpha is not None:
        on_white = Image.new("RGB", colour.size, "white")
        on_white.paste(colour, mask=alpha)
        colour = on_white
    turn = _TURNS.get(_orientation(image.info.get("exif")))
    if turn is not None:
        colour = colour.transpose(turn)
    rgb: NDArray[np.uint8] = np.asarray(colour)
    rgb.setflags(write=False)
    return rgb


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The colours (mode L, RGB or CMYK) and the opacity (mode L), None where all is opaque."""
    if image.mode.startswith("I;16"):
        # Upper eight bits, as Pillow does for 16-bit RGB, so that both give the same grey.
        samples = np.asarray(image)
        grey = Image.fromarray((samples >> 8).astype(np.uint8))
        transparent = image.info.get("transparency")
        if not isinstance(transparent, int):
            return grey, None
        return grey, Image.fromarray(np.where(samples == transparent, 0, 255).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise UnsupportedFormat(
            f"The PIL image's mode {image.mode} has no fixed range", "convert it to RGB first"
        )
    if image.mode in ("La", "RGBa"):  # premultiplied
        image = image.convert(image.mode.upper())
    elif image.mode in ("1", "L") and "transparency" in image.info:
        image = image.convert("LA")
    elif image.mode not in ("LA", "RGBA") and image.has_transparency_data:
        image = image.convert("RGBA")
    if image.mode in ("LA", "RGBA"):
        alpha = image.getchannel("A")
        opaque = alpha.getextrema() == (255, 255)
        return image.convert(image.mode.removesuffix("A")), None if opaque else alpha
    if image.mode == "1":
        return image.convert("L"), None
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB"), None


_PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_MAX_PROFILE_BYTES = 4 * 2**20  # real ones stay under 3 MB; a few are kept, see below
_MAX_TAGS = 100  # lcms takes no profile that has more
_SRGB = ImageCms.createProfile("sRGB")


def _to_srgb(colour: Image.Image, profile: object) -> Image.Image:
    """RGB from L, RGB or CMYK. A profile that is broken, or that is for another kind of picture, is
    ignored, as browsers do."""
    if isinstance(profile, bytes) and 0 < len(profile) <= _MAX_PROFILE_BYTES:
        mode, transform = _profile_transform(profile)
        if mode == "RGB" and colour.mode == "L":
            colour = colour.convert("RGB")
        if transform is not None and colour.mode == mode:
            return transform.apply(colour)
    return colour if colour.mode == "RGB" else colour.convert("RGB")


@lru_cache(maxsize=4)  # pictures that come together mostly share a profile; building takes 5 ms
def _profile_transform(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """The mode that a profile is for, and its transform to sRGB: None where there is nothing to do.

    Whether a profile is sRGB is decided by what it does to a cube of colours: there are many
    profiles of that name, and of others, that do the same.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(_without_float_tag(profile)))
        mode = _PROFILE_MODES[source.profile.xcolor_space]
        transform = ImageCms.ImageCmsTransform(source, ImageCms.ImageCmsProfile(_SRGB), mode, "RGB")
    except (OSError, ValueError, TypeError, KeyError, struct.error):
        return "", None
    if mode == "RGB":
        levels = np.arange(0, 256, 17, dtype=np.uint8)
        cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3)
        moved = np.asarray(transform.apply(Image.fromarray(cube)))
        if np.abs(moved.astype(np.int16) - cube).max() <= 2:
            return mode, None
    return mode, transform


def _without_float_tag(profile: bytes) -> bytes:
    """The profile with its tag D2B0 under a name that means nothing. Lcms would prefer it to the
    others, and in it a conversion has as many steps as there is room for: 160 kB took 15 s.
    Browsers do not know the tag, so a profile that shows alike everywhere does without."""
    (tags,) = struct.unpack_from(">I", profile, 128)
    table = 132 + 12 * min(tags, _MAX_TAGS)
    return profile[:132] + profile[132:table].replace(b"D2B0", b"x2B0") + profile[table:]


def _orientation(exif: object) -> int:
    """The Orientation tag (1 to 8) of the first TIFF directory, 1 where there is none.

    Read here because Pillow reads the whole directory, with a warning for each untidy entry.
    """
    if not isinstance(exif, bytes):
        return 1
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(entries):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * entry)
            if tag == 0x0112 and kind == 3:
                return int(value)
    except struct.error:
        pass  # a directory cut short has no orientation to offer
    return 1
