"""How unlike the pictures that the network knows a picture is, from the embedding of its thumbnail.

Two signs, each in multiples of a limit that one in forty ordinary pictures is above; the larger
counts. The Mahalanobis distance to the nearest kind of picture, with one covariance for all kinds
(Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples", NeurIPS 2018);
and the probability of being one of the odd pictures that were drawn on purpose (Hendrycks et al.,
"Deep Anomaly Detection with Outlier Exposure", ICLR 2019).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SHRINKAGE = 0.1
"""Part of the covariance that is taken to be the same in all directions (Ledoit and Wolf, 2004)."""

ALARMS = 0.025
"""Of ordinary pictures above the limit of each sign."""

WEIGHT_DECAY = 1e-2


class Familiarity(nn.Module):
    """Embeddings (B, channels) to unfamiliarity (B,), 0 or more; above 1 a picture is unlike."""

    centres: Tensor
    axes: Tensor
    limits: Tensor

    def __init__(self, kinds: int, channels: int) -> None:
        """Answers 0 to everything until it is fitted."""
        super().__init__()
        self.register_buffer("centres", torch.zeros(kinds, channels))
        self.register_buffer("axes", torch.zeros(channels, channels))
        self.register_buffer("limits", torch.full((2,), torch.inf))
        self.odd = nn.Linear(channels, 1)

    def forward(self, embedding: Tensor) -> Tensor:
        return (self._signs(embedding) / self.limits).amax(dim=1)

    @torch.no_grad()
    def fit(self, known: Tensor, kind: Tensor, odd: Tensor, ordinary: Tensor) -> None:
        """known: (n, channels), of kind (n,) int64, each kind at least once. odd: (m, channels).
        ordinary: (k, channels), none of them among those known, to set the limits on."""
        centres = torch.stack([known[kind == k].mean(dim=0) for k in range(len(self.centres))])
        apart = (known - centres[kind]).double()
        covariance = apart.T @ apart / len(apart)
        even = covariance.diagonal().mean() * torch.eye(len(covariance), dtype=torch.float64)
        values, vectors = torch.linalg.eigh((1 - SHRINKAGE) * covariance + SHRINKAGE * even)
        self.centres.copy_(centres)
        self.axes.copy_(vectors / values.sqrt())
        self._fit_odd(known, odd)
        self.limits.copy_(torch.quantile(self._signs(ordinary), 1 - ALARMS, dim=0))

    def _signs(self, embedding: Tensor) -> Tensor:
        """(B, 2): mean squared distance along the axes; probability of being odd."""
        away = (embedding[:, None] - self.centres[None]) @ self.axes  # (B, kinds, channels)
        distance = away.square().mean(dim=2).amin(dim=1)
        return torch.stack([distance, torch.sigmoid(self.odd(embedding))[:, 0]], dim=1)

    @torch.enable_grad()
    def _fit_odd(self, known: Tensor, odd: Tensor) -> None:
        """Logistic regression, odd and known counting the same."""
        x = torch.cat([known, odd])
        mean, deviation = x.mean(dim=0), x.std(dim=0) + 1e-6
        y = torch.cat([torch.zeros(len(known)), torch.ones(len(odd))])
        weight = torch.where(y > 0, len(known) / len(odd), 1.0)
        head = nn.Linear(x.shape[1], 1)
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)
        optimizer = torch.optim.LBFGS(
            head.parameters(), max_iter=200, line_search_fn="strong_wolfe"
        )

        def closure() -> Tensor:
            optimizer.zero_grad()
            logits = head((x - mean) / deviation)[:, 0]
            fit = nn.functional.binary_cross_entropy_with_logits(logits, y, weight)
            loss: Tensor = fit + WEIGHT_DECAY * head.weight.square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        with torch.no_grad():
            self.odd.weight.copy_(head.weight / deviation)
            self.odd.bias.copy_(head.bias - self.odd.weight @ mean)
