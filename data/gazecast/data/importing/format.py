"""What a format is to the import: how it is recognised, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gazecast.data.importing.recording import Recording
from gazecast.data.importing.stimuli import Stimuli


@dataclass(frozen=True, slots=True)
class Format:
    """name: for --format. title: for people. files: patterns of file names in a folder, the first
    that matches any file counts. recognises: whether a header is of this format, told from the
    cells that no other format has, so that a file that lacks a column is still recognised. read:
    all files of one study."""

    name: str
    title: str
    files: tuple[str, ...]
    recognises: Callable[[Sequence[str]], bool]
    read: Callable[[Sequence[Path], Stimuli], Recording]

    def choose(self, paths: Sequence[Path]) -> list[Path]:
        """The files of a folder that are of this format, by their names."""
        for pattern in self.files:
            if found := [path for path in paths if path.match(pattern)]:
                return found
        return []
