"""Splits without leakage: near-duplicate pictures stay together, and so do an observer's records.

    image_folds(stimuli, folds, seed) -> tuple of `folds` tuples of Stimulus
    observer_folds(stimuli, folds, seed) -> tuple of `folds` tuples of observer names

To cross-validate: hold out each of the folds in turn, and train on the others. The same stimuli and
seed always give the same folds, whatever order they come in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gazecast.data.near_duplicates import group_near_duplicates
from gazecast.data.stimulus import DataError, Stimulus


def image_folds(
    stimuli: Sequence[Stimulus], folds: int, seed: int
) -> tuple[tuple[Stimulus, ...], ...]:
    """Each stimulus in exactly one fold, near-duplicates in the same one (two versions of a page in
    training and test would make the test too easy). Folds are as even as the groups allow.

    Raises DataError when there are fewer groups than folds, or an image cannot be read; ValueError
    for fewer than two folds.
    """
    if folds < 2:
        raise ValueError(f"{folds} folds: give two or more")
    stimuli = sorted(stimuli, key=lambda stimulus: stimulus.name)
    groups = group_near_duplicates([stimulus.image_path for stimulus in stimuli])
    if len(groups) < folds:
        raise DataError(
            f"{len(stimuli)} images are {len(groups)} different ones once near-duplicates are "
            f"counted as one, too few for {folds} folds; add other images, or ask for fewer folds"
        )
    order = np.random.default_rng(seed).permutation(len(groups))
    # The largest groups first, and each to the fold that is emptiest: the folds end up even.
    largest_first = sorted(order.tolist(), key=lambda index: -len(groups[index]))
    members: list[list[int]] = [[] for _ in range(folds)]
    for index in largest_first:
        min(members, key=len).extend(groups[index])
    return tuple(tuple(stimuli[index] for index in sorted(fold)) for fold in members)


def observer_folds(
    stimuli: Sequence[Stimulus], folds: int, seed: int
) -> tuple[tuple[str, ...], ...]:
    """Each observer of these stimuli in exactly one fold: with two folds, the halves of a panel,
    whose agreement bounds what any model can reach.

    Raises DataError when there are fewer observers than folds; ValueError for fewer than two folds.
    """
    if folds < 2:
        raise ValueError(f"{folds} folds: give two or more")
    observers = sorted(
        {
            str(observer)
            for stimulus in stimuli
            if stimulus.fixations is not None
            for observer in np.unique(stimulus.fixations.observer)
        }
    )
    if len(observers) < folds:
        raise DataError(
            f"{len(observers)} observers are too few for {folds} folds; record more people, or ask "
            "for fewer folds"
        )
    order = np.random.default_rng(seed).permutation(len(observers))
    return tuple(
        tuple(observers[index] for index in sorted(part)) for part in np.array_split(order, folds)
    )
