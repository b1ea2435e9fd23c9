"""The files in a zip, read as the hostile bytes they may be.

Nothing is believed that the archive says about sizes: its table of contents is read up to a limit,
its files come in chunks for the caller to count, and its names are text that never becomes a path.
Nothing in it is unpacked twice, so the work is in proportion to its size.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from gazecast.serve.problems import ProblemError

CHUNK_BYTES = 64 * 1024

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENCRYPTED = 0x1
_ENTRY_BYTES = 46  # of a table of contents, for each file besides its name and the like
_CONTENTS_BYTES_PER_FILE = 1024  # all that is told of a file, with room to spare
_CONTENTS_BYTES = 128 * 1024  # for any archive; zipfile looks for the contents in the last 64 kB


def is_zip(start: bytes) -> bool:
    """Whether a file with these first four bytes or more is a zip."""
    return start.startswith(_MAGIC)


class Zips:
    """The zips of one job. max_files: it takes no more; bounds the work for tables of contents, of
    each zip and of all together, as one may have much in it that is no file."""

    def __init__(self, max_files: int) -> None:
        self._max_files = max_files
        self._limit = _CONTENTS_BYTES + max_files * _CONTENTS_BYTES_PER_FILE
        self._contents = 0  # bytes, of all so far

    def read(self, path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Name and content of each file; the content is read before the next is asked for.

        Folders are skipped, and so is what macOS and Windows add unasked (__MACOSX, .DS_Store,
        Thumbs.db). Raises ProblemError (422) for an archive that is damaged or encrypted, packed in
        unusual ways, or has another one in it; (413) for tables of contents that are too long.
        """
        with path.open("rb") as file:
            with _damage_as_problem():
                archive = ZipFile(_BoundedReads(file, self._limit, self._max_files))
            entries = archive.infolist()
            self._check(entries, path.stat().st_size)
            for entry in entries:
                if not (entry.is_dir() or _is_clutter(entry.filename)):
                    yield entry.filename, _content(archive, entry)

    def _check(self, entries: Sequence[ZipInfo], archive_bytes: int) -> None:
        """Raises ProblemError."""
        self._contents += sum(_bytes_in_contents(entry) for entry in entries)
        if self._contents > self._limit:
            raise too_many_files(self._max_files)
        nameless = any(not entry.filename for entry in entries)  # what follows a NUL is cut off
        # Where files share their bytes, little of an archive would be unpacked again and again.
        shared = sum(entry.compress_size for entry in entries) > archive_bytes
        if nameless or shared:
            raise _damaged()


def too_many_files(max_files: int) -> ProblemError:
    return ProblemError(
        413,
        "too-many-files",
        "There are too many files",
        f"The job has more than {max_files:,} files.",
        "Send several jobs, or raise GAZECAST_MAX_JOB_FILES on the server.",
    )


def _bytes_in_contents(entry: ZipInfo) -> int:
    """What an entry takes of the table of contents, or somewhat more: names may be in cp437."""
    name = len(entry.orig_filename.encode())
    return _ENTRY_BYTES + name + len(entry.extra) + len(entry.comment)


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
    with _damage_as_problem():
        file = archive.open(entry)
    with file:
        start = True
        while chunk := _read(file):
            if start and is_zip(chunk):
                raise _unusable(
                    "nested-archive", "has another zip in it", "Put all files into one zip."
                )
            start = False
            yield chunk


def _read(file: IO[bytes]) -> bytes:
    with _damage_as_problem():
        return file.read(CHUNK_BYTES)


@contextlib.contextmanager
def _damage_as_problem() -> Iterator[None]:
    """Around calls of zipfile, and nothing else: which exceptions it has for hostile bytes differs
    by its version and is told nowhere."""
    try:
        yield
    except ProblemError:
        raise
    except Exception as error:
        raise _damaged() from error


def _damaged() -> ProblemError:
    return _unusable("damaged-archive", "is damaged", "Make it again, and retry.")


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
