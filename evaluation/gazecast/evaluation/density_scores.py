"""The scores of one predicted density, on its own grid: quick, and the same for every model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazecast.data.density import fixation_counts
from gazecast.data.stimulus import Stimulus
from gazecast.evaluation import metrics
from gazecast.evaluation.ground_truth import GroundTruth


def density_scores(
    prediction: NDArray[np.floating], stimulus: Stimulus, truth: GroundTruth
) -> dict[str, float]:
    """NSS, CC and KLD of a density (rows, columns) of the image's aspect.

    Raises ValueError for a stimulus without fixations of that kind and time.
    """
    shape = (prediction.shape[0], prediction.shape[1])
    points, density = truth.fixations(stimulus), truth.density(stimulus, shape)
    if points is None or density is None:
        raise ValueError(f"{stimulus.name} has no fixations to score a density on")
    counts = fixation_counts(points, stimulus.width, stimulus.height, shape)
    return {
        "nss": metrics.nss(prediction, counts),
        "cc": metrics.cc(prediction, density),
        "kld": metrics.kld(prediction, density),
    }
