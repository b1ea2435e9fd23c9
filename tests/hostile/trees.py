"""Names that lead out of a folder, and all that is in one, to see that nothing else was written."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

NAMES = (
    "..",
    "../planted.png",
    "../../planted.png",
    "/tmp/planted.png",
    "sub/planted.png",
    "..\\..\\planted.png",
    "sub\\planted.png",
    "\\\\server\\share\\planted.png",
    "C:\\planted.png",
    "C:planted.png",
    "c:planted.png",
    "planted\0.png",
    "planted\x1b[2J.png",
    "planted\x9b.png",
)
"""Of parents, absolute, with separators of either system, with a drive, NUL and other control
characters."""


def tree(folder: Path) -> dict[str, object]:
    """All there is in a folder: kinds and modes, sizes and hashes of files, where links lead."""
    seen: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        content: object = None
        if stat.S_ISLNK(mode):
            content = path.readlink()
        elif stat.S_ISREG(mode):
            data = path.read_bytes()
            content = (len(data), hashlib.sha256(data).hexdigest())
        seen[str(path.relative_to(folder))] = (mode, content)
    return seen
