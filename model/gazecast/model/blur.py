"""Gaussian blur inside the network."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def gaussian(sigma: float) -> Tensor:
    """Weights (2 r + 1,) of a Gaussian with a standard deviation of `sigma` cells, cut at three;
    sum 1."""
    reach = round(3 * sigma)
    at = torch.arange(-reach, reach + 1)
    weights = torch.exp(-((at / sigma) ** 2) / 2)
    return weights / weights.sum()


def blurred(maps: Tensor, weights: Tensor) -> Tensor:
    """Each map on its own, (B, C, h, w) -> the same shape; beyond an edge its values go on."""
    reach, channels = len(weights) // 2, maps.shape[1]
    padded = F.pad(maps, (reach, reach, reach, reach), mode="replicate")
    kernel = weights.expand(channels, 1, 1, -1)
    along_rows = F.conv2d(padded, kernel, groups=channels)
    return F.conv2d(along_rows, kernel.transpose(2, 3), groups=channels)
