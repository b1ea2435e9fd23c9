"""Names that come from files: a table, an archive or a study of somebody else may call a file
anything, so what it is called becomes a path only here."""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path

from gazecast.data.stimulus import DataError

_MOST_BYTES = 255
"""Of a name, on the file systems in use."""


class UnsafeNameError(DataError):
    """A name from a file leads elsewhere, or is none. The message has the name and the reason."""


def inside(folder: Path, name: str) -> Path:
    """The path of the file that something read from a file calls `name`, directly in `folder`.

    Raises UnsafeNameError as `check_name`, and where a link in `folder` has the name and leads out
    of it.
    """
    check_name(name)
    path = folder / name
    if not _stays(path, folder.resolve()):
        raise UnsafeNameError(
            f"{folder}: {_shown(name)} is a link that leads out of it; put the file itself there"
        )
    return path


def check_name(name: str) -> None:
    """Raises UnsafeNameError for what cannot be the name of a file in a folder: one that has a
    separator, is `..`, begins with a drive (a letter and a colon), has a NUL or another control
    character, or is too long. That is the same on every system, so that a study that is read on one
    can be read on all."""
    if name in {"", ".", ".."}:
        reason = "names no file"
    elif "/" in name or "\\" in name:
        reason = "has a slash in it, so it leads elsewhere"
    elif name[1:2] == ":" and name[0].isascii() and name[0].isalpha():
        reason = "begins with a drive, so it leads elsewhere"
    elif any(unicodedata.category(letter) == "Cc" for letter in name):
        reason = "has control characters in it"
    elif len(name.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
        reason = "is longer than file systems take"
    else:
        return
    raise UnsafeNameError(f"the name {_shown(name)} {reason}; rename it")


def _shown(name: str) -> str:
    return repr(name if len(name) <= 200 else f"{name[:200]}...")


def refuse_what_leads_out(folder: Path) -> None:
    """Holds a folder of files that are not ours against what may be in one.

    `folder` itself may be a link, as the user names it. Raises DataError, naming the file, for a
    link in it that leads out of it or nowhere, and for what is neither a file nor a folder (a pipe
    would be waited for without end).
    """
    root = folder.resolve()
    for place, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink() and not _stays(path, root):
                raise DataError(
                    f"{path}: a link that leads out of {folder}; put the file itself there"
                )
            kind = _kind(path)
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                raise DataError(f"{path}: neither a file nor a folder; remove it")


def _stays(path: Path, root: Path) -> bool:
    """Whether what a path leads to, through links, is in `root`."""
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a circle of links: RuntimeError before Python 3.13
        return False


def _kind(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); remove it") from error
