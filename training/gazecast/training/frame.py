"""The frame: how much less is looked at along the border of a design than the network says.

In steps it is not learned: the prior's cells hardly move in the few that designs are trained for,
on crops a border is not the design's, and cells that were free to move would learn what a few dozen
designs show there. Fitted on whole pictures, one number a window is worth .004 CC on pages and .012
on posters that were held out (docs/experiments.md).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch

from gazecast.model.network import WINDOW_COUNT, SaliencyNetwork
from gazecast.training.losses import log_density
from gazecast.training.samples import Batch

NEWTON_STEPS = 20
"""More than enough: the divergence is convex in one number."""

RIDGE = 0.002
"""Times the square of the change, a picture: ends the fit where nobody looked at the border."""


@torch.no_grad()
def fit_frames(network: SaliencyNetwork, pictures: Iterable[Batch]) -> None:
    """Set the frame of the readouts that `pictures` (one a batch, whole) are for, so that the mean
    KL divergence of each window is least; windows without ground truth keep theirs."""
    network.eval()
    seen: dict[tuple[int, int], list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]] = {}
    for picture in pictures:
        row = int(picture.readout[0])
        log_p = log_density(network(picture.image, picture.readout).float(), picture.inside)[0]
        inside = picture.inside[0, 0]
        border = network.readout.border_over((log_p.shape[-2], log_p.shape[-1]))[inside].double()
        for window in range(WINDOW_COUNT):
            if picture.weight[0, window] > 0:
                q = picture.density[0, window][inside].double()
                seen.setdefault((row, window), []).append(
                    (log_p[window][inside].double(), q, border)
                )
    for (row, window), each in seen.items():
        network.readout.frame[row, window] += _best(each)


def _best(pictures: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]) -> float:
    """What to add to the frame: the root of the divergence's slope in it, by Newton's method."""
    change = 0.0
    for _ in range(NEWTON_STEPS):
        slope, curvature = RIDGE * len(pictures) * change, RIDGE * len(pictures)
        for log_p, q, border in pictures:
            p = torch.softmax(log_p + change * border, dim=0)
            mean = (p * border).sum()
            slope += float(mean - (q * border).sum())
            curvature += float((p * (border - mean) ** 2).sum())
        change -= slope / curvature
    return change
