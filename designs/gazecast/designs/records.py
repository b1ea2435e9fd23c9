"""What reports and comparisons say, field by field. These records are the schema of the API's
answers, and what clients and commands get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gazecast.analysis.comparison import Distance, RegionComparison
from gazecast.analysis.findings import Finding
from gazecast.analysis.hotspots import Hotspot
from gazecast.analysis.long_page import FalseBottom
from gazecast.analysis.scores.clutter import Clutter
from gazecast.analysis.uncertainty import Interval
from gazecast.model.prediction import DomainDecision
from gazecast.model.records import record
from gazecast.model.vocabulary import Window


@record
class DatasetLicence:
    """A data set that the weights depend on."""

    name: str
    """Name of the data set."""
    licence: str
    """Its licence."""


@record
class Licences:
    """What may be done with the weights, and what that rests on."""

    weights: str
    """Licence of the model's weights."""
    datasets: tuple[DatasetLicence, ...]
    """Licences of the data sets behind them."""


@record
class ModelReference:
    """Which weights predicted; /v1/model says everything about them."""

    name: str
    """Name of the model."""
    version: str
    """Version of the weights."""
    sha256: str
    """Hex SHA-256 of the model file."""
    licences: Licences
    """Of the weights and of what they were trained on."""


@record
class ImageReference:
    """The image as it was understood, upright."""

    width: int
    """Width in pixels."""
    height: int
    """Height in pixels."""
    sha256: str
    """Hex SHA-256 of the file."""


@record
class Unfamiliarity:
    """Whether the picture is unlike those that the model knows."""

    score: float
    """How unlike, 0 or more."""
    limit: float
    """Above it, where about one ordinary picture in twenty is, a prediction is not to be relied
    on."""
    warning: str | None
    """What to show where the score is above the limit; null where it is not."""


@record
class RegionWindow:
    """A region's share of the fixations by the end of one window."""

    share: float
    """Share of all fixations that fall into the region, 0 to 1."""
    interval: Interval | None
    """How sure the share is; null where the model is not calibrated."""
    intensity: float
    """The share divided by the region's share of the area: 1 is what an even spread gives."""


@record
class MeasuredRegion:
    """How much attention a region is predicted to get."""

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
    points: tuple[tuple[float, float], ...] | None
    """A polygon's corners, 0 to 1; null for a rectangle."""
    share: float
    """Share of all fixations that fall into the region, 0 to 1."""
    interval: Interval | None
    """How sure the share is; null where the model is not calibrated."""
    intensity: float
    """The share divided by the region's share of the area: 1 is what an even spread gives."""
    peak: float
    """Highest density in the region in multiples of an even spread."""
    rank: int
    """1 for the highest share of all regions; equal ones have the same."""
    seen: Mapping[Window, float] | None
    """Probability that one person has looked at the region by the end of each window; null where
    the model is not calibrated."""
    by_window: Mapping[Window, RegionWindow]
    """Share, interval and intensity in each window, the one asked for among them."""
    contrast: float | None
    """WCAG contrast ratio, 1 to 21, of what a rectangle shows against its background, estimated
    from its pixels; null for a polygon and where there is one colour alone."""


@record
class DensityPicture:
    """The density as a picture: pixel value times `scale` is the cell's share of all fixations."""

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


@record
class WindowDensity:
    """Where people look within one window."""

    density: DensityPicture
    """Of this window."""
    hotspots: tuple[Hotspot, ...]
    """The strongest peaks, strongest first."""


@record
class Scores:
    """The picture as a whole."""

    focus: float
    """1 - normalised entropy of the density: 0 for an even spread, 1 for one place alone."""
    half_area: float
    """Smallest part of the picture, 0 to 1, that holds half of the attention."""
    clutter: Clutter
    """How much there is to see."""
    percentiles: Clutter | None
    """Percent of the reference set with a lower value; null where there is no set."""
    clarity: float | None
    """100 minus the mean percentile; null where there is no set."""
    reference_set: str | None
    """The pictures that percentiles compare with; null where there are none of this domain."""


@record
class IntendedOrder:
    """How what should be seen fits what is expected to be."""

    goal_region: str | None
    """The region that should be seen, if one was named."""
    intended: tuple[str, ...]
    """The order that was intended, as far as given; first_glance_order is the expected one."""
    agreement: float | None
    """Kendall's tau-b of both orders, -1 (reversed) to 1 (the same); null where either is one
    tie."""
    outranking: tuple[str, ...]
    """Regions expected to be seen before the goal, though not intended to be; those that it lies in
    left out."""


@record
class LongPageNumbers:
    """What is peculiar to a page longer than a screen."""

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
    false_bottoms: tuple[FalseBottom, ...]
    """Screens that look like the page's end."""


@record
class Report:
    """A prediction in numbers, with everything needed to say what they mean."""

    id: str
    """Hex SHA-256 over the image, the model and the parameters: equal requests, equal ids."""
    model: ModelReference
    """Which weights predicted."""
    image: ImageReference
    """What they predicted for."""
    window: Window
    """Fixations of the first 1, 3 or 5 seconds."""
    domain: DomainDecision
    """Which kind of picture it was taken for."""
    accuracy: str
    """How far the model is validated on this kind of picture, in one line to show with it."""
    unfamiliar: Unfamiliarity
    """Whether the prediction may be relied on."""
    regions: tuple[MeasuredRegion, ...]
    """The regions of the request, in its order; after them the automatic ones."""
    first_glance_order: tuple[str, ...]
    """Names of the regions in the order in which they are expected to be seen first. Where names
    repeat, a number is added."""
    intended_order: IntendedOrder | None
    """Null where neither a goal nor an order was given."""
    long_page: LongPageNumbers | None
    """Null for a picture that is seen at once."""
    hotspots: tuple[Hotspot, ...]
    """The strongest peaks, strongest first."""
    scores: Scores | None
    """Null where they were not wanted."""
    findings: tuple[Finding, ...]
    """What stands out, the largest effect first; empty where nothing does."""
    definitions: str
    """Version of the definitions of share, intensity and hotspots."""
    notice: str
    """What a prediction is and is not, in one line to show with it."""
    density: DensityPicture
    """Of the window that was asked for."""
    windows: Mapping[Window, WindowDensity] | None
    """Of each window; null unless every_window was asked for."""

    def to_json(self, indent: int | None = None) -> str:
        """What the API answers. indent: spaces, of a text that people read."""
        return _REPORT.dump_json(self, indent=indent).decode()


@record
class VariantReference:
    """One version of the design."""

    name: str
    """Its file name."""
    image: ImageReference
    """What was predicted."""
    unfamiliar: Unfamiliarity
    """Whether its prediction may be relied on."""


@record
class Comparison:
    """Which variant shows what better, as far as that can be told."""

    verdict: str
    """With a goal_region the variant in which it is seen more; else `differs`, or
    `no_detectable_difference`. Corrected for the number of regions and variants."""
    probability: float
    """Of the region's verdict that decides."""
    regions: tuple[RegionComparison, ...]
    """Those that at least two variants have."""
    unmatched: tuple[str, ...]
    """Regions that only one variant has, so that there is nothing to compare."""
    automatic: bool
    """Whether the regions were found on the first variant, not given."""
    goal_region: str | None
    """As in the request."""
    window: Window
    """Fixations of the first 1, 3 or 5 seconds."""
    domain: DomainDecision
    """Decided once for all variants; its probabilities are their mean."""
    variants: tuple[VariantReference, ...]
    """In the order of the request."""
    apart: tuple[Distance, ...]
    """Every two variants."""
    observers: int
    """Size of the panel that intervals speak of."""
    basis: str
    """What intervals and verdicts were calibrated on."""
    model: ModelReference
    """Which weights predicted."""
    definitions: str
    """Version of the definitions of the numbers."""
    notice: str
    """What a prediction is and is not, in one line to show with it."""

    def to_json(self, indent: int | None = None) -> str:
        """What the API answers. indent: spaces, of a text that people read."""
        return _COMPARISON.dump_json(self, indent=indent).decode()


_REPORT = TypeAdapter(Report)
_COMPARISON = TypeAdapter(Comparison)
