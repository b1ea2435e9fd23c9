"""The files in a zip, read as the hostile bytes they may be.

Nothing is believed that the archive says about sizes: its table of contents is read up to a limit,
its files come in chunks for the caller to count, and its names are text that never becomes a path.
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gazecast.serve.problems import ProblemError

CHUNK_BYTES = 64 * 1024

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENCRYPTED = 0x1
# What zipfile answers damaged archives with; OSError where a seek goes astray.
_DAMAGE = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
    zlib.error,
)
_CONTENTS_BYTES_PER_FILE = 1024  # a file's name and its 46 bytes of numbers, with room to spare
_CONTENTS_BYTES = 128 * 1024  # for any archive; zipfile looks for the contents in the last 64 kB


def is_zip(start: bytes) -> bool:
    """Whether a file with these first four bytes or more is a zip."""
    return start.startswith(_MAGIC)


def read_zip(path: Path, max_files: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and content of each file; the content is read before the next is asked for.

    Folders are skipped, and so is what macOS and Windows add unasked (__MACOSX, .DS_Store,
    Thumbs.db). max_files: the caller takes no more; bounds the memory for the table of contents.
    Raises ProblemError (422) for an archive that is damaged or encrypted, packed in unusual ways,
    or has another one in it; (413) for a table of contents that is too long.
    """
    with path.open("rb") as file, _damage_as_problem():
        limit = _CONTENTS_BYTES + max_files * _CONTENTS_BYTES_PER_FILE
        with ZipFile(_BoundedReads(file, limit, max_files)) as archive:
            for entry in archive.infolist():
                if not (entry.is_dir() or _is_clutter(entry.filename)):
                    yield entry.filename, _content(archive, entry)


def too_many_files(max_files: int) -> ProblemError:
    return ProblemError(
        413,
        "too-many-files",
        "There are too many files",
        f"The job has more than {max_files:,} files.",
        "Send several jobs, or raise GAZECAST_MAX_JOB_FILES on the server.",
    )


def _is_clutter(name: str) -> bool:
    *folders, file = name.split("/")
    return "__MACOSX" in folders or file.startswith(".") or file in ("Thumbs.db", "desktop.ini")


def _content(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    if entry.flag_bits & _ENCRYPTED:
        raise _unusable("encrypted-archive", "is encrypted", "Send it without a password.")
    # Others, such as LZMA, take as much memory to unpack as the archive says.
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _unusable(
            "unsupported-archive", "is packed in an unusual way", "Pack it with Deflate."
        )
    with _damage_as_problem(), archive.open(entry) as file:
        start = True
        while chunk := file.read(CHUNK_BYTES):
            if start and is_zip(chunk):
                raise _unusable(
                    "nested-archive", "has another zip in it", "Put all files into one zip."
                )
            start = False
            yield chunk


@contextlib.contextmanager
def _damage_as_problem() -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise _unusable("damaged-archive", "is damaged", "Make it again, and retry.") from error


def _unusable(slug: str, state: str, remedy: str) -> ProblemError:
    return ProblemError(422, slug, "The zip cannot be used", f"The zip {state}.", remedy)


class _BoundedReads:
    """A file of which zipfile gets a bounded piece at a time: it reads a table of contents in one
    piece, as long as the archive says, and makes an object of each 46 bytes."""

    def __init__(self, file: BinaryIO, limit: int, max_files: int) -> None:
        self._limit = limit
        self._max_files = max_files
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > self._limit:
            raise too_many_files(self._max_files)
        data = self._file.read(self._limit + 1 if size < 0 else size)
        if len(data) > self._limit:
            raise too_many_files(self._max_files)
        return data

    def close(self) -> None:
        """Left to whoever opened it."""
