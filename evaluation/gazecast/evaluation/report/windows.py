"""Which window's map explains best where people look within which window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazecast.data.density import fixation_counts
from gazecast.data.stimulus import Stimulus
from gazecast.evaluation import metrics
from gazecast.evaluation.ground_truth import GroundTruth, resize_density
from gazecast.evaluation.protocols import EvaluationProtocol
from gazecast.evaluation.scoring import Estimate, bootstrap
from gazecast.model.vocabulary import Window


@dataclass(frozen=True, slots=True)
class WindowTable:
    """NSS of every window's map on every window's fixations, over the `n` images that have
    fixations in all of them.

    nss: by the map's window, then by the fixations' window.
    leads: by the fixations' window, then by the window of another map: the NSS of the fixations'
    own map less that of the other, paired. Above 0 the own map explains them better.
    """

    protocol: str
    n: int
    nss: Mapping[Window, Mapping[Window, Estimate]]
    leads: Mapping[Window, Mapping[Window, Estimate]]


def compare_windows(
    protocol: EvaluationProtocol,
    stimuli: Sequence[Stimulus],
    density: Callable[[Stimulus, Window], NDArray[np.floating]],
) -> WindowTable:
    """stimuli: those of the protocol. density: see `density_of`."""
    windows = tuple(protocol.windows)
    truths = [
        GroundTruth(protocol.kind, protocol.sigma_px, seconds)
        for seconds in protocol.windows.values()
    ]
    tables = []
    for stimulus in stimuli:
        looks = [found for truth in truths if (found := truth.fixations(stimulus)) is not None]
        if len(looks) < len(windows):
            continue
        counts = [fixation_counts(look, stimulus.width, stimulus.height) for look in looks]
        maps = [
            resize_density(density(stimulus, window), (stimulus.height, stimulus.width))
            for window in windows
        ]
        tables.append([[metrics.nss(one, count) for count in counts] for one in maps])
    scores = np.array(tables)  # (images, map, fixations)
    places = list(enumerate(windows))
    return WindowTable(
        protocol=protocol.name,
        n=len(scores),
        nss={
            shown: {looked: bootstrap(scores[:, i, j]) for j, looked in places}
            for i, shown in places
        },
        leads={
            looked: {
                shown: bootstrap(scores[:, j, j] - scores[:, i, j]) for i, shown in places if i != j
            }
            for j, looked in places
        },
    )
