"""What a model has to beat: predictions that never look at the image."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from gazecast.data.stimulus import DataError, Stimulus
from gazecast.evaluation.ground_truth import GroundTruth, resize_density

FloatArray = NDArray[np.float64]

GRID = (192, 256)
"""Rows and columns on which fixations of images of all sizes are pooled."""

UNIFORM_SHARE = 0.01
"""Mixed into the prior, so that no place is impossible and information gain stays finite."""


class CentrePrior:
    """Where people look whatever the image: the fixations of the training images pooled in
    coordinates relative to each image, blurred as the ground truth is.

    Called with a stimulus it gives the density (float64, sum 1) at that image's size. A stimulus
    that is itself among the training images is left out of its own prior, so fitted on the very
    images it is scored on it is the "mean map of the other images".
    """

    def __init__(self, stimuli: Iterable[Stimulus], truth: GroundTruth) -> None:
        """Raises DataError when no stimulus has a label."""
        self._truth = truth
        self._pooled = np.zeros(GRID)
        self._fitted_on = set()
        for stimulus in stimuli:
            if (part := self._part(stimulus)) is not None:
                self._pooled += part
                self._fitted_on.add(stimulus.image_path)
        if not self._fitted_on:
            raise DataError(
                f"no image to fit the centre prior on has records of kind '{truth.kind}'"
            )

    def __call__(self, stimulus: Stimulus) -> FloatArray:
        """Raises DataError when no other image is left."""
        pooled = self._pooled
        if stimulus.image_path in self._fitted_on:
            if len(self._fitted_on) == 1:
                raise DataError(f"no image other than {stimulus.name} to fit the centre prior on")
            own = self._part(stimulus)
            # What is left of a difference of equals may be a rounding error below zero.
            pooled = np.maximum(pooled - own, 0.0) if own is not None else pooled
        prior = resize_density(pooled, (stimulus.height, stimulus.width))
        return (1.0 - UNIFORM_SHARE) * prior + UNIFORM_SHARE / prior.size

    def _part(self, stimulus: Stimulus) -> FloatArray | None:
        """One image's share of the pool: its density times its number of fixations (1 for a
        published map)."""
        density = self._truth.density(stimulus, GRID)
        if density is None:
            return None
        fixations = self._truth.fixations(stimulus)
        return density * (1 if fixations is None else len(fixations))


class CentredGaussian:
    """A Gaussian in the middle of the image that scatters as `mean_map` does about that middle:
    what is left of the mean map when only "people look at the centre" is known.

    mean_map: a `CentrePrior`, or anything that gives a stimulus a density.
    """

    def __init__(self, mean_map: Callable[[Stimulus], NDArray[np.floating]]) -> None:
        self._mean_map = mean_map

    def __call__(self, stimulus: Stimulus) -> FloatArray:
        """The density (float64, sum 1) at that image's size."""
        mean_map = self._mean_map(stimulus)
        down, across = (_bell(mean_map.sum(axis=axis)) for axis in (1, 0))
        density: FloatArray = np.outer(down, across)
        return density


def _bell(marginal: NDArray[np.floating]) -> FloatArray:
    """A Gaussian about the middle of the axis with the marginal's mean square distance from it."""
    cells = np.arange(len(marginal), dtype=np.float64)
    distance = (cells + 0.5) / len(marginal) - 0.5
    bell: FloatArray = np.exp(-(distance**2) / (2 * marginal @ distance**2))
    bell /= bell.sum()
    return bell
