"""The file of regions that `gazecast compare` and `gazecast report` read, and the images' names in
it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to load, and --help does without
    from gazecast.serve.schemas import AnyRegionInput


class RegionsFileError(Exception):
    """The file cannot be used; the message names what is wrong in it."""


def image_names(images: Sequence[Path]) -> list[str]:
    """File names, as the service has them; with the folder where two files share one."""
    count = Counter(image.name for image in images)
    return [image.name if count[image.name] == 1 else str(image) for image in images]


def read_regions(file: Path | None, names: Sequence[str]) -> dict[str, Sequence[AnyRegionInput]]:
    """The regions of each image; none without a file.

    file: JSON, a list of regions for all images or an object from an image's name to such a list.
    Raises OSError, RegionsFileError.
    """
    from pydantic import TypeAdapter, ValidationError

    from gazecast.serve.schemas import RegionsOfVariants

    if file is None:
        return dict.fromkeys(names, ())
    adapter: TypeAdapter[RegionsOfVariants] = TypeAdapter(RegionsOfVariants)
    try:
        regions = adapter.validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(map(str, (file, *first["loc"])))
        raise RegionsFileError(f"{where}: {first['msg']}") from error
    if isinstance(regions, list):
        return dict.fromkeys(names, regions)
    for name in regions:
        if name not in names:
            raise RegionsFileError(
                f"{file} has regions of {name!r}, but the images are {', '.join(names)}"
            )
    return {name: regions.get(name, ()) for name in names}
