"""Cross-validation: every image of a data set scored by the model that was trained without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from gazecast.data.stimulus import DataError, Stimulus
from gazecast.evaluation.protocols import PROTOCOLS, EvaluationProtocol
from gazecast.model.metadata import DatasetUse, ModelFileError, ModelInfo, read_model_info
from gazecast.model.predictor import Predictor

T = TypeVar("T")

FOLDS = PROTOCOLS["fiwi"].splits

CROSS_VALIDATED: Mapping[str, EvaluationProtocol] = MappingProxyType(
    {
        f"{name}-cv": replace(PROTOCOLS[name], name=f"{name}-cv", caveat=caveat)
        for name, caveat in (
            ("fiwi", "cross-validated: each page by the model trained without its fold"),
            (
                "gdi",
                "10 s of BubbleView clicks, not gaze; "
                "cross-validated: each design by the model trained without its fold",
            ),
        )
    }
)
"""fiwi and gdi with all folds pooled into one figure. The models and the mean maps are those of the
other folds."""


def saw(info: ModelInfo, dataset: str, split: str) -> bool:
    """Whether the model's description says that it learned from that split's records. A description
    that names the data set and not its splits counts as yes."""
    for use in info.datasets:
        if use.name == dataset and use.use.startswith("training"):
            splits = stated_splits(use)
            if not splits or split in splits:
                return True
    return False


def stated_splits(use: DatasetUse) -> frozenset[str]:
    """The splits that a description names for a data set; none where it does not say."""
    _, stated, splits = use.use.partition("; splits ")
    return frozenset(splits.split(", ")) if stated else frozenset()


def read_fold_models(folder: Path) -> dict[str, Predictor]:
    """The models of a cross-validation by fold: f0.onnx to f3.onnx, each trained without the fold
    that it is named after.

    Raises ModelFileError when one is missing, damaged, was trained on its own fold, or is the same
    as another.
    """
    paths = {fold: folder / f"{fold}.onnx" for fold in FOLDS}
    if missing := [path.name for path in paths.values() if not path.is_file()]:
        raise ModelFileError(
            f"{folder}: {', '.join(missing)} missing; put the export of "
            "`gazecast train --hold-out FOLD` there for each of the folds "
            f"{', '.join(FOLDS)}, with its .json beside it"
        )
    infos = {fold: read_model_info(path.with_suffix(".json"), path) for fold, path in paths.items()}
    if len({info.sha256 for info in infos.values()}) < len(infos):
        raise ModelFileError(
            f"{folder}: two folds have the same model, which cannot have been trained without each "
            "of them; put the export of each fold's own training there"
        )
    for fold, info in infos.items():
        for protocol in CROSS_VALIDATED.values():
            if saw(info, protocol.dataset, fold):
                raise ModelFileError(
                    f"{paths[fold]} was trained on fold {fold} of {protocol.dataset} and cannot "
                    f"be judged on it: train it again with --hold-out {fold} and export that"
                )
    return {fold: Predictor(path) for fold, path in paths.items()}


def of_fold(made: Mapping[str, T], stimulus: Stimulus) -> T:
    """Of what was made once for each fold, without that fold, the one made without the stimulus's.

    Raises DataError for a stimulus of a split that is no fold.
    """
    if stimulus.split not in made:
        raise DataError(
            f"{stimulus.name} is in split {stimulus.split!r}, which is no fold; "
            f"there are {', '.join(made)}"
        )
    return made[stimulus.split]
