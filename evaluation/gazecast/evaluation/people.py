"""How well people predict people, image by image with intervals, and how near a model comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazecast.data.stimulus import Stimulus
from gazecast.evaluation.ceilings import Ceiling, observer_ceiling, spearman_brown
from gazecast.evaluation.ground_truth import GroundTruth
from gazecast.evaluation.scoring import RESAMPLES, Estimate, Evaluation, bootstrap


@dataclass(frozen=True, slots=True)
class People:
    """Agreement between observers (see `Ceiling`), with 95 % bootstrap intervals over images.

    observers: median number of observers of an image.
    reached: for "cc" and "nss" the model's mean divided by what people score (panel_cc, nss), with
    its interval over the same images, paired; 1 is as good as people.
    """

    observers: float
    split_half_cc: Estimate
    panel_cc: Estimate
    perfect_model_cc: Estimate
    nss: Estimate
    auc: Estimate
    reached: Mapping[str, Estimate]


def compare_with_people(
    stimuli: Sequence[Stimulus], truth: GroundTruth, model: Evaluation
) -> People | None:
    """Agreement between the observers of these stimuli, and what part of it the model reaches on
    them. Images seen by fewer than two observers are passed over; None where no image is left."""
    scores = {image.image: image.scores for image in model.images}
    ceilings: dict[str, Ceiling] = {}
    observers = []
    for stimulus in stimuli:
        fixations = truth.fixations(stimulus)
        ceiling = observer_ceiling([stimulus], truth)
        if ceiling is not None and fixations is not None and stimulus.name in scores:
            ceilings[stimulus.name] = ceiling
            observers.append(len(np.unique(fixations.observer)))
    if not ceilings:
        return None
    split_half = bootstrap([ceiling.split_half_cc for ceiling in ceilings.values()])
    panel = _transformed(split_half, spearman_brown)
    return People(
        observers=float(np.median(observers)),
        split_half_cc=split_half,
        panel_cc=panel,
        perfect_model_cc=_transformed(panel, lambda r: float(np.sqrt(max(r, 0.0)))),
        nss=bootstrap([ceiling.nss for ceiling in ceilings.values()]),
        auc=bootstrap([ceiling.auc for ceiling in ceilings.values()]),
        reached={
            "cc": _ratio(
                [scores[name]["cc"] for name in ceilings],
                [ceiling.split_half_cc for ceiling in ceilings.values()],
                lambda r: 2 * r / (1 + r),
            ),
            "nss": _ratio(
                [scores[name]["nss"] for name in ceilings],
                [ceiling.nss for ceiling in ceilings.values()],
                lambda nss: nss,
            ),
        },
    )


def _transformed(estimate: Estimate, rising: Callable[[float], float]) -> Estimate:
    """The estimate of a rising function of the mean: percentiles move with it."""
    return Estimate(
        rising(estimate.mean), rising(estimate.low), rising(estimate.high), estimate.images
    )


def _ratio(
    model: Sequence[float],
    people: Sequence[float],
    of_mean: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> Estimate:
    """Mean of `model` over `of_mean` of the mean of `people`; images are drawn for both at once."""
    pairs = np.array([model, people])
    drawn = np.random.default_rng(0).integers(len(model), size=(RESAMPLES, len(model)))
    resampled = pairs[:, drawn].mean(axis=2)
    ratios = resampled[0] / of_mean(resampled[1])
    mean = pairs.mean(axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5]).tolist()
    return Estimate(float(mean[0] / of_mean(mean[1:])[0]), low, high, len(model))
