"""The form of a job, written to disk while it arrives.

The framework's own form parser would keep an open temporary file for each of a thousand pictures,
and the smaller ones in memory; here one is open at a time, and memory stays flat.
"""

from __future__ import annotations

import errno
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from gazecast.designs.limits import Limits
from gazecast.serve.jobs import private
from gazecast.serve.jobs.archive import Zips, is_zip, too_many_files
from gazecast.serve.limits import MAX_TEXT_FIELDS, file_for_text, text_too_long
from gazecast.serve.problems import ProblemError, not_multipart
from gazecast.serve.settings import Settings

FILES = "files"
"""The field that pictures and zips come in."""

_MAX_EMPTY = 16  # files without a picture, as browsers send them where none was chosen


class Upload:
    """fields: the form's text fields. names: of the pictures, whose files are called 0, 1, ... in
    the folder, in the same order, those of a zip in its place.

    `feed` and `finish` block, and raise ProblemError for a form that is malformed or too large, or
    a zip that cannot be used.
    """

    def __init__(
        self, content_type: str, folder: Path, settings: Settings, texts: Collection[str] = ()
    ) -> None:
        """texts: the names of the text fields that there may be."""
        self._texts = texts
        self.fields: dict[str, str] = {}
        self.names: list[str] = []
        self._folder = folder
        self._settings = settings
        self._bytes = 0  # of all pictures, unpacked
        self._parts = 0
        self._zips = Zips(settings.max_job_files)
        self._header = [b"", b""]
        self._disposition = b""
        self._field = ""
        self._file_name: str | None = None  # None in a text field
        self._file: BinaryIO | None = None
        self._text = bytearray()
        self._text_bytes = Limits(settings.max_regions).text_bytes
        self._complete = False  # the form's closing line was seen
        media_type, options = parse_options_header(content_type)
        if media_type != b"multipart/form-data":
            raise not_multipart(content_type, FILES, "curl -F files=@a.png -F files=@b.png")
        boundary = options.get(b"boundary")
        if not boundary:
            raise _malformed()
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": partial(self._add_header, 0),
                    "on_header_value": partial(self._add_header, 1),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._end_headers,
                    "on_part_data": self._add_data,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _malformed() from error

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _malformed() from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _disk_full() from error
            raise

    def finish(self) -> None:
        if not self._complete:
            raise _malformed()

    def close(self) -> None:
        """Closes the file that a broken upload left open."""
        if self._file is not None:
            self._file.close()

    def _begin_part(self) -> None:
        self._disposition, self._text = b"", bytearray()
        self._parts += 1
        if self._parts > self._settings.max_job_files + _MAX_EMPTY + MAX_TEXT_FIELDS:
            raise too_many_files(self._settings.max_job_files)

    def _add_header(self, which: int, data: bytes, start: int, end: int) -> None:
        self._header[which] += data[start:end]  # the parser bounds a header's length

    def _end_header(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._header = [b"", b""]

    def _end_headers(self) -> None:
        options = parse_options_header(self._disposition)[1]
        if b"name" not in options:
            raise _malformed()
        self._field = options[b"name"].decode("utf-8", "replace")
        self._file_name = None
        if b"filename" not in options:
            return
        if self._field != FILES and self._field in self._texts and options[b"filename"]:
            raise file_for_text(self._field)
        if self._field != FILES:
            raise ProblemError(
                422,
                "unknown-field",
                "A field is not known",
                f"The request has a file in the field {self._field!r}.",
                f"Send all pictures and zips in the field {FILES!r}, as in "
                "curl -F files=@a.png -F files=@b.png.",
            )
        self._file_name = options[b"filename"].decode("utf-8", "replace")
        self._file = private.open_to_write(self._received)

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > self._text_bytes:
            raise text_too_long(self._field, self._text_bytes)

    def _end_part(self) -> None:
        if self._file is None:
            self.fields[self._field] = self._text.decode("utf-8", "replace")
            if len(self.fields) > MAX_TEXT_FIELDS:
                raise _malformed()
            return
        self._file.close()
        self._file = None
        size = self._received.stat().st_size
        with self._received.open("rb") as file:
            zipped = is_zip(file.read(4))
        if zipped:
            for name, content in self._zips.read(self._received):
                with private.open_to_write(self._next_file(name)) as unpacked:
                    for chunk in content:
                        unpacked.write(chunk)
                        self._count(len(chunk), unpacked.tell())
            self._received.unlink()
        # A browser's form sends an empty part where no file was chosen.
        elif self._file_name or size:
            self._count(size, size)
            self._received.rename(self._next_file(self._file_name or ""))

    def _end(self) -> None:
        self._complete = True

    @property
    def _received(self) -> Path:
        return self._folder / "received"

    def _next_file(self, name: str) -> Path:
        if len(self.names) == self._settings.max_job_files:
            raise too_many_files(self._settings.max_job_files)
        self.names.append(name)
        return self._folder / str(len(self.names) - 1)

    def _count(self, added: int, size: int) -> None:
        """Refuses a file, or a job, that has grown too large. added: the latest bytes of the file's
        size."""
        self._bytes += added
        if size > self._settings.max_body_bytes:
            raise _too_large(
                "A file",
                self._settings.max_body_bytes,
                "Send smaller images, as JPEG or WebP, or raise GAZECAST_MAX_BODY_BYTES on the "
                "server.",
            )
        if self._bytes > self._settings.max_job_bytes:
            raise _too_large(
                "The job, unpacked,",
                self._settings.max_job_bytes,
                "Send several jobs, or raise GAZECAST_MAX_JOB_BYTES on the server.",
            )


def _malformed() -> ProblemError:
    return ProblemError(
        400,
        "bad-request",
        "Bad Request",
        "The body is no well-formed multipart form.",
        f"Send images or zips of them as the file field {FILES!r}, and at most {MAX_TEXT_FIELDS} "
        "text fields, of a well-formed multipart/form-data body.",
    )


def _too_large(what: str, limit: int, remedy: str) -> ProblemError:
    return ProblemError(
        413,
        "job-too-large",
        "The job is too large",
        f"{what} is larger than {limit:,} bytes.",
        remedy,
    )


def _disk_full() -> ProblemError:
    return ProblemError(
        507,
        "disk-full",
        "There is no room for the job",
        "The disk that jobs are kept on is full.",
        "Delete jobs that are no longer needed, or give GAZECAST_DATA_DIR a larger disk.",
    )
