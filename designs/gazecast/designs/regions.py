"""Regions as they are asked for: in parts of the image or in its pixels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    Strict,
    StringConstraints,
    Tag,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from gazecast.analysis.bounds import MAX_POINTS, MOST_VARIANTS
from gazecast.designs.errors import TooManyError
from gazecast.designs.limits import LONGEST_LABEL, LONGEST_NAME, Limits

# Strict: a number in quotes is a mistake in the client, so it is said.
_CONFIG = ConfigDict(use_attribute_docstrings=True, frozen=True, strict=True, extra="forbid")

_Coordinate = Annotated[FiniteFloat, Strict()]


class Region(BaseModel):
    """A rectangle to measure, in parts of the image's width and height (0 to 1) or in pixels."""

    model_config = _CONFIG

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
    """Comes back in the answer."""
    x: FiniteFloat
    """Left edge."""
    y: FiniteFloat
    """Top edge."""
    width: FiniteFloat
    """Width, more than 0."""
    height: FiniteFloat
    """Height, more than 0."""
    unit: Literal["fraction", "px"] = "fraction"
    """Whether the numbers are parts of the image's size or its pixels."""


class Polygon(BaseModel):
    """An outline to measure, in parts of the image's width and height (0 to 1) or in pixels."""

    model_config = _CONFIG

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
    """Comes back in the answer."""
    points: Annotated[
        list[Annotated[tuple[_Coordinate, _Coordinate], Strict(False)]],
        Field(min_length=3, max_length=MAX_POINTS, fail_fast=True),
        Strict(False),
    ]
    """Its corners [x, y] in order around it, either way round."""
    unit: Literal["fraction", "px"] = "fraction"
    """Whether the numbers are parts of the image's size or its pixels."""

    def height_on(self, height: int) -> float:
        """Of its bounding box, px on an image of this height."""
        depths = [y for _, y in self.points]
        pixels = (max(depths) - min(depths)) * (1 if self.unit == "px" else height)
        return min(pixels, height)


def _shape(region: object) -> str:
    """Which of both it is meant to be, so that only that one's errors are told."""
    outline = "points" in region if isinstance(region, dict) else isinstance(region, Polygon)
    return "polygon" if outline else "rectangle"


AnyRegion = Annotated[
    Annotated[Region, Tag("rectangle")] | Annotated[Polygon, Tag("polygon")],
    Discriminator(_shape),
]


def _within_limits(regions: object, info: ValidationInfo) -> object:
    """Counts before anything is validated. The context holds the limits; without, there are none.
    What is no list of regions is left to its own validation. Raises TooManyError."""
    limits = info.context
    if isinstance(regions, list) and isinstance(limits, Limits):
        if len(regions) > limits.regions:
            raise TooManyError("regions", "regions", len(regions), limits.regions)
        shapes = [region for region in regions if isinstance(region, dict)]
        points = [shape.get("points") for shape in shapes]
        corners = sum(len(each) for each in points if isinstance(each, list))
        if corners > limits.corners:
            raise TooManyError("regions", "corners", corners, limits.corners)
        # Each would be told as an error of its own.
        most = len(Region.model_fields | Polygon.model_fields)
        if any(len(shape) > most for shape in shapes):
            raise PydanticCustomError("region_keys", "A region has more keys than there are")
    return regions


Regions = Annotated[list[AnyRegion], Field(fail_fast=True), BeforeValidator(_within_limits)]


def _few_variants(regions: dict[str, object]) -> dict[str, object]:
    """Raises TooManyError for more than a comparison may have."""
    if len(regions) > MOST_VARIANTS:
        remedy = "Give regions for the variants that are there, by their file names."
        raise TooManyError("regions", "variants", len(regions), MOST_VARIANTS, remedy)
    return regions


def _extent(regions: object) -> str:
    return "per variant" if isinstance(regions, dict) else "for all"


RegionsOfVariants = Annotated[
    Annotated[Regions, Tag("for all")]
    | Annotated[dict[str, Regions], BeforeValidator(_few_variants), Tag("per variant")],
    Discriminator(_extent),
]
"""A list for all variants of a comparison, or for each variant's name one of its own."""

Label = Annotated[str, StringConstraints(max_length=LONGEST_LABEL)]
"""A region's name, with a number where it repeats."""
