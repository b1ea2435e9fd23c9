"""Scores of predictions on a set of stimuli, image by image, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazecast.data.density import fixation_counts
from gazecast.data.stimulus import DataError, Stimulus
from gazecast.evaluation import metrics
from gazecast.evaluation.ground_truth import GroundTruth, resize_density

FloatArray = NDArray[np.float64]
Predict = Callable[[Stimulus], NDArray[np.floating]]
"""From a stimulus to a density (rows, columns) of any size and the image's aspect."""

METRICS = ("cc", "kld", "sim", "nss", "auc", "sauc", "ig")
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class ImageScores:
    """The scores of one image by metric; `fixations` is 0 where only a published map is known,
    and then there is no NSS, AUC, sAUC and IG."""

    image: str
    fixations: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean over `images` images with its 95 % bootstrap interval (percentile method, images drawn
    with replacement)."""

    mean: float
    low: float
    high: float
    images: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores per image and over all of them. `left_out` names the images without a label of the
    kind and time asked for."""

    images: tuple[ImageScores, ...]
    summary: Mapping[str, Estimate]
    left_out: tuple[str, ...]


def evaluate(
    predict: Predict,
    stimuli: Sequence[Stimulus],
    truth: GroundTruth,
    *,
    prior: Predict | None = None,
    seed: int = 0,
) -> Evaluation:
    """Score one predictor. See `compare`."""
    return compare({"": predict}, stimuli, truth, prior=prior, seed=seed)[""]


def compare(
    predictors: Mapping[str, Predict],
    stimuli: Sequence[Stimulus],
    truth: GroundTruth,
    *,
    prior: Predict | None = None,
    seed: int = 0,
) -> dict[str, Evaluation]:
    """Score predictors on the same stimuli, each against the same ground truth.

    Ground truth has the stored image's size; a prediction of another shape is resized to it
    bilinearly, as float, and renormalised. sAUC's negatives are the fixations of all other stimuli
    given, rescaled. Information gain is over `prior` (a `CentrePrior`) and left out without one.
    seed: of the bootstrap, so that two runs give the same interval.

    Raises DataError when no stimulus has a label.
    """
    pool = FixationPool(stimuli, truth)
    table: dict[str, list[ImageScores]] = {name: [] for name in predictors}
    left_out = []
    for stimulus in stimuli:
        density = truth.density(stimulus)
        if density is None:
            left_out.append(stimulus.name)
            continue
        fixations = truth.fixations(stimulus)
        baseline = prior(stimulus) if prior and fixations is not None else None
        for name, predict in predictors.items():
            prediction = resize_density(predict(stimulus), (stimulus.height, stimulus.width))
            scores = _map_scores(prediction, density)
            if fixations is not None:
                counts = fixation_counts(fixations, stimulus.width, stimulus.height)
                others = pool.counts((stimulus.height, stimulus.width)) - counts
                scores |= _fixation_scores(prediction, counts, others, baseline)
            number = 0 if fixations is None else len(fixations)
            table[name].append(ImageScores(stimulus.name, number, scores))
    if len(left_out) == len(stimuli):
        raise DataError(
            f"none of the {len(stimuli)} images has records of kind '{truth.kind}'"
            + ("" if truth.seconds is None else f" with an onset in the first {truth.seconds:g} s")
        )
    return {
        name: Evaluation(tuple(images), _summary(images, seed), tuple(left_out))
        for name, images in table.items()
    }


def bootstrap(values: Sequence[float] | FloatArray, *, seed: int = 0) -> Estimate:
    """The mean of one score per image, with its 95 % interval."""
    scores = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    means = scores[rng.integers(len(scores), size=(RESAMPLES, len(scores)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(scores.mean()), float(low), float(high), len(scores))


def _map_scores(prediction: FloatArray, density: FloatArray) -> dict[str, float]:
    return {
        "cc": metrics.cc(prediction, density),
        "kld": metrics.kld(prediction, density),
        "sim": metrics.sim(prediction, density),
    }


def _fixation_scores(
    prediction: FloatArray,
    counts: FloatArray,
    others: FloatArray,
    baseline: NDArray[np.floating] | None,
) -> dict[str, float]:
    scores = {
        "nss": metrics.nss(prediction, counts),
        "auc": metrics.auc_judd(prediction, counts),
    }
    if others.any():
        scores["sauc"] = metrics.sauc(prediction, counts, others)
    if baseline is not None:
        scores["ig"] = metrics.information_gain(prediction, counts, baseline)
    return scores


def _summary(images: Sequence[ImageScores], seed: int) -> dict[str, Estimate]:
    columns = {
        metric: [image.scores[metric] for image in images if metric in image.scores]
        for metric in METRICS
    }
    return {metric: bootstrap(column, seed=seed) for metric, column in columns.items() if column}


class FixationPool:
    """The fixations of all stimuli, to be laid over a map of any shape."""

    def __init__(self, stimuli: Sequence[Stimulus], truth: GroundTruth) -> None:
        known = [(s, f) for s in stimuli if (f := truth.fixations(s)) is not None]
        self._x = np.concatenate([np.empty(0), *(f.x for _, f in known)])
        self._y = np.concatenate([np.empty(0), *(f.y for _, f in known)])
        lengths = [len(f) for _, f in known]
        self._width = np.repeat([s.width for s, _ in known], lengths)
        self._height = np.repeat([s.height for s, _ in known], lengths)

    def counts(self, shape: tuple[int, int]) -> FloatArray:
        """The count map of all fixations together; the cells of a stimulus of this very size are
        those that `fixation_counts` gives, so its own counts can be taken off."""
        rows, columns = shape
        column = (self._x * columns / self._width).astype(np.intp)
        row = (self._y * rows / self._height).astype(np.intp)
        counts = np.bincount(row * columns + column, minlength=rows * columns)
        return counts.reshape(shape).astype(np.float64)
