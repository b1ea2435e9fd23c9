"""Which image file an export means by the name it gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from gazecast.data.images import image_files
from gazecast.data.stimulus import DataError


class Stimuli:
    """The image files of a study. Exports name them with or without folder, suffix and capitals."""

    def __init__(self, folder: Path) -> None:
        """Raises DataError when the folder does not exist, holds no image, or has two images that
        differ in nothing but their suffix or capitals."""
        self.folder = folder
        self.files = image_files(folder)
        self._by_name = {file.name.lower(): file for file in self.files}
        self._by_stem: dict[str, Path] = {}
        for file in self.files:
            stem = file.stem.lower()
            if stem in self._by_stem:
                raise DataError(
                    f"{folder}: {self._by_stem[stem].name} and {file.name} have the same name but "
                    "for suffix or capitals; rename one, in the export too"
                )
            self._by_stem[stem] = file

    def find(self, name: str) -> Path | None:
        """The file that the export's name means, or None."""
        last = PurePosixPath(name.replace("\\", "/")).name.lower()
        by_name = self._by_name.get(last)
        if by_name is not None:
            return by_name
        return self._by_stem.get(last) or self._by_stem.get(PurePosixPath(last).stem)

    def unknown(self, name: str) -> str:
        """What to say of a name that no file has."""
        return (
            f"image {name!r} is not in {self.folder}, which has "
            f"{_some(file.name for file in self.files)}; add the file, or leave the rows out with "
            f"--skip {name!r} if it is no stimulus"
        )


def _some(names: Iterable[str], most: int = 4) -> str:
    listed: Sequence[str] = list(names)
    more = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {more} more" if more > 0 else "")
