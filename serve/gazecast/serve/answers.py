"""From a prediction or a comparison to what is handed out: reports, densities, pictures."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gazecast.analysis.automatic_regions import automatic_regions
from gazecast.analysis.definitions import DEFINITIONS
from gazecast.analysis.difference_picture import difference_picture, stacked
from gazecast.analysis.findings import Facts, RegionFacts, findings
from gazecast.analysis.hotspots import hotspots
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
    enclosures,
    score_regions,
)
from gazecast.analysis.scores.clutter import clutter
from gazecast.analysis.scores.contrast import region_contrast
from gazecast.analysis.scores.focus import focus, half_area
from gazecast.analysis.scores.reference_sets import clarity, percentile, reference_set_for
from gazecast.analysis.uncertainty import seen, share_interval
from gazecast.model.error_tables import Calibration
from gazecast.model.metadata import ModelInfo
from gazecast.model.picture import Picture
from gazecast.model.prediction import UNFAMILIAR, DomainDecision, Prediction
from gazecast.model.vocabulary import NOTICE, WINDOWS, Window
from gazecast.serve.problems import field_problem
from gazecast.serve.schemas import (
    ApartAnswer,
    ClutterAnswer,
    ComparisonAnswer,
    DatasetLicence,
    DensityAnswer,
    DomainAnswer,
    FalseBottomAnswer,
    FindingAnswer,
    HotspotAnswer,
    ImageReference,
    IntendedOrderAnswer,
    IntervalAnswer,
    Licences,
    LongPageAnswer,
    ModelReference,
    PredictionAnswer,
    PredictionOptions,
    RegionAnswer,
    RegionComparisonAnswer,
    RegionWindowAnswer,
    Report,
    ScoresAnswer,
    UnfamiliarAnswer,
    VariantAnswer,
    VariantShareAnswer,
    WindowAnswer,
)
from gazecast.serve.service import Predicted
from gazecast.serve.variants import Compared

# zlib's level: higher ones take two to three times as long and save a few percent at most.
_PNG_LEVEL = 1

UNFAMILIAR_WARNING = (
    "This image is unlike those that the model knows; its prediction is not to be relied on."
)

_Shares = Mapping[Window, float]


# ---- Predictions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is to tell beside the numbers. automatic: also regions that are found on the
    picture. goal: name of the region that should be seen. intended: names of regions, the first to
    be seen first."""

    automatic: bool = False
    goal: str | None = None
    intended: tuple[str, ...] = ()


def asked_for(options: PredictionOptions) -> Asked:
    """What a request wants to be told."""
    return Asked(
        options.automatic_regions, options.goal_region or None, tuple(options.intended_order)
    )


def prediction_id(predicted: Predicted, asked: Asked) -> str:
    """Hex SHA-256 over the image, the model and all parameters of a prediction."""
    prediction, page = predicted.prediction, predicted.long_page
    parts = {
        "image": prediction.image_sha256,
        "model": prediction.model.sha256,
        "window": prediction.window,
        "domain": prediction.domain.requested,
        "regions": [asdict(region) for region in predicted.regions],
        "asked": asdict(asked),
        "long page": page and [page.viewport_height, page.reach.points],
        "definitions": DEFINITIONS,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


_NOTHING_MORE = Asked()


def report(predicted: Predicted, asked: Asked = _NOTHING_MORE) -> Report:
    """The numbers of a prediction, the density itself left out.

    Raises ProblemError (422) for a goal or an intended order of regions that are not there.
    """
    prediction, rgb = predicted.prediction, predicted.picture.rgb
    found = _found(predicted) if asked.automatic else []
    regions = [*predicted.regions, *found]
    labels = _labels(regions)
    others = [window for window in WINDOWS if window != prediction.window]
    measured = score_regions(
        prediction.density, regions, [prediction.densities[window] for window in others]
    )
    shares = [
        {prediction.window: score.share, **dict(zip(others, score.others, strict=True))}
        for score in measured
    ]
    contrasts = [_contrast(rgb, region) for region in regions]
    scores = _scores(predicted)
    glances = first_glance_order(dict(zip(labels, shares, strict=True)))
    order = _order(glances, asked, dict(zip(labels, regions, strict=True)))
    return Report(
        id=prediction_id(predicted, asked),
        model=_model(prediction.model),
        image=_image(prediction),
        window=prediction.window,
        domain=_domain(prediction.domain),
        accuracy=prediction.domain.validation,
        unfamiliar=_unfamiliar(prediction),
        regions=[
            _region(score, number >= len(predicted.regions), own, contrast, predicted)
            for number, (score, own, contrast) in enumerate(
                zip(measured, shares, contrasts, strict=True)
            )
        ],
        first_glance_order=[glance.name for glance in glances],
        intended_order=None
        if order is None
        else IntendedOrderAnswer(
            goal_region=asked.goal,
            intended=list(order.intended),
            agreement=order.tau,
            outranking=list(order.outranking),
        ),
        hotspots=_hotspots(predicted, prediction.window),
        long_page=_long_page(predicted),
        scores=scores,
        findings=[
            FindingAnswer(
                kind=finding.kind,
                observation=finding.observation,
                hypothesis=finding.hypothesis,
                suggestion=finding.suggestion,
                effect=finding.effect,
                numbers=dict(finding.numbers),
            )
            for finding in findings(
                _facts(
                    predicted,
                    scores,
                    dict(zip(labels, regions, strict=True)),
                    shares,
                    contrasts,
                    asked.goal,
                    order if asked.intended else None,
                )
            )
        ],
        definitions=DEFINITIONS,
        notice=NOTICE,
    )


def answer(
    predicted: Predicted, asked: Asked = _NOTHING_MORE, every_window: bool = False
) -> PredictionAnswer:
    """The report with the density in it. Raises ProblemError (422) as `report` does.

    every_window: with the density and the hotspots of each window, too.
    """
    densities = predicted.prediction.densities
    windows = {
        window: WindowAnswer(
            density=_density(densities[window]), hotspots=_hotspots(predicted, window)
        )
        for window in (WINDOWS if every_window else ())
    }
    return PredictionAnswer(
        **dict(report(predicted, asked)),
        density=_density(predicted.prediction.density),
        windows=windows or None,
    )


def _density(density: NDArray[np.float32]) -> DensityAnswer:
    rows, columns = density.shape
    data, scale = density_png16(density)
    return DensityAnswer(
        width=columns,
        height=rows,
        encoding="png16",
        data=b64encode(data).decode("ascii"),
        scale=scale,
    )


def _hotspots(predicted: Predicted, window: Window) -> list[HotspotAnswer]:
    density = predicted.prediction.densities[window]
    return [
        HotspotAnswer(x=spot.x, y=spot.y, share=spot.share, intensity=spot.intensity)
        for spot in hotspots(density, screen=_screen_cells(predicted))
    ]


def _order(
    glances: Sequence[Glance], asked: Asked, regions: Mapping[str, AnyRegion]
) -> OrderComparison | None:
    """None where neither a goal nor an order is intended. What the goal lies in is looked at
    wherever the goal is, so it does not outrank it."""
    if asked.goal is None and not asked.intended:
        return None
    try:
        order = compare_orders(asked.intended, glances, asked.goal)
    except ValueError as error:
        field = "intended_order" if asked.intended else "goal_region"
        raise field_problem((field,), str(error), (field,)) from error
    if asked.goal is None:
        return order
    goal = regions[asked.goal]
    outranking = (each for each in order.outranking if not encloses(regions[each], goal))
    return replace(order, outranking=tuple(outranking))


def _found(predicted: Predicted) -> list[Region]:
    """On what is seen at once, as parts of the picture."""
    part = len(predicted.screen) / predicted.picture.height
    regions = [each.region for each in automatic_regions(predicted.screen)]
    return [replace(region, y=region.y * part, height=region.height * part) for region in regions]


def _screen_cells(predicted: Predicted) -> int:
    """The longer side of what is seen at once, in cells of the density."""
    rows, columns = map(int, predicted.prediction.density.shape)
    return max(round(rows * len(predicted.screen) / predicted.picture.height), columns)


def _long_page(predicted: Predicted) -> LongPageAnswer | None:
    page = predicted.long_page
    if page is None:
        return None
    return LongPageAnswer(
        viewport_height=page.viewport_height,
        screens=len(page.slices),
        above_the_fold=page.above,
        below_the_fold=page.below,
        half_reach=page.lines.half,
        quarter_reach=page.lines.quarter,
        false_bottoms=[FalseBottomAnswer(**asdict(each)) for each in page.false_bottoms],
    )


def _labels(regions: Sequence[AnyRegion]) -> list[str]:
    """Names, a number added to those that repeat: sentences and orders tell regions by name."""
    labels: dict[str, None] = {}  # in order
    count: Counter[str] = Counter()
    for region in regions:
        label = region.name
        while label in labels:
            count[region.name] += 1
            label = f"{region.name} ({count[region.name] + 1})"
        labels[label] = None
    return list(labels)


def _region(
    score: RegionScore,
    automatic: bool,
    shares: _Shares,
    contrast: float | None,
    predicted: Predicted,
) -> RegionAnswer:
    region, prediction = score.region, predicted.prediction
    calibration = prediction.model.calibration
    return RegionAnswer(
        **asdict(_box(region)),
        automatic=automatic,
        points=list(region.points) if isinstance(region, Polygon) else None,
        share=score.share,
        interval=_interval(score.share, prediction.window, calibration),
        intensity=score.intensity,
        peak=score.peak,
        rank=score.rank,
        seen=None if calibration is None else seen(shares, calibration),
        by_window={
            window: RegionWindowAnswer(
                share=shares[window],
                interval=_interval(shares[window], window, calibration),
                intensity=shares[window] / region.area,
            )
            for window in WINDOWS
        },
        contrast=contrast,
    )


def _interval(
    share: float, window: Window, calibration: Calibration | None
) -> IntervalAnswer | None:
    if calibration is None:
        return None
    return IntervalAnswer(**asdict(share_interval(share, window, calibration)))


def _box(region: AnyRegion) -> Region:
    return region.box if isinstance(region, Polygon) else region


def _contrast(rgb: NDArray[np.uint8], region: AnyRegion) -> float | None:
    contrast = None if isinstance(region, Polygon) else region_contrast(rgb, region)
    return None if contrast is None else contrast.ratio


def _scores(predicted: Predicted) -> ScoresAnswer:
    prediction = predicted.prediction
    measured = clutter(predicted.screen)
    reference = reference_set_for(prediction.domain.name)
    percentiles = None
    if reference is not None:
        places = {
            name: percentile(name, value, reference) for name, value in asdict(measured).items()
        }
        percentiles = ClutterAnswer(**places)
    return ScoresAnswer(
        focus=focus(prediction.density),
        half_area=half_area(prediction.density),
        clutter=ClutterAnswer(**asdict(measured)),
        percentiles=percentiles,
        clarity=None if reference is None else clarity(measured, reference),
        reference_set=reference,
    )


def _facts(
    predicted: Predicted,
    scores: ScoresAnswer,
    regions: Mapping[str, AnyRegion],
    shares: Sequence[_Shares],
    contrasts: Sequence[float | None],
    goal: str | None,
    order: OrderComparison | None,
) -> Facts:
    """Without a calibration nothing is told of regions: findings need their intervals."""
    prediction, page = predicted.prediction, predicted.long_page
    calibration = prediction.model.calibration
    facts = []
    if calibration is not None:
        labels = list(regions)
        around = enclosures(list(regions.values())).T  # [i, j]: region j lies around region i
        np.fill_diagonal(around, False)
        facts = [
            _region_facts(
                label,
                regions[label].area,
                own,
                contrast,
                frozenset(labels[outer] for outer in np.flatnonzero(outers).tolist()),
                prediction.window,
                calibration,
            )
            for label, own, contrast, outers in zip(labels, shares, contrasts, around, strict=True)
        ]
    return Facts(
        regions=tuple(facts),
        window=prediction.window,
        validation=prediction.domain.validation,
        goal=goal if facts else None,
        order=order,
        # What is usual is known for web pages on one screen alone.
        half_area=scores.half_area if prediction.domain.name == "web" and page is None else None,
        fold=None if page is None else (page.above, page.below),
        clutter=None if scores.percentiles is None else scores.percentiles.feature_congestion,
        clutter_set=scores.reference_set,
        out_of_distribution=prediction.is_unfamiliar,
    )


def _region_facts(
    name: str,
    area: float,
    shares: _Shares,
    contrast: float | None,
    within: frozenset[str],
    window: Window,
    calibration: Calibration,
) -> RegionFacts:
    first, share = shares[WINDOWS[0]], shares[window]
    first_interval = share_interval(first, WINDOWS[0], calibration)
    interval = share_interval(share, window, calibration)
    return RegionFacts(
        name=name,
        share=share,
        low=interval.low,
        high=interval.high,
        intensity=share / area,
        first_share=first,
        first_low=first_interval.low,
        first_high=first_interval.high,
        contrast=contrast,
        within=within,
    )


# ---- Comparisons -------------------------------------------------------------------------------


def comparison(compared: Compared) -> ComparisonAnswer:
    """The verdict with all numbers behind it."""
    result = compared.comparison
    return ComparisonAnswer(
        verdict=result.verdict,
        probability=result.probability,
        regions=[
            RegionComparisonAnswer(
                name=region.name,
                verdict=region.verdict,
                probability=region.probability,
                shares={
                    variant: VariantShareAnswer(
                        share=share.share, low=share.interval.low, high=share.interval.high
                    )
                    for variant, share in region.shares.items()
                },
            )
            for region in result.regions
        ],
        unmatched=list(result.unmatched),
        automatic=compared.automatic,
        goal_region=compared.goal,
        window=compared.predictions[0].window,
        domain=_domain(compared.domain),
        variants=[
            VariantAnswer(name=name, image=_image(prediction), unfamiliar=_unfamiliar(prediction))
            for name, prediction in zip(compared.names, compared.predictions, strict=True)
        ],
        apart=[
            ApartAnswer(first=first, second=second, distance=distance)
            for (first, second), distance in result.apart.items()
        ],
        observers=compared.calibration.observers,
        basis=compared.calibration.basis,
        model=_model(compared.predictions[0].model),
        definitions=DEFINITIONS,
        notice=NOTICE,
    )


def difference_png(compared: Compared) -> bytes:
    """What changed from the first variant to each other, one picture under the other, as a PNG that
    says in its text what it is."""
    first = compared.predictions[0]
    pictures = [
        difference_picture(picture, first.density, prediction.density, (compared.names[0], name))
        for name, prediction, picture in list(
            zip(compared.names, compared.predictions, compared.pictures, strict=True)
        )[1:]
    ]
    return _png(stacked(pictures), compared.domain, first.model)


# ---- What both have ----------------------------------------------------------------------------


def _model(model: ModelInfo) -> ModelReference:
    return ModelReference(
        name=model.name,
        version=model.version,
        sha256=model.sha256,
        licences=Licences(
            weights=model.licence,
            datasets=[
                DatasetLicence(name=dataset.name, licence=dataset.licence)
                for dataset in model.datasets
            ],
        ),
    )


def _image(prediction: Prediction) -> ImageReference:
    return ImageReference(
        width=prediction.width, height=prediction.height, sha256=prediction.image_sha256
    )


def _domain(domain: DomainDecision) -> DomainAnswer:
    return DomainAnswer(
        name=domain.name,
        requested=domain.requested,
        probabilities=dict(domain.probabilities),
        validation=domain.validation,
    )


def _unfamiliar(prediction: Prediction) -> UnfamiliarAnswer:
    return UnfamiliarAnswer(
        score=prediction.unfamiliarity,
        limit=UNFAMILIAR,
        warning=UNFAMILIAR_WARNING if prediction.is_unfamiliar else None,
    )


def density_png16(density: NDArray[np.float32]) -> tuple[bytes, float]:
    """A density as a 16-bit greyscale PNG, and the factor from its pixel values to the density.

    The peak becomes 65,535, so that rounding errs by at most half of the factor per cell.
    """
    scale = float(density.max()) / 65_535
    values = np.rint(density.astype(np.float64) / scale).astype(np.uint16)
    file = BytesIO()
    # The low bytes are noise to zlib: run lengths alone take half the time and 10 % more space.
    Image.fromarray(values).save(file, "PNG", compress_level=_PNG_LEVEL, compress_type=Image.RLE)
    return file.getvalue(), scale


def density_npy(density: NDArray[np.float32]) -> bytes:
    """A density as the bytes of a .npy file (float32, rows x columns)."""
    file = BytesIO()
    np.save(file, density.astype(np.float32, copy=False), allow_pickle=False)
    return file.getvalue()


def overlay_png(picture: Picture, prediction: Prediction) -> bytes:
    """The heat map over the picture as a PNG that says in its text what it is."""
    return _png(heatmap(picture.rgb, prediction.density), prediction.domain, prediction.model)


def _png(rgb: NDArray[np.uint8], domain: DomainDecision, model: ModelInfo) -> bytes:
    text = PngInfo()
    text.add_itxt("Description", f"{NOTICE} {domain.validation}.")
    text.add_itxt("Software", f"gazecast, model {model.version}")
    file = BytesIO()
    Image.fromarray(rgb).save(file, "PNG", compress_level=_PNG_LEVEL, pnginfo=text)
    return file.getvalue()
