"""What the service takes and answers, as pydantic models; they are its OpenAPI schema too."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import UploadFile
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    Json,
    StringConstraints,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from gazecast.analysis.comparison import MOST_VARIANTS
from gazecast.analysis.findings.templates import Kind
from gazecast.analysis.regions import MAX_POINTS, Polygon, Region
from gazecast.model.vocabulary import (
    DOMAIN_NAME,
    DOMAINS,
    LONGEST_DOMAIN_NAME,
    WINDOWS,
    Domain,
    DomainChoice,
    DomainName,
    Window,
)
from gazecast.serve import examples
from gazecast.serve.limits import (
    HIGHEST_VIEWPORT,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_URL,
    MAX_REACH_POINTS,
    FormLimits,
    too_many,
)
from gazecast.serve.long_pages import LongPageRequest
from gazecast.serve.problems import Problem

_DOCUMENTED = ConfigDict(use_attribute_docstrings=True, frozen=True)


class RegionInput(BaseModel):
    """A rectangle to measure, in parts of the image's width and height (0 to 1) or in pixels."""

    # Strict: a number in quotes is a mistake in the client, so it is told.
    model_config = ConfigDict(**_DOCUMENTED, strict=True, extra="forbid")

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

    def on(self, width: int, height: int) -> Region:
        """The region on an image of this size in pixels. Raises RegionError for a rectangle that is
        empty or reaches out of it."""
        box = (self.name, self.x, self.y, self.width, self.height)
        if self.unit == "px":
            return Region.from_pixels(*box, width, height)
        return Region(*box)


class PolygonInput(BaseModel):
    """An outline to measure, in parts of the image's width and height (0 to 1) or in pixels."""

    model_config = ConfigDict(**_DOCUMENTED, strict=True, extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
    """Comes back in the answer."""
    points: Annotated[
        list[Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]],
        Field(min_length=3, max_length=MAX_POINTS, fail_fast=True),
    ]
    """Its corners [x, y] in order around it, either way round."""
    unit: Literal["fraction", "px"] = "fraction"
    """Whether the numbers are parts of the image's size or its pixels."""

    def on(self, width: int, height: int) -> Polygon:
        """The region on an image of this size in pixels. Raises RegionError for an outline that is
        empty, crosses itself or reaches out of it."""
        points = tuple((x, y) for x, y in self.points)
        if self.unit == "px":
            return Polygon.from_pixels(self.name, points, width, height)
        return Polygon(self.name, points)

    def height_on(self, height: int) -> float:
        """Of its bounding box, px on an image of this height."""
        depths = [y for _, y in self.points]
        pixels = (max(depths) - min(depths)) * (1 if self.unit == "px" else height)
        return min(pixels, height)


def _shape(region: object) -> str:
    """Which of both it is meant to be, so that only that one's errors are told."""
    outline = "points" in region if isinstance(region, dict) else isinstance(region, PolygonInput)
    return "polygon" if outline else "rectangle"


AnyRegionInput = Annotated[
    Annotated[RegionInput, Tag("rectangle")] | Annotated[PolygonInput, Tag("polygon")],
    Discriminator(_shape),
]


def _few_brackets(text: object, info: ValidationInfo) -> object:
    """Counts before anything is parsed. The context holds the limits; without, there are none.
    Raises ProblemError."""
    limits = info.context
    if isinstance(text, str) and isinstance(limits, FormLimits):
        brackets = text.count("[") + text.count("{")
        if brackets > limits.brackets:
            raise too_many(str(info.field_name), "brackets", brackets, limits.brackets)
    return text


FewBrackets = BeforeValidator(_few_brackets)


def _within_limits(regions: object, info: ValidationInfo) -> object:
    """As `_few_brackets`, before anything is validated. What is no list of regions is left to its
    own validation."""
    limits = info.context
    if isinstance(regions, list) and isinstance(limits, FormLimits):
        if len(regions) > limits.regions:
            raise too_many("regions", "regions", len(regions), limits.regions)
        shapes = [region for region in regions if isinstance(region, dict)]
        points = [shape.get("points") for shape in shapes]
        corners = sum(len(each) for each in points if isinstance(each, list))
        if corners > limits.corners:
            raise too_many("regions", "corners", corners, limits.corners)
        # Each would be told as an error of its own.
        most = len(RegionInput.model_fields | PolygonInput.model_fields)
        if any(len(shape) > most for shape in shapes):
            raise PydanticCustomError("region_keys", "A region has more keys than there are")
    return regions


Regions = Annotated[list[AnyRegionInput], Field(fail_fast=True), BeforeValidator(_within_limits)]


def _names_within_limits(names: object, info: ValidationInfo) -> object:
    """As `_within_limits`, for an intended order."""
    limits = info.context
    if isinstance(names, list) and isinstance(limits, FormLimits) and len(names) > limits.names:
        raise too_many("intended_order", "names", len(names), limits.names)
    return names


def _few_variants(regions: dict[str, object]) -> dict[str, object]:
    """Raises ProblemError for more than a comparison may have."""
    if len(regions) > MOST_VARIANTS:
        remedy = "Give regions for the variants that are sent, by their file names."
        raise too_many("regions", "variants", len(regions), MOST_VARIANTS, remedy)
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

DomainField = Annotated[
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
"""A domain that is asked for; whether the model has it is known when there is one."""


class PredictionOptions(BaseModel):
    """What to predict of a picture, and what to tell about it."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    window: Window = "3s"
    """Predict the fixations of the first 1, 3 or 5 seconds."""
    domain: DomainField = "auto"
    """What kind of picture it is; auto decides from its content. A fine-tuned model may have
    further ones, which /v1/model lists under domains."""
    regions: Annotated[Json[Regions], FewBrackets, Field(examples=[examples.REGIONS])] = Field(
        default_factory=list
    )
    """Rectangles and polygons to measure, as a JSON list."""
    automatic_regions: bool = False
    """Measure also the text blocks, pictures and buttons found on the image; of a long page, on its
    first screen."""
    goal_region: Label = ""
    """Name of the region that should be seen; empty for none."""
    intended_order: Annotated[
        Json[Annotated[list[Label], Field(fail_fast=True), BeforeValidator(_names_within_limits)]],
        FewBrackets,
        Field(examples=['["headline", "button"]']),
    ] = Field(default_factory=list)
    """Names of regions in the order in which they should be seen, as a JSON list."""
    every_window: bool = False
    """Send the density and the hotspots of each window, beside those of the one asked for."""
    viewport_height: Annotated[int, Field(ge=1, le=HIGHEST_VIEWPORT)] | None = None
    """Take the image for a long page, seen through screens of this height in pixels, one after the
    other, by the fewer visitors the further down."""
    scroll_reach: Annotated[
        Json[
            Annotated[
                list[tuple[FiniteFloat, FiniteFloat]],
                Field(max_length=MAX_REACH_POINTS, fail_fast=True),
            ]
        ],
        FewBrackets,
        Field(examples=["[[2000, 0.4]]"]),
    ] = Field(default_factory=list)
    """Which share of visitors (0 to 1) gets to which depth in pixels, as a JSON list of
    [depth, share], instead of the usual curve. Makes the image a long page too."""

    @property
    def long_page(self) -> LongPageRequest | None:
        """What was said of a long page, if anything was."""
        return LongPageRequest.asked(self.viewport_height, self.scroll_reach)

    @property
    def windows(self) -> int:
        """How many are sent."""
        return len(WINDOWS) if self.every_window else 1


class PredictionForm(PredictionOptions):
    """The multipart form of a prediction."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PREDICTION_FORM]})

    image: UploadFile
    """A PNG, JPEG or WebP image of up to 40 megapixels, no side longer than 32,768 pixels."""


class ComparisonForm(BaseModel):
    """The multipart form of a comparison."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={"examples": [examples.COMPARISON_FORM]},
    )

    variants: Annotated[list[UploadFile], Field(min_length=2, max_length=MOST_VARIANTS)]
    """The versions of the design, each a PNG, JPEG or WebP image of up to 40 megapixels. They go by
    their file names, without folders, which must differ."""
    regions: Annotated[
        Json[RegionsOfVariants],
        FewBrackets,
        Field(examples=[examples.REGIONS, examples.REGIONS_PER_VARIANT]),
    ] = Field(default_factory=list)
    """Rectangles and polygons to compare, as a JSON list for all variants, or as an object from
    each variant's name to such a list. Regions of one name belong together. Without any, the text
    blocks, pictures and buttons of the first variant are looked up in the others."""
    goal_region: Annotated[Label, Field(examples=["button"])] | None = None
    """Name of the region that should be seen: only with it may the verdict name a variant."""
    window: Window = "3s"
    """Compare the fixations of the first 1, 3 or 5 seconds."""
    domain: DomainField = "auto"
    """What kind of pictures they are; auto decides once, from the content of all variants. A
    fine-tuned model may have further ones, which /v1/model lists under domains."""


class JobOptions(PredictionOptions):
    """The text fields of a job's form; what is said of the picture holds for each."""

    webhook: (
        Annotated[str, Field(max_length=LONGEST_URL, examples=["https://ci.example/gazecast"])]
        | None
    ) = None
    """An https URL to tell when the job is finished, as https://www.standardwebhooks.com describes:
    a signed POST, sent until it is taken, so at least once."""


class JobForm(JobOptions):
    """The multipart form of a job."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.JOB_FORM]})

    files: Annotated[list[UploadFile], Field(min_length=1)]
    """PNG, JPEG or WebP images, and zips of them."""


class DatasetLicence(BaseModel):
    model_config = _DOCUMENTED

    name: str
    """Name of the data set."""
    licence: str
    """Its licence."""


class Licences(BaseModel):
    model_config = _DOCUMENTED

    weights: str
    """Licence of the model's weights."""
    datasets: list[DatasetLicence]
    """Licences of the data sets behind them."""


class ModelReference(BaseModel):
    """Which weights predicted; /v1/model says everything about them."""

    model_config = _DOCUMENTED

    name: str
    """Name of the model."""
    version: str
    """Version of the weights."""
    sha256: str
    """Hex SHA-256 of the model file."""
    licences: Licences


class ImageReference(BaseModel):
    """The image as it was understood, upright."""

    model_config = _DOCUMENTED

    width: int
    """Width in pixels."""
    height: int
    """Height in pixels."""
    sha256: str
    """Hex SHA-256 of the file."""


class DomainAnswer(BaseModel):
    """Which kind of picture it was taken for, and how far the model is validated on that kind."""

    model_config = _DOCUMENTED

    name: DomainName
    """The domain used; names that a fine-tuned model adds are in /v1/model under domains."""
    requested: DomainChoice
    """What the request said."""
    probabilities: dict[Domain, float]
    """What the picture's content looks like; sums to 1. Domains that fine-tuning added are not told
    apart by it."""
    validation: str
    """What the model's accuracy in this domain was measured on, if it was."""


class IntervalAnswer(BaseModel):
    """Where a region's share would lie if a panel of people were recorded, in 90 % of cases."""

    model_config = _DOCUMENTED

    low: float
    """Lower end, 0 to 1."""
    high: float
    """Upper end, 0 to 1."""
    observers: int
    """Size of the panel."""


class RegionWindowAnswer(BaseModel):
    """A region's share of the fixations by the end of one window."""

    model_config = _DOCUMENTED

    share: float
    """Share of all fixations that fall into the region, 0 to 1."""
    interval: IntervalAnswer | None
    """How sure the share is; null where the model is not calibrated."""
    intensity: float
    """The share divided by the region's share of the area: 1 is what an even spread gives."""


class RegionAnswer(BaseModel):
    """How much attention a region is predicted to get."""

    model_config = _DOCUMENTED

    name: str
    """Name from the request, or what an automatic region was found to be, counted."""
    automatic: bool
    """Whether it was found on the image, not given."""
    x: float
    """Left edge, 0 to 1; of a polygon's bounding box, as are the next three."""
    y: float
    """Top edge, 0 to 1."""
    width: float
    """Width, 0 to 1."""
    height: float
    """Height, 0 to 1."""
    points: list[tuple[float, float]] | None
    """A polygon's corners, 0 to 1; null for a rectangle."""
    share: float
    """Share of all fixations that fall into the region, 0 to 1."""
    interval: IntervalAnswer | None
    """How sure the share is; null where the model is not calibrated."""
    intensity: float
    """The share divided by the region's share of the area: 1 is what an even spread gives."""
    peak: float
    """Highest density in the region in multiples of an even spread."""
    rank: int
    """1 for the highest share of all regions; equal ones have the same."""
    seen: dict[Window, float] | None
    """Probability that one person has looked at the region by the end of each window; null where
    the model is not calibrated."""
    by_window: dict[Window, RegionWindowAnswer]
    """Share, interval and intensity in each window, the one asked for among them."""
    contrast: float | None
    """WCAG contrast ratio, 1 to 21, of what a rectangle shows against its background, estimated
    from its pixels; null for a polygon and where there is one colour alone."""


class HotspotAnswer(BaseModel):
    """A peak of the density."""

    model_config = _DOCUMENTED

    x: float
    """Position from the left, 0 to 1."""
    y: float
    """Position from the top, 0 to 1."""
    share: float
    """Share of all fixations in the peak's neighbourhood, 0 to 1."""
    intensity: float
    """Density at the peak in multiples of an even spread."""


class DensityAnswer(BaseModel):
    """The density as a picture: pixel value times `scale` is the cell's share of all fixations."""

    model_config = _DOCUMENTED

    width: int
    """Columns."""
    height: int
    """Rows."""
    encoding: Literal["png16"]
    """16-bit greyscale PNG."""
    data: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]
    """The PNG file in base64."""
    scale: float
    """Factor from pixel value to density; rounding errs by at most half of it per cell."""


class WindowAnswer(BaseModel):
    """Where people look within one window."""

    model_config = _DOCUMENTED

    density: DensityAnswer
    hotspots: list[HotspotAnswer]
    """The strongest peaks, strongest first."""


class ClutterAnswer(BaseModel):
    """Four published measures of visual clutter; each grows with it."""

    model_config = _DOCUMENTED

    feature_congestion: float
    subband_entropy: float
    contour_density: float
    colourfulness: float


class ScoresAnswer(BaseModel):
    """The picture as a whole."""

    model_config = _DOCUMENTED

    focus: float
    """1 - normalised entropy of the density: 0 for an even spread, 1 for one place alone."""
    half_area: float
    """Smallest part of the picture, 0 to 1, that holds half of the attention."""
    clutter: ClutterAnswer
    percentiles: ClutterAnswer | None
    """Percent of the reference set with a lower value; null where there is no set."""
    clarity: float | None
    """100 minus the mean percentile; null where there is no set."""
    reference_set: str | None
    """The pictures that percentiles compare with; null where there are none of this domain."""


class FindingAnswer(BaseModel):
    """What stands out in the numbers, and what may be done about it."""

    model_config = _DOCUMENTED

    kind: Kind
    observation: str
    """What is predicted."""
    hypothesis: str
    """What may be behind it."""
    suggestion: str
    """What to try."""
    effect: float
    """How far off it is, on a logarithmic scale: 0 is not at all, 1 is ten times or more."""
    numbers: dict[str, float]
    """Those behind the sentences."""


class UnfamiliarAnswer(BaseModel):
    """Whether the picture is unlike those that the model knows."""

    model_config = _DOCUMENTED

    score: float
    """How unlike, 0 or more."""
    limit: float
    """Above it, where about one ordinary picture in twenty is, a prediction is not to be relied
    on."""
    warning: str | None
    """What to show where the score is above the limit; null where it is not."""


class IntendedOrderAnswer(BaseModel):
    """How what should be seen fits what is expected to be."""

    model_config = _DOCUMENTED

    goal_region: str | None
    """The region that should be seen, if one was named."""
    intended: list[str]
    """The order that was intended, as far as given; first_glance_order is the expected one."""
    agreement: float | None
    """Kendall's tau-b of both orders, -1 (reversed) to 1 (the same); null where either is one
    tie."""
    outranking: list[str]
    """Regions expected to be seen before the goal, though not intended to be; those that it lies in
    left out."""


class FalseBottomAnswer(BaseModel):
    """A screen's end that looks like the page's end."""

    model_config = _DOCUMENTED

    fold: int
    """Where the screen ends, px from the top."""
    top: int
    """Where the empty band around it begins, px from the top."""
    bottom: int
    """Where it ends."""


class LongPageAnswer(BaseModel):
    """What is peculiar to a page longer than a screen."""

    model_config = _DOCUMENTED

    viewport_height: int
    """Height of a screen in pixels."""
    screens: int
    """Overlapping screens that were predicted and joined."""
    above_the_fold: float
    """Share of all fixations on the first screen, 0 to 1."""
    below_the_fold: float
    """Share of all fixations on the rest."""
    half_reach: float | None
    """Depth in pixels that half of the visitors get to; null where more get to the end."""
    quarter_reach: float | None
    """Depth in pixels that a quarter of the visitors gets to; null where more get to the end."""
    false_bottoms: list[FalseBottomAnswer]


class Report(BaseModel):
    """A prediction in numbers, with everything needed to say what they mean."""

    model_config = _DOCUMENTED

    id: str
    """Hex SHA-256 over the image, the model and the parameters: equal requests, equal ids."""
    model: ModelReference
    image: ImageReference
    window: Window
    """Fixations of the first 1, 3 or 5 seconds."""
    domain: DomainAnswer
    accuracy: str
    """How far the model is validated on this kind of picture, in one line to show with it."""
    unfamiliar: UnfamiliarAnswer
    regions: list[RegionAnswer]
    """The regions of the request, in its order; after them the automatic ones."""
    first_glance_order: list[str]
    """Names of the regions in the order in which they are expected to be seen first. Where names
    repeat, a number is added."""
    intended_order: IntendedOrderAnswer | None
    """Null where neither a goal nor an order was given."""
    long_page: LongPageAnswer | None
    """Null for a picture that is seen at once."""
    hotspots: list[HotspotAnswer]
    """The strongest peaks, strongest first."""
    scores: ScoresAnswer
    findings: list[FindingAnswer]
    """What stands out, the largest effect first; empty where nothing does."""
    definitions: str
    """Version of the definitions of share, intensity and hotspots."""
    notice: str
    """What a prediction is and is not, in one line to show with it."""


class PredictionAnswer(Report):
    """A report with the density itself."""

    model_config = ConfigDict(**_DOCUMENTED, json_schema_extra={"examples": [examples.PREDICTION]})

    density: DensityAnswer
    """Of the window that was asked for."""
    windows: dict[Window, WindowAnswer] | None
    """Of each window; null unless every_window was asked for."""


class VariantAnswer(BaseModel):
    """One version of the design."""

    model_config = _DOCUMENTED

    name: str
    """Its file name."""
    image: ImageReference
    unfamiliar: UnfamiliarAnswer


class VariantShareAnswer(BaseModel):
    """A region's share of all fixations in one variant."""

    model_config = _DOCUMENTED

    share: float
    """Predicted, 0 to 1."""
    low: float
    """Lower end of where a panel's share would lie in 90 % of cases."""
    high: float
    """Upper end of it."""


class RegionComparisonAnswer(BaseModel):
    """One region in all variants that have it."""

    model_config = _DOCUMENTED

    name: str
    verdict: str
    """The variant in which it is seen more than in any other; `differs` where some two variants
    differ but none leads; `no_detectable_difference`."""
    probability: float
    """That the verdict's variant truly leads, that some two truly differ, or, where no difference
    is detected, that the variant with the highest share truly has it; 0.5 to 1."""
    shares: dict[str, VariantShareAnswer]
    """By variant."""


class ApartAnswer(BaseModel):
    """How far two variants' densities are apart."""

    model_config = _DOCUMENTED

    first: str
    second: str
    distance: float
    """Total variation distance, 0 to 1: the share of looks that would have to move."""


class ComparisonAnswer(BaseModel):
    """Which variant shows what better, as far as that can be told."""

    model_config = ConfigDict(**_DOCUMENTED, json_schema_extra={"examples": [examples.COMPARISON]})

    verdict: str
    """With a goal_region the variant in which it is seen more; else `differs`, or
    `no_detectable_difference`. Corrected for the number of regions and variants."""
    probability: float
    """Of the region's verdict that decides."""
    regions: list[RegionComparisonAnswer]
    """Those that at least two variants have."""
    unmatched: list[str]
    """Regions that only one variant has, so that there is nothing to compare."""
    automatic: bool
    """Whether the regions were found on the first variant, not given."""
    goal_region: str | None
    """As in the request."""
    window: Window
    """Fixations of the first 1, 3 or 5 seconds."""
    domain: DomainAnswer
    """Decided once for all variants; its probabilities are their mean."""
    variants: list[VariantAnswer]
    """In the order of the request."""
    apart: list[ApartAnswer]
    """Every two variants."""
    observers: int
    """Size of the panel that intervals speak of."""
    basis: str
    """What intervals and verdicts were calibrated on."""
    model: ModelReference
    definitions: str
    """Version of the definitions of the numbers."""
    notice: str
    """What a prediction is and is not, in one line to show with it."""


class JobItems(BaseModel):
    """How many of a job's images are in which state."""

    model_config = _DOCUMENTED

    total: int
    waiting: int
    running: int
    done: int
    """Have a report."""
    failed: int
    """Have a problem instead."""


class JobWebhook(BaseModel):
    """What became of the job's webhook."""

    model_config = _DOCUMENTED

    state: Literal["waiting", "delivered", "failed"]
    """Waiting for the job's end or the next attempt, taken by the receiver, or given up."""
    attempts: int
    """How often it was sent."""
    error: str | None
    """Why the latest attempt failed."""


class JobLinks(BaseModel):
    model_config = _DOCUMENTED

    self: str
    results: str


class JobAnswer(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(**_DOCUMENTED, json_schema_extra={"examples": [examples.JOB]})

    id: str
    state: Literal["running", "finished"]
    """Finished when each image has a result."""
    created: AwareDatetime
    expires: AwareDatetime
    """When the job is erased, with its results."""
    window: Window
    domain: DomainChoice
    """What the request said."""
    items: JobItems
    webhook: JobWebhook | None
    """Null when the job has none."""
    links: JobLinks


class DoneItem(BaseModel):
    """An image of a job with its report."""

    model_config = _DOCUMENTED

    position: int
    """In the job, from 0."""
    name: str
    """The file's name in the request or in the zip."""
    status: Literal["done"]
    report: PredictionAnswer


class FailedItem(BaseModel):
    """An image of a job that cannot be predicted."""

    model_config = _DOCUMENTED

    position: int
    """In the job, from 0."""
    name: str
    """The file's name in the request or in the zip."""
    status: Literal["failed"]
    problem: Problem


class Health(BaseModel):
    """A service that can answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"]


class Index(BaseModel):
    """Where to go from here."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra={"examples": [examples.INDEX]}
    )

    name: Literal["gazecast"]
    version: str
    """Version of the package."""
    notice: str
    """What a prediction is and is not."""
    links: dict[str, str]
    """What there is, and where."""
