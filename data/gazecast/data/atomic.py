"""Files that are there as a whole, or as they were before, whatever ends the writing process."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write a file to, in the folder of `path`; the file takes its place when the block
    ends, and is removed when the block fails.

    Raises OSError, also where a device, a pipe or a folder is in that place: it would be replaced
    by a file.
    """
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is no file, and is not replaced by one; name another")
    written = path.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        yield written
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
