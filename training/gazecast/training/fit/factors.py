"""What the density of a readout is multiplied with besides what the network learned: powers of the
border (the frame) and of where text is (the pull), and a weight for each of the backbone's coarsest
features (the direct readout).

In steps they are not learned: on crops a border is not the design's, the prior's cells hardly move
in the few steps that designs are trained for, and what moves there moves the features too. Fitted
on whole pictures, with everything else fixed, they are worth .03 CC on pages and on posters that
were held out (docs/experiments.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from gazecast.model.network import WINDOW_COUNT, SaliencyNetwork, enlarged
from gazecast.training.fit.losses import log_density
from gazecast.training.fit.samples import Batch

NEWTON_STEPS, SMALL_STEP = 20, 1e-6
"""More than enough: the divergence is convex in the weights."""

RIDGE = 0.002
"""Times half the square of what is added to frame and pull, a picture: ends the fit where nobody
looked at the border."""

DIRECT_RIDGE = 50.0
"""Times half the square of what a deviation of a feature adds, over all pictures together: so the
more there are, the more the features may say."""


_Terms = tuple[Tensor, Tensor, Tensor]
"""Of one picture: log of what is predicted (cells,), where people looked (cells,), and what its
logits get more of (factors, cells)."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """One picture in one window. log_p: what is predicted, and q: where people looked, (rows,
    columns). inside: which cells are the picture's. few: border and text, (2, rows, columns).
    features: the backbone's, (channels, rows / 4, columns / 4)."""

    log_p: Tensor
    q: Tensor
    inside: Tensor
    few: Tensor
    features: Tensor

    def by_cell(self) -> _Terms:
        """For frame and pull."""
        log_p, q, few = (part[..., self.inside].double() for part in (self.log_p, self.q, self.few))
        return log_p, q, few

    def by_block(self, few_added: Tensor, deviation: Tensor) -> _Terms:
        """For the direct readout, with `few_added` to frame and pull: the mass of the cells that
        one of the features covers, and the features in units of `deviation` (channels,)."""
        logits = self.log_p.double() + torch.tensordot(few_added, self.few.double(), dims=1)
        p = torch.where(self.inside, torch.exp(logits - logits[self.inside].amax()), 0)
        q = torch.where(self.inside, self.q.double(), 0)
        p, q = (F.avg_pool2d(part[None], 4)[0] for part in (p, q))
        covered = p > 0
        features = self.features[:, covered].double() / deviation[:, None]
        return torch.log(p[covered]), q[covered] / q[covered].sum(), features


@torch.no_grad()
def fit_factors(network: SaliencyNetwork, pictures: Iterable[Batch]) -> None:
    """Set frame, pull and direct readout of the readouts that `pictures` (one a batch, whole) are
    for, so that the KL divergence of each window is least; windows without ground truth keep
    theirs.

    Frame and pull first: what border and text explain is not for the features to say.
    """
    network.eval()
    readout = network.readout
    seen: dict[tuple[int, int], list[_Looked]] = {}
    for picture in pictures:
        row = int(picture.readout[0])
        shared = network.shared(network.backbone(picture.image))
        logits = readout(shared, picture.readout)
        log_p = log_density(logits.float(), picture.inside)[0]
        border = readout.border_over((log_p.shape[-2], log_p.shape[-1]))
        few = torch.stack([border, shared.log_text[0, 0]])
        features = torch.cat([shared.stride_16, enlarged(shared.stride_32, 2)], dim=1)[0]
        for window in range(WINDOW_COUNT):
            if picture.weight[0, window] > 0:
                q = picture.density[0, window]
                looked = _Looked(log_p[window], q, picture.inside[0, 0], few, features)
                seen.setdefault((row, window), []).append(looked)
    for (row, window), each in seen.items():
        added = _best([one.by_cell() for one in each], RIDGE * len(each), torch.zeros(2))
        readout.frame[row, window] += added[0]
        readout.pull[row, window] += added[1]
        values = torch.cat([one.features.flatten(1) for one in each], dim=1)
        deviation = values.std(dim=1).double() + 1e-6
        weights = torch.cat([readout.direct_16[row, window], readout.direct_32[row, window]])
        blocks = [one.by_block(added, deviation) for one in each]
        weights += _best(blocks, DIRECT_RIDGE, weights.double() * deviation) / deviation
        readout.direct_16[row, window] = weights[: readout.direct_16.shape[-1]]
        readout.direct_32[row, window] = weights[readout.direct_16.shape[-1] :]


def _best(pictures: list[_Terms], ridge: float, begun: Tensor) -> Tensor:
    """What to add to the factors' weights: the root of the divergence's slope in them, by Newton's
    method, each step halved until the divergence falls.

    ridge: times half the square of the weights, which are `begun` (factors,) now."""
    begun = begun.to(pictures[0][0])

    def penalised(change: Tensor) -> float:
        """The divergence and the ridge, but for what does not depend on the change."""
        found = ridge / 2 * (begun + change).square().sum()
        for log_p, q, factors in pictures:
            logits = log_p + change @ factors
            found += torch.logsumexp(logits, dim=0) - q @ logits
        return found.item()

    change = torch.zeros_like(begun)
    least = penalised(change)
    for _ in range(NEWTON_STEPS):
        slope, curvature = ridge * (begun + change), ridge * torch.eye(len(begun)).to(begun)
        for log_p, q, factors in pictures:
            p = torch.softmax(log_p + change @ factors, dim=0)
            mean = factors @ p
            apart = factors - mean[:, None]
            slope += mean - factors @ q
            curvature += (apart * p) @ apart.T
        step = torch.linalg.solve(curvature, slope)
        while (reached := penalised(change - step)) > least and step.abs().max() > SMALL_STEP:
            step /= 2
        if step.abs().max() <= SMALL_STEP:
            break
        change, least = change - step, reached
    return change
