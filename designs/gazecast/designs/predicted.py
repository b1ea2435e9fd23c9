"""From a design to its prediction, before anything is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gazecast.analysis.automatic_regions import automatic_regions
from gazecast.analysis.regions import AnyRegion, Polygon, Region
from gazecast.designs.design import Design
from gazecast.designs.errors import GoalError
from gazecast.designs.long_pages import LongPage, LongPageRequest, predict_long_page
from gazecast.designs.regions import AnyRegion as AskedRegion
from gazecast.designs.regions import Polygon as AskedPolygon
from gazecast.model.picture import Picture, read_picture
from gazecast.model.prediction import Prediction
from gazecast.model.predictor import Predictor

Stage = Literal["decode", "predict"]

Read = Callable[[bytes], Picture]
Timer = Callable[[Stage], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """A design's picture with its prediction.

    regions: parts of the picture by their labels, those that were asked for before those that were
    found; a label is a region's name, with a number where names repeat. found: how many of them
    were found. long_page: where the picture was taken for one.
    """

    design: Design
    picture: Picture
    regions: dict[str, AnyRegion]
    found: int
    prediction: Prediction
    long_page: LongPage | None = None

    @property
    def screen(self) -> NDArray[np.uint8]:
        """What is seen at once: the picture, or the first screen of a long page."""
        rgb = self.picture.rgb
        return rgb if self.long_page is None else rgb[: self.long_page.viewport_height]


def predict(
    predictor: Predictor, design: Design, read: Read = read_picture, timer: Timer = nullcontext
) -> Predicted:
    """Reads and predicts a design. read: decodes the bytes of an image file. timer: times its
    block.

    Raises OSError for a file that cannot be read; PictureError; UnknownDomainError. Before the
    network runs: RegionError for a region that does not fit the picture, GoalError for a goal or an
    intended order of regions that are not there, LongPageError for a reach that is none.
    """
    with timer("decode"):
        picture = _picture(design.image, read)
    window, domain = design.window, design.domain
    request = LongPageRequest.asked(design)
    page = None if request is None else request.of(picture)
    asked = [placed(region, picture.width, picture.height) for region in design.regions]
    with timer("predict"):
        found = _found(picture, page and page[0]) if design.automatic_regions else []
        regions = labelled([*asked, *found])
        _refuse_unknown(design, regions)
        if page is None:
            prediction = predictor.predict(picture, window, domain)
            return Predicted(design, picture, regions, len(found), prediction)
        long_page = predict_long_page(predictor, picture, window, domain, *page)
        return Predicted(design, picture, regions, len(found), long_page.prediction, long_page)


def placed(region: AskedRegion, width: int, height: int) -> AnyRegion:
    """The region on an image of this size in pixels. Raises RegionError for one that is empty,
    crosses itself or reaches out of it."""
    in_pixels = region.unit == "px"
    if isinstance(region, AskedPolygon):
        points = tuple(region.points)
        if in_pixels:
            return Polygon.from_pixels(region.name, points, width, height)
        return Polygon(region.name, points)
    box = (region.name, region.x, region.y, region.width, region.height)
    return Region.from_pixels(*box, width, height) if in_pixels else Region(*box)


def _picture(image: Path | bytes | Picture, read: Read) -> Picture:
    if isinstance(image, Picture):
        return image
    return read(image.read_bytes() if isinstance(image, Path) else image)


def _found(picture: Picture, screen: int | None) -> list[Region]:
    """On what is seen at once, as parts of the picture. screen: its height on a long page, px."""
    seen = picture.rgb if screen is None else picture.rgb[:screen]
    part = len(seen) / picture.height
    regions = [each.region for each in automatic_regions(seen)]
    return [replace(region, y=region.y * part, height=region.height * part) for region in regions]


def labelled(regions: Sequence[AnyRegion]) -> dict[str, AnyRegion]:
    """Names, a number added to those that repeat: sentences and orders tell regions by name."""
    labels: dict[str, AnyRegion] = {}
    count: Counter[str] = Counter()
    for region in regions:
        label = region.name
        while label in labels:
            count[region.name] += 1
            label = f"{region.name} ({count[region.name] + 1})"
        labels[label] = region
    return labels


def _refuse_unknown(design: Design, regions: Iterable[str]) -> None:
    known = list(regions)
    goals = [design.goal_region] if design.goal_region else []
    for field, names in (("goal_region", goals), ("intended_order", design.intended_order)):
        for name in names:
            if name not in known:
                there = f"the regions are {', '.join(known)}" if known else "there are no regions"
                raise GoalError(field, f"there is no region {name!r}: {there}")
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise GoalError(field, f"region {twice!r} is named more than once: name it once")
