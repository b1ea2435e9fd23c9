"""Whether a stage makes the user's images better: scores on images held out, paired with before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gazecast.data.density import fixation_counts
from gazecast.data.stimulus import Stimulus
from gazecast.evaluation import metrics
from gazecast.evaluation.candidate import HeldOut, UserData
from gazecast.evaluation.density_scores import density_scores
from gazecast.evaluation.scoring import Estimate, FixationPool, bootstrap
from gazecast.model.network import SaliencyNetwork
from gazecast.model.vocabulary import Window
from gazecast.training.fit.samples import Batch

LogDensity = NDArray[np.float32]
"""Of one image: (windows, rows, columns)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one image: by window and metric, and NSS on its own fixations less NSS on those of the
    other images, mean over windows."""

    by_window: Mapping[Window, Mapping[str, float]]
    own: float

    def mean(self, metric: str) -> float:
        return float(np.mean([scores[metric] for scores in self.by_window.values()]))


@dataclass(frozen=True, slots=True)
class Verdict:
    """gain: by metric, what it gained over before. own: see `StageResult`."""

    kept: bool
    reason: str
    gain: Mapping[str, Estimate]
    own: Estimate


@torch.no_grad()
def held_out_map(network: SaliencyNetwork, batch: Batch, row: int) -> LogDensity:
    """The network's log density of one whole image in the domain `row`, as `HeldOut` keeps it."""
    network.eval()
    logits = network(batch.image, torch.tensor([row], device=batch.image.device))[0]
    rows, columns = (batch.inside[0, 0].any(dim=axis) for axis in (1, 0))
    cells = logits[:, rows][:, :, columns].float()
    log_density = torch.log_softmax(cells.flatten(1), dim=1).reshape(cells.shape)
    kept: LogDensity = log_density.cpu().numpy()
    return kept


def score(held_out: HeldOut, stimuli: Sequence[Stimulus], about: UserData) -> dict[str, Scores]:
    """The scores of every image, on the grid that densities are served on."""
    pools = {window: FixationPool(stimuli, about.truth(window)) for window in about.windows}
    scores = {}
    for stimulus in stimuli:
        # A window in which nobody looked at the image has no score.
        looked_at = [w for w in about.windows if about.truth(w).fixations(stimulus) is not None]
        if looked_at:
            own = [_own(held_out, stimulus, pools[window], about, window) for window in looked_at]
            scores[stimulus.name] = Scores(
                {window: _scores(held_out, stimulus, about, window) for window in looked_at},
                float(np.mean(own)),
            )
    return scores


def judge(before: Mapping[str, Scores], after: Mapping[str, Scores]) -> Verdict:
    """Keep what is better by NSS beyond its interval, with maps that belong to their images."""
    names = list(before)
    gain = {
        metric: bootstrap([after[n].mean(metric) - before[n].mean(metric) for n in names])
        for metric in ("nss", "cc")
    }
    own = bootstrap([after[name].own for name in names])
    nss = gain["nss"]
    figures = f"NSS {nss.mean:+.3f} ({nss.low:+.3f} to {nss.high:+.3f}) on images held out"
    if own.low <= 0:
        return Verdict(
            False,
            f"its maps fit the fixations on their own images no better than those on other images "
            f"(NSS {own.mean:+.3f}, {own.low:+.3f} to {own.high:+.3f}): check that the fixations "
            "belong to the images they are listed with",
            gain,
            own,
        )
    if nss.low <= 0:
        return Verdict(False, f"no gain beyond chance: {figures}", gain, own)
    return Verdict(True, f"better: {figures}", gain, own)


def _scores(
    held_out: HeldOut, stimulus: Stimulus, about: UserData, window: Window
) -> dict[str, float]:
    return density_scores(held_out.of_window(window)(stimulus), stimulus, about.truth(window))


def _own(
    held_out: HeldOut, stimulus: Stimulus, pool: FixationPool, about: UserData, window: Window
) -> float:
    """NSS on the image's fixations less NSS on those of all others, laid over it."""
    prediction = held_out.of_window(window)(stimulus)
    shape = (prediction.shape[0], prediction.shape[1])
    points = about.truth(window).fixations(stimulus)
    assert points is not None
    own = fixation_counts(points, stimulus.width, stimulus.height, shape)
    others = pool.counts(shape) - own
    return metrics.nss(prediction, own) - metrics.nss(prediction, others)
