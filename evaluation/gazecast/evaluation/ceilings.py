"""How well people predict people: the bar for any model.

Maps are compared on a grid of at most `LONGER_SIDE` cells: blurred maps are smooth, and people
are compared with people many times over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazecast.data.density import blur, fixation_counts
from gazecast.data.stimulus import Stimulus
from gazecast.evaluation import metrics
from gazecast.evaluation.ground_truth import GroundTruth

FloatArray = NDArray[np.float64]

LONGER_SIDE = 256
HALVINGS = 10
"""Random divisions of the observers into two halves, per image."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Agreement between observers, averaged over `images` images.

    split_half_cc: correlation r of the maps of two random halves of the observers.
    panel_cc: 2r / (1 + r) (Spearman-Brown), what another panel of the same size would score.
    perfect_model_cc: its square root, the bound for a perfect model scored against this panel.
    nss, auc: each observer's fixations scored on the map of all the others.
    """

    images: int
    split_half_cc: float
    panel_cc: float
    perfect_model_cc: float
    nss: float
    auc: float


def spearman_brown(split_half: float) -> float:
    """The reliability of the whole panel from the correlation of its halves."""
    return 2 * split_half / (1 + split_half)


def observer_ceiling(
    stimuli: Iterable[Stimulus], truth: GroundTruth, *, seed: int = 0
) -> Ceiling | None:
    """Agreement of the observers of these stimuli; images with records of fewer than two observers
    are passed over. None where no image is left."""
    rng = np.random.default_rng(seed)
    rows = []
    for stimulus in stimuli:
        counts, sigma = _counts_by_observer(stimulus, truth)
        if len(counts) >= 2:
            rows.append((_split_half_cc(counts, sigma, rng), *_leave_one_out(counts, sigma)))
    if not rows:
        return None
    split_half, nss, auc = np.mean(rows, axis=0).tolist()
    panel = spearman_brown(split_half)
    return Ceiling(
        images=len(rows),
        split_half_cc=split_half,
        panel_cc=panel,
        perfect_model_cc=float(np.sqrt(max(panel, 0.0))),
        nss=nss,
        auc=auc,
    )


def _counts_by_observer(
    stimulus: Stimulus, truth: GroundTruth
) -> tuple[FloatArray, tuple[float, float]]:
    """Counts (observers, rows, columns), and the blur in cells for (rows, columns)."""
    scale = min(1.0, LONGER_SIDE / max(stimulus.width, stimulus.height))
    rows, columns = (max(1, round(side * scale)) for side in (stimulus.height, stimulus.width))
    sigma = (truth.sigma_px * rows / stimulus.height, truth.sigma_px * columns / stimulus.width)
    fixations = truth.fixations(stimulus)
    if fixations is None:
        return np.zeros((0, rows, columns)), sigma
    counts = [
        fixation_counts(
            fixations.where(fixations.observer == observer),
            stimulus.width,
            stimulus.height,
            (rows, columns),
        )
        for observer in np.unique(fixations.observer)
    ]
    return np.stack(counts), sigma


def _split_half_cc(
    counts: FloatArray, sigma: tuple[float, float], rng: np.random.Generator
) -> float:
    correlations = []
    for _ in range(HALVINGS):
        order = rng.permutation(len(counts))
        first, second = np.array_split(order, 2)
        correlations.append(
            metrics.cc(
                blur(counts[first].sum(axis=0), sigma), blur(counts[second].sum(axis=0), sigma)
            )
        )
    return float(np.mean(correlations))


def _leave_one_out(counts: FloatArray, sigma: tuple[float, float]) -> tuple[float, float]:
    everyone = counts.sum(axis=0)
    scores = []
    for own in counts:
        others = blur(everyone - own, sigma)
        scores.append((metrics.nss(others, own), metrics.auc_judd(others, own)))
    nss, auc = np.mean(scores, axis=0).tolist()
    return nss, auc
