"""Files and folders that are there as a whole, or not at all, whenever the power goes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gazecast.data.atomic import replacing


def replace_file(path: Path, text: str) -> None:
    """Puts a new file in the place of the old one, on disk when this returns. Raises OSError."""
    with replacing(path) as new:
        write_file(new, text)
        new.chmod(0o644)  # whatever the umask: services read it
    sync_folder(path.parent)


def copy_file(source: Path, target: Path) -> None:
    """Copies a file's bytes, on disk when this returns. Raises OSError."""
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())


def write_file(path: Path, text: str) -> None:
    """Writes a new file, on disk when this returns. Raises OSError."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Brings a folder's list of names to disk, which syncing the files in it does not. Raises
    OSError."""
    if os.name == "nt":  # where a folder cannot be opened, and a rename is written through
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
