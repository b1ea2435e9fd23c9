"""Versions of one design, predicted alike and compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.analysis.automatic_regions import automatic_regions
from gazecast.analysis.comparison import (
    MOST_VARIANTS,
    Comparison,
    ComparisonError,
    Variant,
    compare,
)
from gazecast.analysis.regions import AnyRegion, Region, RegionError
from gazecast.analysis.registration import register
from gazecast.model.error_tables import Calibration
from gazecast.model.metadata import ModelInfo
from gazecast.model.picture import PictureError
from gazecast.model.prediction import DomainDecision, Prediction, decide_jointly
from gazecast.model.vocabulary import DomainChoice, Window
from gazecast.serve.problems import ProblemError, problem_of
from gazecast.serve.schemas import AnyRegionInput
from gazecast.serve.service import Predicted

Predict = Callable[[bytes, Window, DomainChoice, Sequence[AnyRegionInput]], Predicted]

_SURE = 0.9  # of a domain, from which a picture is taken for it beyond doubt

# What is kept of each picture: enough to register it and to draw on, and little for eight of them.
_PIXELS = 4_000_000

_GRID = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What became of variants. names, predictions, pictures (rgb, of up to four megapixels): one
    for each, in the order given. automatic: the regions were found, not given."""

    comparison: Comparison
    names: tuple[str, ...]
    predictions: tuple[Prediction, ...]
    pictures: tuple[NDArray[np.uint8], ...]
    domain: DomainDecision
    automatic: bool
    goal: str | None
    calibration: Calibration


def require_calibration(model: ModelInfo) -> Calibration:
    """The model's. Raises ProblemError (409) where it has none."""
    if model.calibration is None:
        raise ProblemError(
            409,
            "not-calibrated",
            "The model is not calibrated",
            f"The errors of model {model.name} {model.version} were not measured, so a difference "
            "cannot be told from chance.",
            "Run gazecast calibrate --data DATA --fold-models FOLDS --model FILE.onnx where the "
            "model is, or use the shipped model.",
        )
    return model.calibration


def regions_by_variant(
    regions: Sequence[AnyRegionInput] | Mapping[str, Sequence[AnyRegionInput]],
    names: Sequence[str],
) -> dict[str, Sequence[AnyRegionInput]]:
    """For each variant its regions. Raises ComparisonError for fewer than 2 or more than
    MOST_VARIANTS variants, for two of one name, and for regions of one that is not there."""
    if not 2 <= len(names) <= MOST_VARIANTS:
        raise ComparisonError(f"{len(names)} variants given; compare 2 to {MOST_VARIANTS}")
    for name in names:
        if not name:
            raise ComparisonError("a variant has no file name")
        if names.count(name) > 1:
            raise ComparisonError(f"two variants are called {name!r}")
    if not isinstance(regions, Mapping):
        return dict.fromkeys(names, regions)
    for name in regions:
        if name not in names:
            raise ComparisonError(
                f"regions are given for {name!r}, but the variants are {', '.join(names)}"
            )
    return {name: regions.get(name, ()) for name in names}


def compare_variants(
    files: Mapping[str, bytes],
    predict: Predict,
    window: Window,
    domain: DomainChoice,
    regions: Mapping[str, Sequence[AnyRegionInput]],
    goal: str | None,
) -> Compared:
    """Predict and compare.

    files: of each variant the bytes of its image file. regions: of each variant; where none has
    any, they are found on the first one. Raises ProblemError for a file or a region that cannot be
    used, naming the variant, for desktop and phone versions together, and for a model that is not
    calibrated; ComparisonError; UnknownDomainError.
    """

    def predicted(name: str, domain: DomainChoice) -> Predicted:
        try:
            return predict(files[name], window, domain, regions[name])
        except (PictureError, RegionError) as error:
            raise _of_variant(name, error) from error

    placed: list[Sequence[AnyRegion]] = []
    predictions: list[Prediction] = []
    pictures: list[NDArray[np.uint8]] = []
    found: list[Region] = []
    automatic = not any(regions.values())
    for name in files:
        one = predicted(name, domain)
        if automatic and not predictions:
            found = [each.region for each in automatic_regions(one.picture.rgb)]
        placed.append(one.regions)
        predictions.append(one.prediction)
        pictures.append(_reduced(one.picture.rgb))
    calibration = require_calibration(predictions[0].model)
    _refuse_mixed_devices(dict(zip(files, predictions, strict=True)))
    decision = decide_jointly([each.domain for each in predictions], predictions[0].model)
    for number, name in enumerate(files):
        if predictions[number].domain.name != decision.name:
            predictions[number] = predicted(name, decision.name).prediction
    if found:
        moves = [register(pictures[0], picture) for picture in pictures[1:]]
        placed = [found, *([r for r in map(move.move, found) if r] for move in moves)]
    elif automatic:
        placed = [_grid()] * len(files)
    comparison = compare(
        [
            Variant(name, prediction.density, own)
            for name, prediction, own in zip(files, predictions, placed, strict=True)
        ],
        window,
        calibration,
        goal,
    )
    return Compared(
        comparison,
        tuple(files),
        tuple(predictions),
        tuple(pictures),
        decision,
        automatic,
        goal,
        calibration,
    )


def _refuse_mixed_devices(predictions: Mapping[str, Prediction]) -> None:
    """A desktop page and a phone screen are looked at differently: as versions of one design, one
    of them would be predicted for the wrong device. Whoever names the domain has decided."""
    sure = {
        domain: name
        for name, prediction in predictions.items()
        if prediction.domain.requested == "auto"
        for domain, probability in prediction.domain.probabilities.items()
        if probability >= _SURE
    }
    if {"web", "mobile"} <= sure.keys():
        raise ProblemError(
            422,
            "different-devices",
            "The variants are of different devices",
            f"{sure['web']} looks like a web page on a desktop and {sure['mobile']} like a phone's "
            "screen, which people look at differently: their shares cannot be compared.",
            "Compare versions for one device, and predict each device on its own; or say which "
            "domain all of them are.",
        )


def _of_variant(name: str, error: Exception) -> ProblemError:
    """The problem, with the variant it is in."""
    problem = problem_of(error).problem
    return ProblemError(
        problem.status,
        problem.type.rpartition(":")[2],
        problem.title,
        f"Variant {name!r}: {problem.detail}",
        problem.remedy,
    )


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = rgb.shape[:2]
    scale = math.sqrt(_PIXELS / (rows * columns))
    if scale >= 1:
        return rgb
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    return np.asarray(
        Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    )


def _grid() -> list[Region]:
    return [
        Region(name, column / 3, row / 3, 1 / 3, 1 / 3)
        for row, names in enumerate(_GRID)
        for column, name in enumerate(names)
    ]
