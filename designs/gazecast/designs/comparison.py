"""Versions of one design, predicted alike and compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.automatic_regions import automatic_regions
from gazecast.analysis.bounds import MOST_VARIANTS
from gazecast.analysis.comparison import (
    ComparisonError,
    Variant,
    compare_variants,
    require_goal,
)
from gazecast.analysis.definitions import DEFINITIONS
from gazecast.analysis.difference_picture import difference_picture, stacked
from gazecast.analysis.regions import AnyRegion, Region, RegionError
from gazecast.analysis.registration import register
from gazecast.designs.design import Design
from gazecast.designs.errors import MixedDevicesError, NotCalibratedError, VariantError
from gazecast.designs.files import signed_png
from gazecast.designs.long_pages import LongPageRequest
from gazecast.designs.options import ComparisonOptions, Options
from gazecast.designs.predicted import Predicted, Read, Timer, predict
from gazecast.designs.records import Comparison, VariantReference
from gazecast.designs.references import image_reference, model_reference, unfamiliarity
from gazecast.model.error_tables import Calibration
from gazecast.model.metadata import ModelInfo
from gazecast.model.picture import PictureError, read_picture
from gazecast.model.prediction import DomainDecision, Prediction, decide_jointly
from gazecast.model.predictor import Predictor
from gazecast.model.vocabulary import NOTICE

_SURE = 0.9  # of a domain, from which a picture is taken for it beyond doubt

# What is kept of each picture: enough to register it and to draw on, and little for eight of them.
_PIXELS = 4_000_000

_GRID = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignComparison(Comparison):
    """A comparison that knows its pictures, so that what differs can be shown on them."""

    predictions: tuple[Prediction, ...] = field(repr=False, compare=False)
    """Of each variant, in their order."""
    pictures: tuple[NDArray[np.uint8], ...] = field(repr=False, compare=False)
    """Of each variant, RGB, of up to four megapixels."""

    def difference_png(self) -> bytes:
        """What changed from the first variant to each other, one picture under the other, as a PNG
        that says in its text what it is."""
        names = [variant.name for variant in self.variants]
        first = self.predictions[0]
        shown = [
            difference_picture(picture, first.density, prediction.density, (names[0], name))
            for name, prediction, picture in list(
                zip(names, self.predictions, self.pictures, strict=True)
            )[1:]
        ]
        return signed_png(stacked(shown), self.domain, first.model)


def require_calibration(model: ModelInfo) -> Calibration:
    """The model's. Raises NotCalibratedError where it has none."""
    if model.calibration is None:
        raise NotCalibratedError(model)
    return model.calibration


def variants_options(options: ComparisonOptions, names: Sequence[str]) -> list[tuple[str, Options]]:
    """For each variant its name and what is asked of it: all have the regions, or each those under
    its name. Raises ComparisonError for regions of one that is not there, and as `check_variants`
    does."""
    regions = options.regions
    for name in regions if isinstance(regions, dict) else ():
        if name not in names:
            raise ComparisonError(
                f"regions are given for {name!r}, but the variants are {', '.join(names)}"
            )
    asked = [
        (
            name,
            Options(
                window=options.window,
                domain=options.domain,
                goal_region=options.goal_region,
                regions=regions.get(name, []) if isinstance(regions, dict) else regions,
            ),
        )
        for name in names
    ]
    check_variants(asked)
    return asked


def check_variants(variants: Sequence[tuple[str, Options]]) -> None:
    """Raises ComparisonError for what shows before anything is predicted: fewer than 2 or more than
    MOST_VARIANTS variants, two of one name, different windows, domains or goals, a goal that is no
    region of two variants; and for what a comparison does not answer. variants: of each the name
    and what is asked."""
    if not 2 <= len(variants) <= MOST_VARIANTS:
        raise ComparisonError(f"{len(variants)} variants given; compare 2 to {MOST_VARIANTS}")
    names = [name for name, _ in variants]
    for name in names:
        if not name:
            raise ComparisonError("a variant has no file name")
        if names.count(name) > 1:
            raise ComparisonError(f"two variants are called {name!r}")
    for option in ("window", "domain", "goal_region"):
        if len({getattr(asked, option) for _, asked in variants}) > 1:
            raise ComparisonError(f"the variants ask for different things in {option}")
    if any(LongPageRequest.asked(asked) for _, asked in variants):
        raise ComparisonError("long pages are not compared yet; compare their first screens")
    own = Counter(
        name
        for _, asked in variants
        for name in dict.fromkeys(region.name for region in asked.regions)
    )
    goal = variants[0][1].goal_region
    if own and goal:
        require_goal(goal, [name for name, times in own.items() if times > 1])


def compare(
    predictor: Predictor,
    designs: Sequence[Design],
    read: Read = read_picture,
    timer: Timer = nullcontext,
) -> DesignComparison:
    """Predicts versions of a design and compares them.

    designs: two to eight with names that differ, all asked the same; where none has regions, they
    are found on the first. Attention alone makes no design the better one: only with a goal_region
    may the verdict name a variant. read, timer: as in `predict`.

    Raises VariantError for a picture or a region that cannot be used, ComparisonError,
    MixedDevicesError for desktop and phone versions together, NotCalibratedError,
    UnknownDomainError; OSError for a file that cannot be read.
    """
    check_variants([(design.name, design) for design in designs])
    calibration = require_calibration(predictor.info)

    looked = _predict_alike(predictor, designs, read, timer)
    predictions = looked.predictions
    first = designs[0]
    result = compare_variants(
        [
            Variant(design.name, prediction.density, own)
            for design, prediction, own in zip(designs, predictions, looked.regions, strict=True)
        ],
        first.window,
        calibration,
        first.goal_region or None,
    )
    return DesignComparison(
        verdict=result.verdict,
        probability=result.probability,
        regions=result.regions,
        unmatched=result.unmatched,
        automatic=looked.automatic,
        goal_region=first.goal_region or None,
        window=first.window,
        domain=looked.domain,
        variants=tuple(
            VariantReference(design.name, image_reference(prediction), unfamiliarity(prediction))
            for design, prediction in zip(designs, predictions, strict=True)
        ),
        apart=result.distances,
        observers=calibration.observers,
        basis=calibration.basis,
        model=model_reference(predictor.info),
        definitions=DEFINITIONS,
        notice=NOTICE,
        predictions=tuple(predictions),
        pictures=tuple(looked.pictures),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Variants:
    """Of each variant its prediction, its picture and its regions. domain: that all were predicted
    with. automatic: the regions were found, not given."""

    predictions: list[Prediction]
    pictures: list[NDArray[np.uint8]]
    regions: list[Sequence[AnyRegion]]
    domain: DomainDecision
    automatic: bool


def _predict_alike(
    predictor: Predictor, designs: Sequence[Design], read: Read, timer: Timer
) -> _Variants:
    """Each picture is read once; where all together are of another domain than it is alone, its
    prediction is made anew from what is kept of it."""

    def predicted(design: Design) -> Predicted:
        try:
            # The goal is of the comparison: a variant may lack it.
            return predict(predictor, design.unmeasured(), read, timer)
        except (PictureError, RegionError) as error:
            raise VariantError(design.name, error) from error

    automatic = not any(design.regions for design in designs)
    predictions: list[Prediction] = []
    pictures: list[NDArray[np.uint8]] = []
    placed: list[Sequence[AnyRegion]] = []
    found: list[Region] = []
    for design in designs:
        one = predicted(design)
        if automatic and not predictions:
            found = [each.region for each in automatic_regions(one.picture.rgb)]
        predictions.append(one.prediction)
        pictures.append(_reduced(one.picture.rgb))
        placed.append(list(one.regions.values()))
    _refuse_mixed_devices([design.name for design in designs], predictions)
    decision = decide_jointly([each.domain for each in predictions], predictor.info)
    predictions = [
        each if each.domain.name == decision.name else each.in_domain(decision.name)
        for each in predictions
    ]
    if automatic:
        placed = _placed_on_all(found, pictures)
    return _Variants(predictions, pictures, placed, decision, automatic)


def _placed_on_all(
    found: Sequence[Region], pictures: Sequence[NDArray[np.uint8]]
) -> list[Sequence[AnyRegion]]:
    """Regions of the first picture, looked up in the others; without any, thirds of each."""
    if not found:
        return [_grid()] * len(pictures)
    moves = [register(pictures[0], picture) for picture in pictures[1:]]
    return [found, *([r for r in map(move.move, found) if r] for move in moves)]


def _refuse_mixed_devices(names: Sequence[str], predictions: Sequence[Prediction]) -> None:
    """A desktop page and a phone screen are looked at differently: as versions of one design, one
    of them would be predicted for the wrong device. Whoever names the domain has decided."""
    sure = {
        domain: name
        for name, prediction in zip(names, predictions, strict=True)
        if prediction.domain.requested == "auto"
        for domain, probability in prediction.domain.probabilities.items()
        if probability >= _SURE
    }
    if {"web", "mobile"} <= sure.keys():
        raise MixedDevicesError(sure["web"], sure["mobile"])


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = rgb.shape[:2]
    scale = math.sqrt(_PIXELS / (rows * columns))
    if scale >= 1:
        return rgb
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    return np.asarray(
        Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, reducing_gap=1.0)
    )


def _grid() -> list[Region]:
    return [
        Region(name, column / 3, row / 3, 1 / 3, 1 / 3)
        for row, names in enumerate(_GRID)
        for column, name in enumerate(names)
    ]
