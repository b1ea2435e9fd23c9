"""Folders and files that only the user who runs the service can look into, from the first byte on.

Each is made with its mode: the umask is shared by all threads, and a chmod comes too late.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing; any that is there stays as it is.
    Raises OSError."""
    for missing in reversed([folder, *folder.parents]):
        if not missing.is_dir():
            missing.mkdir(mode=0o700, exist_ok=True)


def make_file(file: Path) -> None:
    """Makes an empty file where there is none. Raises OSError.

    One that is there is not even opened: SQLite's locks on it would be lost when it is closed.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def open_to_write(file: Path) -> BinaryIO:
    """A file to write from its start. Raises OSError."""
    return open(file, "wb", opener=lambda path, flags: os.open(path, flags, 0o600))


def others_may_enter(folder: Path) -> bool:
    """Whether its mode lets other users into a folder that is there."""
    if os.name == "nt":  # where modes say nothing
        return False
    try:
        return bool(folder.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH))
    except OSError:
        return False
