"""Losses on log densities, computed over the picture's own cells and never the padding.

KL divergence, CC and NSS as losses: Droste et al., "UNISAL", ECCV 2020.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gazecast.data.errors import GazecastError
from gazecast.training.fit.recipe import LossWeights


class DivergedError(GazecastError, FloatingPointError):
    """The loss is no number any more: the learning rate is too high, or the data are broken."""


_TINY = 1e-12


def log_density(logits: Tensor, inside: Tensor) -> Tensor:
    """Normalise logits (..., h, w) over the cells where `inside` (bool, same shape or
    broadcastable) is true; cells outside get a large negative value. Returns logits' shape."""
    masked = logits.masked_fill(~inside, -1e9)
    return torch.log_softmax(masked.flatten(-2), dim=-1).reshape(masked.shape)


def kl_divergence(log_p: Tensor, q: Tensor) -> Tensor:
    """sum q ln(q / p) over the last two dimensions; q sums to 1. Returns (...,), nats."""
    return (q * (torch.log(q + _TINY) - log_p)).flatten(-2).sum(-1)


def correlation(p: Tensor, q: Tensor, inside: Tensor) -> Tensor:
    """Pearson correlation over the cells inside; (...,) in -1..1."""
    p0, q0 = _standardised(p, inside), _standardised(q, inside)
    return (p0 * q0).flatten(-2).sum(-1) / _cells(inside)


def scanpath_saliency(p: Tensor, counts: Tensor, inside: Tensor) -> Tensor:
    """NSS (Peters et al. 2005): mean over fixations of the standardised map; (...,)."""
    total = counts.flatten(-2).sum(-1).clamp_min(_TINY)
    return (_standardised(p, inside) * counts).flatten(-2).sum(-1) / total


def saliency_loss(
    log_p: Tensor,
    q: Tensor,
    counts: Tensor,
    inside: Tensor,
    weight: Tensor,
    weights: LossWeights,
) -> Tensor:
    """Weighted mean loss over a batch.

    log_p, q, counts: (B, windows, h, w). inside: bool (B, 1, h, w).
    weight: (B, windows), zero where a window has no ground truth. Where counts are all zero (only
    a map was published) the NSS term is zero.
    """
    p = log_p.exp()
    loss = (
        weights.kld * kl_divergence(log_p, q)
        + weights.cc * (1 - correlation(p, q, inside))
        - weights.nss * scanpath_saliency(p, counts, inside)
    )
    return (loss * weight).sum() / weight.sum().clamp_min(_TINY)


def _cells(inside: Tensor) -> Tensor:
    return inside.flatten(-2).sum(-1)


def _standardised(values: Tensor, inside: Tensor) -> Tensor:
    count = _cells(inside)[..., None, None]
    kept = values * inside
    mean = kept.sum(dim=(-2, -1), keepdim=True) / count
    centred = (values - mean) * inside
    variance = centred.square().sum(dim=(-2, -1), keepdim=True) / count
    # Densities are tiny (1 / cells): a floor inside the square root would drown their variance.
    return centred / (variance.sqrt() + _TINY)
