"""From a design to its report: everything that is told of one picture."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.definitions import DEFINITIONS
from gazecast.analysis.findings import findings
from gazecast.analysis.hotspots import Hotspot, hotspots
from gazecast.analysis.order import (
    Glance,
    OrderComparison,
    compare_orders,
    first_glance_order,
)
from gazecast.analysis.overlay import heatmap
from gazecast.analysis.regions import (
    AnyRegion,
    Polygon,
    Region,
    RegionScore,
    encloses,
    score_regions,
)
from gazecast.analysis.scores.clutter import Clutter, clutter
from gazecast.analysis.scores.contrast import region_contrast
from gazecast.analysis.scores.focus import focus, half_area
from gazecast.analysis.scores.reference_sets import clarity, percentile, reference_set_for
from gazecast.analysis.uncertainty import Interval, seen, share_interval
from gazecast.designs.design import Design
from gazecast.designs.facts import Shares, facts
from gazecast.designs.files import density_picture
from gazecast.designs.predicted import Predicted, predict
from gazecast.designs.records import (
    IntendedOrder,
    LongPageNumbers,
    MeasuredRegion,
    RegionWindow,
    Report,
    Scores,
    WindowDensity,
)
from gazecast.designs.references import image_reference, model_reference, unfamiliarity
from gazecast.model.error_tables import Calibration
from gazecast.model.predictor import Predictor
from gazecast.model.vocabulary import NOTICE, WINDOWS, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignReport(Report):
    """A report that knows its picture, so that more can be made of it than JSON."""

    predicted: Predicted = field(repr=False, compare=False)
    """What the numbers were read from: the picture, its regions, the density as an array."""

    @property
    def name(self) -> str:
        """What the design goes by."""
        return self.predicted.design.name

    def heatmap(self) -> Image.Image:
        """The density over the picture, colours in multiples of an even spread, with a legend; an
        RGB picture."""
        predicted = self.predicted
        return Image.fromarray(heatmap(predicted.picture.rgb, predicted.prediction.density))

    def html(self) -> str:
        """The report as one page to read and to print, which loads nothing."""
        # Jinja is slow to load, and JSON and pictures do without.
        from gazecast.designs.html_report import Entry, html_report  # noqa: PLC0415

        entry = Entry(self.name, self.predicted, self)
        return html_report([entry], self.predicted.design.goal_region or None)


def report(predictor: Predictor, design: Design) -> DesignReport:
    """Predicts a design and tells its numbers.

    Raises OSError for a file that cannot be read, PictureError for one that is no usable picture,
    RegionError, GoalError, LongPageError and UnknownDomainError for options that do not fit it.
    """
    return describe(predict(predictor, design))


def prediction_id(predicted: Predicted, design: Design) -> str:
    """Hex SHA-256 over the image, the model and all that is asked."""
    prediction, page = predicted.prediction, predicted.long_page
    asked = list(predicted.regions.values())[: len(design.regions)]
    parts = {
        "image": prediction.image_sha256,
        "model": prediction.model.sha256,
        "window": prediction.window,
        "domain": prediction.domain.requested,
        "regions": [asdict(region) for region in asked],
        "asked": {
            "automatic": design.automatic_regions,
            "goal": design.goal_region or None,
            "intended": design.intended_order,
        },
        "long page": page and [page.viewport_height, page.reach.points],
        "definitions": DEFINITIONS,
        **({} if design.scores else {"scores": False}),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def describe(predicted: Predicted) -> DesignReport:
    """The numbers of a prediction."""
    prediction, design = predicted.prediction, predicted.design
    regions = list(predicted.regions.values())
    shares, measured = _measured(predicted)
    contrasts = [_contrast(predicted.picture.rgb, region) for region in regions]
    concentration = half_area(prediction.density)
    scores = _scores(predicted, concentration) if design.scores else None
    glances = first_glance_order(dict(zip(predicted.regions, shares, strict=True)))
    order = _order(glances, predicted)
    intended = order if design.intended_order else None
    given = len(regions) - predicted.found
    return DesignReport(
        predicted=predicted,
        id=prediction_id(predicted, design),
        model=model_reference(prediction.model),
        image=image_reference(prediction),
        window=prediction.window,
        domain=prediction.domain,
        accuracy=prediction.domain.validation,
        unfamiliar=unfamiliarity(prediction),
        regions=tuple(
            _region(score, number >= given, own, contrast, predicted)
            for number, (score, own, contrast) in enumerate(
                zip(measured, shares, contrasts, strict=True)
            )
        ),
        first_glance_order=tuple(glance.name for glance in glances),
        intended_order=None
        if order is None
        else IntendedOrder(design.goal_region or None, order.intended, order.tau, order.outranking),
        long_page=_long_page(predicted),
        hotspots=_hotspots(predicted, prediction.window),
        scores=scores,
        findings=tuple(
            findings(facts(predicted, concentration, scores, shares, contrasts, intended))
        ),
        definitions=DEFINITIONS,
        notice=NOTICE,
        density=density_picture(prediction.density),
        windows=_windows(predicted) if design.every_window else None,
    )


def _measured(predicted: Predicted) -> tuple[list[Shares], list[RegionScore]]:
    """Of each region the shares in all windows, and the scores in the one that was asked for."""
    prediction = predicted.prediction
    others = [window for window in WINDOWS if window != prediction.window]
    measured = score_regions(
        prediction.density,
        predicted.regions.values(),
        [prediction.densities[window] for window in others],
    )
    shares: list[Shares] = [
        {prediction.window: score.share, **dict(zip(others, score.others, strict=True))}
        for score in measured
    ]
    return shares, measured


def _windows(predicted: Predicted) -> Mapping[Window, WindowDensity]:
    densities = predicted.prediction.densities
    return {
        window: WindowDensity(density_picture(densities[window]), _hotspots(predicted, window))
        for window in WINDOWS
    }


def _hotspots(predicted: Predicted, window: Window) -> tuple[Hotspot, ...]:
    density = predicted.prediction.densities[window]
    rows, columns = map(int, density.shape)
    # The longer side of what is seen at once, in cells of the density.
    screen = max(round(rows * len(predicted.screen) / predicted.picture.height), columns)
    return tuple(hotspots(density, screen=screen))


def _order(glances: Sequence[Glance], predicted: Predicted) -> OrderComparison | None:
    """None where neither a goal nor an order is intended. What the goal lies in is looked at
    wherever the goal is, so it does not outrank it."""
    goal, intended = predicted.design.goal_region, predicted.design.intended_order
    if not goal and not intended:
        return None
    order = compare_orders(intended, glances, goal or None)
    if not goal:
        return order
    regions = predicted.regions
    outranking = (each for each in order.outranking if not encloses(regions[each], regions[goal]))
    return replace(order, outranking=tuple(outranking))


def _long_page(predicted: Predicted) -> LongPageNumbers | None:
    page = predicted.long_page
    if page is None:
        return None
    return LongPageNumbers(
        viewport_height=page.viewport_height,
        screens=len(page.slices),
        above_the_fold=page.above,
        below_the_fold=page.below,
        half_reach=page.lines.half,
        quarter_reach=page.lines.quarter,
        false_bottoms=tuple(page.false_bottoms),
    )


def _region(
    score: RegionScore,
    automatic: bool,
    shares: Shares,
    contrast: float | None,
    predicted: Predicted,
) -> MeasuredRegion:
    region, prediction = score.region, predicted.prediction
    calibration = prediction.model.calibration
    box: Region = region.box if isinstance(region, Polygon) else region
    return MeasuredRegion(
        name=box.name,
        automatic=automatic,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        points=region.points if isinstance(region, Polygon) else None,
        share=score.share,
        interval=_interval(score.share, prediction.window, calibration),
        intensity=score.intensity,
        peak=score.peak,
        rank=score.rank,
        seen=None if calibration is None else seen(shares, calibration),
        by_window={
            window: RegionWindow(
                share=shares[window],
                interval=_interval(shares[window], window, calibration),
                intensity=shares[window] / region.area,
            )
            for window in WINDOWS
        },
        contrast=contrast,
    )


def _interval(share: float, window: Window, calibration: Calibration | None) -> Interval | None:
    return None if calibration is None else share_interval(share, window, calibration)


def _contrast(rgb: NDArray[np.uint8], region: AnyRegion) -> float | None:
    contrast = None if isinstance(region, Polygon) else region_contrast(rgb, region)
    return None if contrast is None else contrast.ratio


def _scores(predicted: Predicted, concentration: float) -> Scores:
    """concentration: the half area, which findings need as well."""
    prediction = predicted.prediction
    measured = clutter(predicted.screen)
    reference = reference_set_for(prediction.domain.name)
    percentiles = None
    if reference is not None:
        places = {
            name: percentile(name, value, reference) for name, value in asdict(measured).items()
        }
        percentiles = Clutter(**places)
    return Scores(
        focus=focus(prediction.density),
        half_area=concentration,
        clutter=measured,
        percentiles=percentiles,
        clarity=None if reference is None else clarity(measured, reference),
        reference_set=reference,
    )
