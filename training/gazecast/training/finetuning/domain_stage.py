"""The first stage: scale, spread and prior of one domain, fitted on cached outputs.

Fewer than 20 numbers, after Kuemmerer et al. ("DeepGaze MSDB", ICCV 2025: a handful of parameters
per data set recovers most of what is lost on a new one). For each window a scale, which also sets
how far the density spreads, and a log prior of the lowest frequencies over the picture: where its
middle is, and how far it spreads along both sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from gazecast.model.network import PRIOR_CELLS, PRIOR_FINENESS, WINDOW_COUNT, SaliencyNetwork
from gazecast.training.finetuning.settings import Settings
from gazecast.training.fit.losses import log_density, saliency_loss
from gazecast.training.fit.samples import Batch

ORDER = 2
"""Of the cosines along both sides together."""

_FREQUENCIES = [
    (down, across)
    for down in range(ORDER + 1)
    for across in range(ORDER + 1 - down)
    if down or across  # a constant changes no density
]

PARAMETERS = WINDOW_COUNT * (1 + len(_FREQUENCIES))


def fit_domain(
    network: SaliencyNetwork, cached: Sequence[CachedOutput], settings: Settings
) -> None:
    """Fit the parameters of the images' domain, in place; `cached` is of that very network."""
    device = cached[0].content.device
    scales = torch.zeros(WINDOW_COUNT, device=device, requires_grad=True)
    amplitudes = torch.zeros(WINDOW_COUNT, len(_FREQUENCIES), device=device, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [scales, amplitudes], max_iter=40, line_search_fn="strong_wolfe", tolerance_change=1e-6
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        fit = torch.stack([each.loss(scales, amplitudes, settings) for each in cached]).mean()
        size = scales.square().sum() + amplitudes.square().sum()
        loss: Tensor = fit + settings.penalty * size
        loss.backward()
        return loss

    optimizer.step(closure)
    row = int(cached[0].batch.readout[0])
    with torch.no_grad():
        network.readout.log_scale[row] += scales
        prior = torch.tensordot(amplitudes, _cosines().to(device), dims=1)
        network.readout.domain_prior[row] += prior


class CachedOutput:
    """One image: its targets, and what the network says of it but for the parameters fitted."""

    @torch.no_grad()
    def __init__(self, network: SaliencyNetwork, batch: Batch) -> None:
        """batch: the image whole, alone."""
        self.batch = batch
        readout = network.readout
        shared = network.shared(network.backbone(batch.image))
        shape = (shared.features.shape[-2], shared.features.shape[-1])
        scale = torch.exp(readout.log_scale[batch.readout])[:, :, None, None]
        self.content = readout.content(shared.features, batch.readout) * scale
        self.rest = (
            readout.prior(batch.readout, shape)
            + readout.drawn(shared.log_text, batch.readout)
            + readout.direct(shared, batch.readout)
        )
        self.cosines = _laid_over(
            _cosines().to(shared.features.device), shape
        )  # (frequencies, h, w)

    def loss(self, scales: Tensor, amplitudes: Tensor, settings: Settings) -> Tensor:
        batch = self.batch
        added = torch.tensordot(amplitudes, self.cosines, dims=1)
        logits = self.content * torch.exp(scales)[:, None, None] + self.rest + added
        return saliency_loss(
            log_density(logits, batch.inside),
            batch.density,
            batch.counts,
            batch.inside,
            batch.weight,
            settings.loss,
        )


def _cosines() -> Tensor:
    """(frequencies, cells, cells): the lowest cosines on the grid of the log prior."""
    at = (torch.arange(PRIOR_CELLS) + 0.5) * (math.pi / PRIOR_CELLS)
    waves: Sequence[Tensor] = [
        torch.outer(torch.cos(down * at), torch.cos(across * at)) for down, across in _FREQUENCIES
    ]
    return torch.stack(list(waves))


def _laid_over(prior: Tensor, shape: tuple[int, int]) -> Tensor:
    """As the network lays a prior over its output; (n, cells, cells) -> (n, rows, columns)."""
    fine = F.interpolate(
        prior[None], scale_factor=PRIOR_FINENESS, mode="bicubic", align_corners=False
    )
    return F.interpolate(fine, size=shape, mode="bilinear", align_corners=False)[0]
