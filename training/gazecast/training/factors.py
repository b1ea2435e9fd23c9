"""What the density of a readout is multiplied with besides what the network learned: powers of the
border (the frame) and of where text is (the pull).

In steps they are not learned: on crops a border is not the design's, the prior's cells hardly move
in the few steps that designs are trained for, and free to move they would learn what a few dozen
designs show there. Fitted on whole pictures they are two numbers a window, worth .02 CC on pages
and on posters that were held out (docs/experiments.md).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from gazecast.model.network import WINDOW_COUNT, SaliencyNetwork
from gazecast.training.losses import log_density
from gazecast.training.samples import Batch

NEWTON_STEPS = 20
"""More than enough: the divergence is convex in the two numbers."""

RIDGE = 0.002
"""Times the square of the change, a picture: ends the fit where nobody looked at the border."""


@torch.no_grad()
def fit_factors(network: SaliencyNetwork, pictures: Iterable[Batch]) -> None:
    """Set frame and pull of the readouts that `pictures` (one a batch, whole) are for, so that the
    mean KL divergence of each window is least; windows without ground truth keep theirs."""
    network.eval()
    readout = network.readout
    seen: dict[tuple[int, int], list[tuple[Tensor, Tensor, Tensor]]] = {}
    for picture in pictures:
        row = int(picture.readout[0])
        features, log_text = network.shared(network.backbone(picture.image))
        logits = readout(features, log_text, picture.readout)
        log_p = log_density(logits.float(), picture.inside)[0]
        inside = picture.inside[0, 0]
        border = readout.border_over((log_p.shape[-2], log_p.shape[-1]))
        factors = torch.stack([border[inside], log_text[0, 0][inside]]).double()
        for window in range(WINDOW_COUNT):
            if picture.weight[0, window] > 0:
                q = picture.density[0, window][inside].double()
                seen.setdefault((row, window), []).append(
                    (log_p[window][inside].double(), q, factors)
                )
    for (row, window), each in seen.items():
        frame, pull = _best(each)
        readout.frame[row, window] += frame
        readout.pull[row, window] += pull


def _best(pictures: list[tuple[Tensor, Tensor, Tensor]]) -> Tensor:
    """What to add to the powers: the root of the divergence's slope in them, by Newton's method.

    pictures: log density (cells,), where people looked (cells,), factors (2, cells)."""
    ridge = RIDGE * len(pictures)
    change = torch.zeros(2, dtype=torch.float64, device=pictures[0][0].device)
    for _ in range(NEWTON_STEPS):
        slope, curvature = ridge * change, ridge * torch.eye(2).to(change)
        for log_p, q, factors in pictures:
            p = torch.softmax(log_p + change @ factors, dim=0)
            mean = factors @ p
            apart = factors - mean[:, None]
            slope += mean - factors @ q
            curvature += (apart * p) @ apart.T
        change -= torch.linalg.solve(curvature, slope)
    return change
