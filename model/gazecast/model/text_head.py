"""Where a picture has text, read off the backbone's finest features.

Photographs hardly have any, so features learned on them say too little of it, and people look at
text more than at what is around it. The head is fitted to where a detector finds text
(gazecast.training.fit.text_head) and to no gaze; what text is worth, a readout says.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from gazecast.model.blur import blurred, gaussian

WIDTH = 48
"""Channels."""

DILATIONS = (1, 2, 2)
"""Of the blocks: together they see 21 cells a side, 168 pixels of the input."""

SPREAD = 2.25
"""Standard deviation in cells (of eight pixels) of what text attracts around itself: a 24th of the
height of a page."""

FLOOR = 0.1
"""Added to the probability of text, so that its logarithm is bounded where there is none."""


class TextHead(nn.Module):
    """Logits of text at stride 8, from features at stride 4."""

    spread: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, WIDTH, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(),
            *(TextBlock(dilation) for dilation in DILATIONS),
            nn.Conv2d(WIDTH, 1, 1),
        )
        self.register_buffer("spread", gaussian(SPREAD), persistent=False)
        self.requires_grad_(False)

    def forward(self, finest: Tensor) -> Tensor:
        """finest: (B, channels, H/4, W/4). Returns (B, 1, H/8, W/8)."""
        logits: Tensor = self.layers(finest)
        return logits

    def log_text(self, finest: Tensor) -> Tensor:
        """log(FLOOR + the share of text around each cell); (B, 1, H/4, W/4), -2.3 to 0.1."""
        text = blurred(torch.sigmoid(self(finest).float()), self.spread)
        return F.interpolate(
            torch.log(text + FLOOR), scale_factor=2, mode="bilinear", align_corners=False
        )

    def train(self, mode: bool = True) -> TextHead:
        """Always as it is used: nothing else that is trained may move its statistics."""
        return super().train(False)


class TextBlock(nn.Module):
    """A wider look around, added to what is there; (B, WIDTH, h, w) -> the same shape."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv2d(
                WIDTH,
                WIDTH,
                5,
                padding=2 * dilation,
                dilation=dilation,
                groups=WIDTH,
                bias=False,
            ),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(),
            nn.Conv2d(WIDTH, WIDTH, 1, bias=False),
            nn.BatchNorm2d(WIDTH),
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.mix(x))
