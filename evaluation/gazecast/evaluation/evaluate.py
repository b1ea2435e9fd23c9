"""What `gazecast evaluate` does: score a model beside other methods and beside people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazecast.data.layouts import read_dataset
from gazecast.data.stimulus import DataError, EyeTrackingSet, Stimulus
from gazecast.evaluation.baselines import CentrePrior
from gazecast.evaluation.cross_validation import CROSS_VALIDATED, of_fold, saw
from gazecast.evaluation.ground_truth import GroundTruth
from gazecast.evaluation.people import People, compare_with_people
from gazecast.evaluation.predicting import Predicting
from gazecast.evaluation.protocols import DEFAULT_PROTOCOLS, PROTOCOLS, EvaluationProtocol
from gazecast.evaluation.scoring import (
    RESAMPLES,
    Estimate,
    Evaluation,
    Predict,
    bootstrap,
    compare,
)
from gazecast.model.metadata import ModelInfo, Score, read_model_info
from gazecast.model.vocabulary import Window

MODEL = "model"
MEAN_MAP = "mean map"
DEFINITIONS = (
    "metrics as in pysaliency and the MIT/Tuebingen benchmark, computed per image and averaged "
    f"over images; interval: 95 %, bootstrap over images, {RESAMPLES:,} resamples"
)
HEADINGS = {
    "cc": "CC",
    "kld": "KLD ↓",
    "sim": "SIM",
    "nss": "NSS",
    "auc": "AUC",
    "sauc": "sAUC",
    "ig": "IG (bit)",
}


Watch = Callable[[str, int, int], None]
"""Told what is scored, how many of its images are done, and of how many."""

OtherMethods = Callable[[Predict], Mapping[str, Predict]]
"""From the mean map of the other images to the methods that are scored beside the model."""


@dataclass(frozen=True, slots=True)
class ProtocolResult:
    """One protocol at one window.

    methods: scores by method, those of the model ("model") first, then those of the mean map of
    the other images ("mean map"; see `CentrePrior`).
    differences: for every other method and every metric the model's lead, mean over images with its
    interval (paired: images are drawn for both at once). Above 0 the model is better, for KLD too.
    """

    protocol: str
    dataset: str
    splits: tuple[str, ...]
    n: int
    kind: str
    sigma_px: float
    sigma_note: str
    window: Window
    seconds: float | None
    domain: str
    caveat: str
    methods: Mapping[str, Evaluation]
    differences: Mapping[str, Mapping[str, Estimate]]
    people: People | None

    @property
    def truth(self) -> GroundTruth:
        """The labels that were scored on."""
        return GroundTruth(self.kind, self.sigma_px, self.seconds)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run measured, and what somebody needs to measure it again.

    model, fold_models (by fold; only with cross-validation): name, version, sha256 and recipe.
    """

    model: Mapping[str, str]
    fold_models: Mapping[str, Mapping[str, str]]
    command: str
    definitions: str
    results: tuple[ProtocolResult, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"


def default_protocols(*, cross_validated: bool, held_out_only: bool) -> tuple[str, ...]:
    """What is measured unless told otherwise. Where there are models of a cross-validation, they
    stand in for the model on the sets that it was trained on; where only held-out images are wanted
    and there are none, those sets are left out."""
    trained_on = {name.removesuffix("-cv") for name in CROSS_VALIDATED}
    held_out = tuple(name for name in DEFAULT_PROTOCOLS if name not in trained_on)
    if cross_validated:
        return (*CROSS_VALIDATED, *held_out)
    return held_out if held_out_only else DEFAULT_PROTOCOLS


def chosen_protocols(
    names: Sequence[str],
    data_root: Path,
    *,
    default: Sequence[str] = DEFAULT_PROTOCOLS,
) -> list[EvaluationProtocol]:
    """The protocols of these names, or without names the default ones whose data set is there.

    Raises DataError for a name that does not exist and when nothing is there to evaluate on.
    """
    known = {**PROTOCOLS, **CROSS_VALIDATED}
    if unknown := [name for name in names if name not in known]:
        raise DataError(f"no protocol named {', '.join(unknown)}; there are {', '.join(known)}")
    if names:
        return [known[name] for name in dict.fromkeys(names)]
    present = [known[name] for name in default if (data_root / known[name].dataset).is_dir()]
    if not present:
        folders = ", ".join(known[name].dataset for name in default)
        raise DataError(
            f"{data_root}: none of the folders {folders} is in it; point at their parent"
        )
    return present


def run(
    data_root: Path,
    protocols: Sequence[EvaluationProtocol],
    predictor: Predicting,
    *,
    folds: Mapping[str, Predicting] | None = None,
    others: OtherMethods = lambda _: {},
    on_image: Watch = lambda *_: None,
) -> Report:
    """Score the predictor by each protocol.

    data_root: the folder that holds the data sets' folders.
    folds: the models of a cross-validation by fold (see `read_fold_models`); the protocols in
    CROSS_VALIDATED are scored with them.
    others: what is scored beside the model and the mean map.
    on_image: called for each image of each protocol and window.

    Raises DataError when a data set is missing or does not fit its protocol, and for a
    cross-validated protocol without folds.
    """
    results = []
    for protocol in protocols:
        predict = density_of(protocol, predictor, folds)
        dataset = read_dataset(data_root / protocol.dataset)
        for window in protocol.windows:
            results.append(
                _run_window(protocol, dataset, window, predict, others, predictor.info, on_image)
            )
    used: dict[str, dict[str, str]] = {}
    if folds and any(protocol.name in CROSS_VALIDATED for protocol in protocols):
        used = {fold: _identity(model.info) for fold, model in folds.items()}
    options = " ".join(
        [
            *(["--fold-models FOLDER"] if used else []),
            *(f"--protocol {protocol.name}" for protocol in protocols),
        ]
    )
    return Report(
        model=_identity(predictor.info),
        fold_models=used,
        command=f"gazecast evaluate --data FOLDER {options}",
        definitions=DEFINITIONS,
        results=tuple(results),
    )


def density_of(
    protocol: EvaluationProtocol,
    predictor: Predicting,
    folds: Mapping[str, Predicting] | None,
) -> Callable[[Stimulus, Window], NDArray[np.float32]]:
    """What the protocol scores: from a stimulus and a window to a density. In a cross-validation it
    is that of the model trained without the stimulus's fold.

    Raises DataError for a cross-validated protocol without folds.
    """
    cross_validated = protocol.name in CROSS_VALIDATED
    if cross_validated and not folds:
        raise DataError(
            f"{protocol.name} scores each image with the model trained without it: name the "
            "folder of those models with --fold-models"
        )

    def density(stimulus: Stimulus, window: Window) -> NDArray[np.float32]:
        model = of_fold(folds, stimulus) if cross_validated and folds else predictor
        return model.predict(stimulus.image_path, window, protocol.domain).density

    return density


def _run_window(
    protocol: EvaluationProtocol,
    dataset: EyeTrackingSet,
    window: Window,
    density: Callable[[Stimulus, Window], NDArray[np.float32]],
    others: OtherMethods,
    info: ModelInfo,
    on_image: Watch,
) -> ProtocolResult:
    seconds = protocol.windows[window]
    truth = GroundTruth(protocol.kind, protocol.sigma_px, seconds)
    scored = dataset.splits(protocol.splits).stimuli
    done = count(1)

    def predict(stimulus: Stimulus) -> NDArray[np.float32]:
        on_image(f"{protocol.name}, {window}", next(done), len(scored))
        return density(stimulus, window)

    mean_map = _mean_map(protocol, dataset, truth)
    methods = compare(
        {MODEL: predict, MEAN_MAP: mean_map, **others(mean_map)}, scored, truth, prior=mean_map
    )
    return ProtocolResult(
        protocol=protocol.name,
        dataset=dataset.name,
        splits=protocol.splits,
        n=len(methods[MODEL].images),
        kind=protocol.kind,
        sigma_px=protocol.sigma_px,
        sigma_note=protocol.sigma_note,
        window=window,
        seconds=seconds,
        domain=protocol.domain,
        caveat=_caveat(protocol, info),
        methods=methods,
        differences={
            name: _lead(methods[MODEL], other) for name, other in methods.items() if name != MODEL
        },
        people=compare_with_people(scored, truth, methods[MODEL]),
    )


def _mean_map(protocol: EvaluationProtocol, dataset: EyeTrackingSet, truth: GroundTruth) -> Predict:
    """The mean map of the protocol's other images; in a cross-validation of the other folds."""
    if protocol.name not in CROSS_VALIDATED:
        return CentrePrior(dataset.splits(protocol.prior_splits).stimuli, truth)
    priors = {
        fold: CentrePrior(
            dataset.splits(split for split in protocol.prior_splits if split != fold).stimuli, truth
        )
        for fold in protocol.splits
    }
    return lambda stimulus: of_fold(priors, stimulus)(stimulus)


def _caveat(protocol: EvaluationProtocol, info: ModelInfo) -> str:
    if protocol.name in CROSS_VALIDATED:
        return protocol.caveat
    seen = any(saw(info, protocol.dataset, split) for split in protocol.splits)
    learned = "this model was trained on images scored here" if seen else ""
    return "; ".join(part for part in (protocol.caveat, learned) if part)


def _lead(model: Evaluation, other: Evaluation) -> dict[str, Estimate]:
    """By how much the model is better, image by image, for every metric that both have."""
    return {
        metric: bootstrap(
            [
                (-1 if metric == "kld" else 1) * (ours.scores[metric] - theirs.scores[metric])
                for ours, theirs in zip(model.images, other.images, strict=True)
                if metric in ours.scores
            ]
        )
        for metric in model.summary
    }


def _identity(info: ModelInfo) -> dict[str, str]:
    return {
        "name": info.name,
        "version": info.version,
        "sha256": info.sha256,
        "recipe": info.recipe.name,
        "recipe_sha256": info.recipe.sha256,
    }


def record(report: Report, model: Path) -> None:
    """Write the figures into the description beside an ONNX file, replacing those of the same
    conditions. Raises ModelFileError when the files are not what they say."""
    description = model.with_suffix(".json")
    info = read_model_info(description, model)
    figures = {
        f"{result.protocol}, {result.n} images, {result.kind}, {result.window}": {
            HEADINGS[metric].removesuffix(" ↓"): Score(
                round(estimate.mean, 4), round(estimate.low, 4), round(estimate.high, 4)
            )
            for metric, estimate in result.methods[MODEL].summary.items()
        }
        for result in report.results
    }
    described = replace(info, metrics={**info.metrics, **figures})
    description.write_text(described.to_json(), encoding="utf-8")
