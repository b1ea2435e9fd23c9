"""Saliency metrics as the MIT/Tuebingen benchmark and pysaliency define them.

Kuemmerer, Wallis, Bethge: Saliency Benchmarking Made Easy (ECCV 2018); Bylinskii et al.: What do
different evaluation metrics tell us about saliency models? (TPAMI 2019).

Every function takes maps of one shape (rows, columns): `prediction` and `density` are float maps
(not 8 bit: rounding alone moves KLD), `counts` is the number of fixations in each cell (whole
numbers; see `gazecast.data.density.fixation_counts`), so that a cell fixated three times counts
three times. Higher is better, except for `kld`.

Constant predictions have a defined answer, that of chance: CC 0, NSS 0, AUC and sAUC 0.5. As
densities, they and the all-zero map are the uniform density.

All raise ValueError for maps of different shapes, for values that are not finite, for densities
with negative values, and for count maps without any fixation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

EPSILON = 2.2204e-16
"""The benchmark's regulariser of KLD. Bylinskii et al. have it in information gain too."""


def cc(prediction: ArrayLike, density: ArrayLike) -> float:
    """Pearson correlation of the two maps, -1 to 1; 0 where one of them is constant."""
    predicted, true = _maps(prediction, density)
    return float((_standardised(predicted) * _standardised(true)).mean())


def kld(prediction: ArrayLike, density: ArrayLike) -> float:
    """sum Q ln(e + Q / (P + e)): the Kullback-Leibler divergence of prediction P from ground truth
    Q, both normalised to sum 1; nats, 0 is perfect."""
    predicted, true = map(_probabilities, _maps(prediction, density))
    return float((true * np.log(EPSILON + true / (predicted + EPSILON))).sum())


def sim(prediction: ArrayLike, density: ArrayLike) -> float:
    """sum min(P, Q): the mass that both maps, normalised to sum 1, have in common; 0 to 1."""
    predicted, true = map(_probabilities, _maps(prediction, density))
    return float(np.minimum(predicted, true).sum())


def nss(prediction: ArrayLike, counts: ArrayLike) -> float:
    """Mean over fixations of (P - mean P) / std P (population standard deviation): how many
    standard deviations above its mean the prediction is where people looked."""
    predicted, fixated = _maps(prediction, counts)
    return float(_at_fixations(_standardised(predicted), fixated).mean())


def auc_judd(prediction: ArrayLike, counts: ArrayLike) -> float:
    """Probability that the prediction is higher at a fixation than at a pixel drawn from the whole
    map; ties count one half. (pysaliency's AUC with uniform nonfixations.)"""
    predicted, fixated = _maps(prediction, counts)
    return _auc(_at_fixations(predicted, fixated), predicted.ravel())


def sauc(prediction: ArrayLike, counts: ArrayLike, other_counts: ArrayLike) -> float:
    """Shuffled AUC: as `auc_judd`, but against where people look on other images, so that a centre
    prior alone is at chance.

    other_counts: fixations of all other images, rescaled to this map's shape, as a count map.
    """
    predicted, fixated = _maps(prediction, counts)
    _, fixated_elsewhere = _maps(prediction, other_counts)
    return _auc(_at_fixations(predicted, fixated), _at_fixations(predicted, fixated_elsewhere))


def information_gain(prediction: ArrayLike, counts: ArrayLike, baseline: ArrayLike) -> float:
    """Mean over fixations of log2(P + e) - log2(B + e), both maps normalised to sum 1: bits per
    fixation that the prediction is better than the baseline (the centre prior)."""
    predicted, fixated = _maps(prediction, counts)
    _, reference = _maps(prediction, baseline)
    gain = np.log2(_probabilities(predicted) + EPSILON) - np.log2(
        _probabilities(reference) + EPSILON
    )
    return float(_at_fixations(gain, fixated).mean())


def _maps(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"maps must be two-dimensional and of one shape: {a.shape}, {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("a map has values that are not finite")
    return a, b


def _standardised(values: FloatArray) -> FloatArray:
    """Zero mean and unit variance; zeros for a constant map."""
    if values.min() == values.max():  # rounding gives a constant map a tiny variance
        return np.zeros_like(values)
    centred = values - values.mean()
    spread = centred.std()
    return centred / spread if spread > 0 else np.zeros_like(values)


def _probabilities(values: FloatArray) -> FloatArray:
    if values.min() < 0:
        raise ValueError("a density has negative values (a log density? take its exponential)")
    total = values.sum()
    if total == 0:
        return np.full_like(values, 1.0 / values.size)
    probabilities: FloatArray = values / total
    return probabilities


def _at_fixations(values: FloatArray, counts: FloatArray) -> FloatArray:
    """The map's value at each fixation, repeated for repeated fixations."""
    fixated = counts != 0
    repeats = counts[fixated]
    if not repeats.size:
        raise ValueError("no fixation in the count map")
    if (repeats < 0).any() or (repeats != np.rint(repeats)).any():
        raise ValueError("fixation counts must be whole numbers (a blurred map?)")
    return np.repeat(values[fixated], repeats.astype(np.intp))


def _auc(positives: FloatArray, negatives: FloatArray) -> float:
    """Area under the ROC curve as the Mann-Whitney statistic: one sort, no thresholds."""
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, side="left")
    not_above = np.searchsorted(ordered, positives, side="right")
    return float((below + not_above).mean() / (2 * len(ordered)))
