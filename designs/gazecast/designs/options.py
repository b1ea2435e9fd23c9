"""What may be asked of a design, each option in one place: with its default, its limits, what it
means and what to do where it is wrong. Forms, jobs, clients and commands are made from it."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from gazecast.designs.errors import TooManyError
from gazecast.designs.fields import JsonText, Remedy
from gazecast.designs.limits import HIGHEST_VIEWPORT, MAX_REACH_POINTS, Limits
from gazecast.designs.regions import Label, Regions, RegionsOfVariants
from gazecast.model.vocabulary import (
    DOMAIN_NAME,
    DOMAINS,
    LONGEST_DOMAIN_NAME,
    WINDOWS,
    Window,
)


def _few_names(names: object, info: ValidationInfo) -> object:
    """Counts before the names are validated. Raises TooManyError."""
    limits = info.context
    if isinstance(names, list) and isinstance(limits, Limits) and len(names) > limits.names:
        raise TooManyError("intended_order", "names", len(names), limits.names)
    return names


_Domain = Annotated[
    str,
    StringConstraints(pattern=DOMAIN_NAME, max_length=LONGEST_DOMAIN_NAME),
    # A union would be checked alike, but what is wrong would be told twice.
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "enum": ["auto", *DOMAINS]},
                {"type": "string", "pattern": DOMAIN_NAME, "maxLength": LONGEST_DOMAIN_NAME},
            ]
        }
    ),
]
EXAMPLE_REGIONS = (
    '[{"name": "button", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}, '
    '{"name": "logo", "x": 12, "y": 8, "width": 96, "height": 40, "unit": "px"}]'
)
EXAMPLE_REGIONS_OF_VARIANTS = (
    '{"before.png": [{"name": "button", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}], '
    '"after.png": [{"name": "button", "points": [[0.4, 0.2], [0.7, 0.2], [0.55, 0.4]]}]}'
)

_FLAG = Remedy("Give true or false, or leave it out for the default.")


_GOAL = Remedy(
    "Give the name of a region, in a comparison one that two variants have, or leave it out."
)
_REGIONS = Remedy(
    'Give a JSON list such as [{"name": "button", "x": 0.1, "y": 0.2, "width": 0.3, "height": '
    '0.1}], in parts of the image\'s width and height, or in pixels with "unit": "px".'
)


class _Common(BaseModel):
    """What a report and a comparison are asked alike."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid", frozen=True)

    window: Annotated[Window, Remedy("Give 1s, 3s or 5s, or leave it out for 3s.")] = "3s"
    """Predict the fixations of the first 1, 3 or 5 seconds."""
    domain: Annotated[
        _Domain,
        Remedy(
            "Give auto, web, mobile, poster, photo or another domain that the model was fine-tuned "
            "for, as /v1/model lists under domains, or leave it out for auto."
        ),
    ] = "auto"
    """What kind of picture it is: auto, web, mobile, poster, photo, or one that the model was
    fine-tuned for, which /v1/model lists. auto decides from its content, in a comparison once, from
    all variants."""


class Options(_Common):
    """What to predict of a picture, and what to tell about it."""

    regions: Annotated[
        Regions,
        JsonText(),
        _REGIONS,
    ] = Field(default_factory=list, examples=[EXAMPLE_REGIONS])
    """Rectangles and polygons to measure, as a JSON list."""
    automatic_regions: Annotated[bool, _FLAG] = False
    """Measure also the text blocks, pictures and buttons found on the image; of a long page, on its
    first screen."""
    goal_region: Annotated[Label, _GOAL] = ""
    """Name of the region that should be seen; empty for none."""
    intended_order: Annotated[
        list[Label],
        Field(fail_fast=True),
        BeforeValidator(_few_names),
        JsonText(),
        Remedy(
            'Give names of regions as a JSON list such as ["headline", "button"], the first to be '
            "seen first, or leave it out."
        ),
    ] = Field(default_factory=list, examples=['["headline", "button"]'])
    """Names of regions in the order in which they should be seen, as a JSON list."""
    every_window: Annotated[bool, _FLAG] = False
    """Send the density and the hotspots of each window, beside those of the one asked for."""
    viewport_height: Annotated[
        Annotated[int, Field(ge=1, le=HIGHEST_VIEWPORT)] | None,
        Remedy("Give the height of a screen in pixels, or leave it out."),
    ] = None
    """Take the image for a long page, seen through screens of this height in pixels, one after the
    other, by the fewer visitors the further down."""
    scroll_reach: Annotated[
        list[tuple[FiniteFloat, FiniteFloat]],
        Field(max_length=MAX_REACH_POINTS, fail_fast=True),
        JsonText(),
        Remedy(
            "Give a JSON list of [depth in pixels, share of visitors from 0 to 1], or leave it out "
            "for the usual curve."
        ),
    ] = Field(default_factory=list, examples=["[[2000, 0.4]]"])
    """Which share of visitors (0 to 1) gets to which depth in pixels, as a JSON list of pairs of
    depth and share, instead of the usual curve. Makes the image a long page too."""
    scores: Annotated[bool, _FLAG] = True
    """Measure also the picture as a whole: focus, half area and clutter, which take a third of the
    time."""

    @property
    def windows(self) -> int:
        """How many are sent."""
        return len(WINDOWS) if self.every_window else 1


class ComparisonOptions(_Common):
    """What to compare of the variants of a design."""

    regions: Annotated[RegionsOfVariants, JsonText(), _REGIONS] = Field(
        default_factory=list, examples=[EXAMPLE_REGIONS, EXAMPLE_REGIONS_OF_VARIANTS]
    )
    """Rectangles and polygons to compare, as a JSON list for all variants, or as an object from
    each variant's name to such a list. Regions of one name belong together. Without any, the text
    blocks, pictures and buttons of the first variant are looked up in the others."""
    goal_region: Annotated[Label, _GOAL] = Field("", examples=["button"])
    """Name of the region that should be seen: only with it may the verdict name a variant; empty
    for none."""
