"""Image files of data sets: which files are images, and how large they are."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from gazecast.data.stimulus import DataError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
FORMATS = ("JPEG", "PNG", "WEBP")
"""What a file that is not ours is opened as, whatever its name says: no other reader of Pillow gets
to see it. Its reader of JPEG reads MPO too, what phones write: a JPEG with others behind it."""

# EXIF orientations that turn the stored image by a quarter: width and height change places.
_QUARTER_TURNS = frozenset({5, 6, 7, 8})


def image_files(folder: Path) -> list[Path]:
    """The image files directly in `folder`, by name.

    Raises DataError when the folder does not exist or holds no image.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; the images belong there")
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if not files:
        raise DataError(f"{folder}: no image in it; put {', '.join(sorted(SUFFIXES))} files there")
    return files


def open_image(file: Path | BinaryIO) -> ImageFile:
    """An image file, for `with`, nothing but its header read yet.

    Raises OSError (UnidentifiedImageError for a file of none of `FORMATS`).
    """
    return Image.open(file, formats=FORMATS)


def image_size(path: Path) -> tuple[int, int]:
    """(width, height) in pixels of the upright image, from the file's header alone.

    Raises DataError when the file is missing or is not an image.
    """
    try:
        with open_image(path) as image:
            width, height = image.size
            # Asked for EXIF that its header lacks, a PNG is decoded to its end to look there.
            if image.format == "PNG" and "exif" not in image.info:
                return width, height
            if image.getexif().get(ExifTags.Base.Orientation) in _QUARTER_TURNS:
                return height, width
            return width, height
    except FileNotFoundError:
        raise DataError(f"{path}: no such image file; add it or remove its rows") from None
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: cannot be read as an image; replace it ({error})") from error
