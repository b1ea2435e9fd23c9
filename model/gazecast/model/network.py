"""The saliency network: a backbone, a multi-scale decoder, and a readout per domain.

After UNISAL (Droste, Jiao & Noble, ECCV 2020: one network, its own readout parameters per domain)
and TranSalNet (Lou et al., Neurocomputing 2022: attention over the coarsest features, so that
distant elements compete). What differs between domains and time windows sits in a few parameters:
a gain and bias on the last features, a scale, a log prior over the picture's area, a frame (how
much less is looked at along its border), a pull (how much more is looked at text) and a direct
readout of the backbone's coarsest features (after DeepGaze: Kuemmerer, Theis & Bethge, ICLR 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from gazecast.model.backbone import Backbone
from gazecast.model.blur import blurred, gaussian
from gazecast.model.text_head import TextHead

WINDOW_COUNT = 3
"""Outputs per domain: the time windows of gazecast.model.vocabulary, shortest first."""

PRIOR_CELLS = 12
"""The log prior is a grid of this many cells each way, stretched over the picture."""

PRIOR_FINENESS = 4
"""Each cell of the prior is refined by this smoothly, then linearly to the size of the output. The
first step is the same for every picture, so the exported file holds its result: onnxruntime's
bicubic resize takes as long as a third of the network."""

SMOOTHNESS = 1.0
"""Standard deviation in output cells of the blur of the logits when the network is used. What it
has learned of designs and photographs is finer than what holds for others; while it learns, nothing
is blurred, or it would learn to undo it."""

FRAME_REACH = 0.06
"""How far into the picture the frame reaches, in parts of a side (where it has fallen to 1/e)."""


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """What is needed to build a network.

    backbone: a timm model with features at strides 4 to 32. domains: names of the readouts, in
    order; more can be trained than are shipped. widths: channels of the decoder at strides 32, 16,
    8 and 4. context_blocks: attention blocks at stride 32. hidden: channels within each expanding
    block of the backbone, where they are fewer than its own (gazecast.training.export.thinning).
    """

    backbone: str
    domains: tuple[str, ...]
    widths: tuple[int, int, int, int] = (192, 128, 96, 48)
    context_blocks: int = 2
    hidden: tuple[int, ...] = ()


class Shared(NamedTuple):
    """What all readouts read. features: the decoder's, (B, widths[-1], H/4, W/4). log_text:
    TextHead.log_text, (B, 1, H/4, W/4). stride_16, stride_32: what the backbone saw, (B, channels,
    H/16, W/16) and (B, channels, H/32, W/32)."""

    features: Tensor
    log_text: Tensor
    stride_16: Tensor
    stride_32: Tensor


class SaliencyNetwork(nn.Module):
    """Log density of fixations for every domain and time window."""

    def __init__(self, spec: NetworkSpec, *, imagenet: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self.backbone = Backbone(spec.backbone, imagenet=imagenet, hidden=spec.hidden)
        self.decoder = Decoder(self.backbone.channels, spec.widths, spec.context_blocks)
        coarse = self.backbone.channels[-2:]
        self.readout = Readout(spec.widths[-1], coarse, len(spec.domains))
        self.domain_head = nn.Linear(sum(coarse), len(spec.domains))
        self.text_head = TextHead(self.backbone.channels[0])

    def forward(self, image: Tensor, domains: Tensor | None = None) -> Tensor:
        """Logits of the density, not yet normalised over the picture.

        image: float (B, 3, H, W) in -1..1, H and W multiples of 32.
        domains: int64 (B,), the readout for each image; all readouts when absent.
        Returns (B, windows, H/4, W/4), or (B, domains, windows, H/4, W/4) for all readouts.
        """
        return self.read(self.backbone(image), domains)

    def read(self, seen: list[Tensor], domains: Tensor | None = None) -> Tensor:
        """The logits from what the backbone saw."""
        logits: Tensor = self.readout(self.shared(seen), domains)
        return logits

    def shared(self, seen: list[Tensor]) -> Shared:
        """What all readouts read, from what the backbone saw."""
        return Shared(self.decoder(seen), self.text_head.log_text(seen[0]), seen[-2], seen[-1])

    def embed(self, thumbnail: Tensor) -> Tensor:
        """What the picture shows, without where: (B, 3, h, w) -> (B, channels at strides 16, 32).

        Mean over the area of the two coarsest feature maps.
        """
        coarse: list[Tensor] = self.backbone(thumbnail)[-2:]
        return torch.cat([features.mean(dim=(2, 3)) for features in coarse], dim=1)


class Decoder(nn.Module):
    """Fuse features from coarse to fine; returns (B, widths[-1], H/4, W/4)."""

    def __init__(self, channels: Sequence[int], widths: Sequence[int], context_blocks: int) -> None:
        super().__init__()
        coarse = widths[0]
        self.reduce = nn.Sequential(nn.Conv2d(channels[-1], coarse, 1), nn.BatchNorm2d(coarse))
        self.context = nn.Sequential(*(ContextBlock(coarse) for _ in range(context_blocks)))
        lateral_channels = tuple(reversed(tuple(channels)[:-1]))
        self.merges = nn.ModuleList(
            Merge(above, lateral, width)
            for above, lateral, width in zip(widths[:-1], lateral_channels, widths[1:], strict=True)
        )

    def forward(self, features: list[Tensor]) -> Tensor:
        x: Tensor = self.context(self.reduce(features[-1]))
        for merge, lateral in zip(self.merges, reversed(features[:-1]), strict=True):
            x = merge(x, lateral)
        return x


class Merge(nn.Module):
    """Upsample the coarser map, add the finer one, mix over space and channels."""

    def __init__(self, above: int, lateral: int, width: int) -> None:
        super().__init__()
        self.above = nn.Conv2d(above, width, 1, bias=False)
        self.lateral = nn.Conv2d(lateral, width, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.mix = nn.Sequential(
            DepthwiseConv2d(width, width, 5, padding=2, groups=width, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, above: Tensor, lateral: Tensor) -> Tensor:
        # The 1x1 convolution commutes with upsampling and is cheaper before it.
        up = enlarged(self.above(above), 2)
        x = F.relu(self.norm(up + self.lateral(lateral)))
        return F.relu(x + self.mix(x))


class DepthwiseConv2d(nn.Conv2d):
    """In full precision even under autocast: its gradients take several times as long in bfloat16
    on a CPU."""

    def forward(self, x: Tensor) -> Tensor:
        if not torch.is_autocast_enabled(x.device.type):
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


class ContextBlock(nn.Module):
    """Transformer block over all positions of the coarsest map; (B, C, h, w) -> the same shape.

    A depthwise convolution tells positions apart (Chu et al., "Conditional Positional Encodings",
    ICLR 2023), so any size works. Branches start near zero (LayerScale, Touvron et al., ICCV 2021).
    """

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.position = DepthwiseConv2d(width, width, 3, padding=1, groups=width)
        self.norm1 = nn.LayerNorm(width)
        self.to_qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.scale1 = nn.Parameter(torch.full((width,), 0.1))
        self.scale2 = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        batch, width, rows, columns = x.shape
        x = x + self.position(x)
        tokens: Tensor = x.flatten(2).transpose(1, 2)  # (B, h*w, C)
        tokens = tokens + self.scale1 * self._attend(self.norm1(tokens))
        tokens = tokens + self.scale2 * self.mlp(self.norm2(tokens))
        return tokens.transpose(1, 2).reshape(batch, width, rows, columns)

    def _attend(self, tokens: Tensor) -> Tensor:
        batch, count, width = tokens.shape
        per_head = width // self.heads
        qkv = self.to_qkv(tokens).reshape(batch, count, 3, self.heads, per_head)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (B, heads, h*w, C/heads)
        weights = torch.softmax(query @ key.transpose(-2, -1) * per_head**-0.5, dim=-1)
        out: Tensor = self.project((weights @ value).transpose(1, 2).reshape(batch, count, width))
        return out


class Readout(nn.Module):
    """From shared features to logits: what a domain and a time window add of their own."""

    frame: Tensor
    pull: Tensor
    direct_16: Tensor
    direct_32: Tensor
    border: Tensor
    blur: Tensor

    def __init__(
        self, width: int, coarse: Sequence[int], domain_count: int, hidden: int = 32
    ) -> None:
        """width: channels of the decoder's features. coarse: of the backbone's at strides 16 and
        32."""
        super().__init__()
        self.mix = nn.Sequential(nn.Conv2d(width, hidden, 1, bias=False), nn.BatchNorm2d(hidden))
        self.gain = nn.Parameter(torch.ones(domain_count, hidden))
        self.bias = nn.Parameter(torch.zeros(domain_count, hidden))
        self.to_windows = nn.Conv2d(hidden, WINDOW_COUNT, 1)
        self.log_scale = nn.Parameter(torch.zeros(domain_count, WINDOW_COUNT))
        self.domain_prior = nn.Parameter(
            torch.zeros(domain_count, WINDOW_COUNT, PRIOR_CELLS, PRIOR_CELLS)
        )
        self.window_prior = nn.Parameter(torch.zeros(1, WINDOW_COUNT, PRIOR_CELLS, PRIOR_CELLS))
        # Fitted, not learned by steps: gazecast.training.fit.factors says why.
        self.register_buffer("frame", torch.zeros(domain_count, WINDOW_COUNT))
        self.register_buffer("pull", torch.zeros(domain_count, WINDOW_COUNT))
        for stride, channels in zip((16, 32), coarse, strict=True):
            weights = torch.zeros(domain_count, WINDOW_COUNT, channels)
            self.register_buffer(f"direct_{stride}", weights)
        self.register_buffer("border", _border(), persistent=False)
        self.register_buffer("blur", gaussian(SMOOTHNESS), persistent=False)

    def forward(self, shared: Shared, domains: Tensor | None) -> Tensor:
        """To the logits that SaliencyNetwork.forward returns."""
        x = self.mix(shared.features)  # (B, hidden, h, w)
        if domains is not None:
            return self._read(x, shared, domains)
        each = torch.arange(len(self.gain), device=x.device).expand(len(x), -1)
        return torch.stack([self._read(x, shared, one) for one in each.T], dim=1)

    def content(self, features: Tensor, domains: Tensor) -> Tensor:
        """What the picture itself says, before a domain's scale and prior; (B, windows, h, w)."""
        return self._content(self.mix(features), domains)

    def prior(self, domains: Tensor, shape: tuple[int, int]) -> Tensor:
        """The log prior laid over an output of `shape` (rows, columns); (B, windows, rows,
        columns)."""
        return F.interpolate(
            self.fine_prior(domains), size=shape, mode="bilinear", align_corners=False
        )

    def drawn(self, log_text: Tensor, domains: Tensor) -> Tensor:
        """What text adds to the logits; (B, 1, h, w) -> (B, windows, h, w)."""
        return _rows(self.pull, domains)[:, :, None, None] * log_text

    def direct(self, shared: Shared, domains: Tensor) -> Tensor:
        """What the backbone's features add by themselves; (B, windows, H/4, W/4)."""
        coarse = _weighted(shared.stride_32, _rows(self.direct_32, domains))
        finer = _weighted(shared.stride_16, _rows(self.direct_16, domains))
        return enlarged(finer + enlarged(coarse, 2), 4)

    def border_over(self, shape: tuple[int, int]) -> Tensor:
        """What a frame of one adds to the logits of an output of `shape`; (rows, columns)."""
        laid: Tensor = F.interpolate(
            self.border[None, None], size=shape, mode="bilinear", align_corners=False
        )
        return laid[0, 0]

    def fine_prior(self, domains: Tensor) -> Tensor:
        """On a grid of its own, before any picture; (B, windows, cells, cells)."""
        # All of them first, as none depends on the picture: the exported file holds the result.
        refined = F.interpolate(
            self.domain_prior + self.window_prior,
            scale_factor=PRIOR_FINENESS,
            mode="bicubic",
            align_corners=False,
        )
        frame = _rows(self.frame, domains)[:, :, None, None]
        return _rows(refined, domains) + frame * self.border

    def _content(self, x: Tensor, domains: Tensor) -> Tensor:
        gain, bias = _rows(self.gain, domains), _rows(self.bias, domains)
        logits: Tensor = self.to_windows(
            F.relu(x * gain[:, :, None, None] + bias[:, :, None, None])
        )
        return logits

    def _read(self, x: Tensor, shared: Shared, domains: Tensor) -> Tensor:
        logits = self._content(x, domains)
        logits = logits * torch.exp(_rows(self.log_scale, domains))[:, :, None, None]
        if not self.training:
            logits = blurred(logits, self.blur)
        logits = logits + self.prior(domains, (logits.shape[-2], logits.shape[-1]))
        return logits + (self.drawn(shared.log_text, domains) + self.direct(shared, domains))


def _weighted(features: Tensor, weights: Tensor) -> Tensor:
    """(B, C, h, w) and (B, windows, C) -> (B, windows, h, w)."""
    maps = weights @ features.flatten(2)
    laid: Tensor = maps.unflatten(2, features.shape[2:])
    return laid


def enlarged(maps: Tensor, times: int) -> Tensor:
    """Smoothly; (B, C, h, w) -> (B, C, times h, times w)."""
    larger: Tensor = F.interpolate(maps, scale_factor=times, mode="bilinear", align_corners=False)
    return larger


def _rows(table: Tensor, domains: Tensor) -> Tensor:
    """Of a table (domains, ...) the rows of those domains, (B, ...)."""
    # Exported, this leaves the table its name; indexing in brackets does not.
    return table.index_select(0, domains)


def _border() -> Tensor:
    """What a frame of one adds to the log prior; (cells, cells), 1 at a side, 2 in a corner."""
    cells = PRIOR_CELLS * PRIOR_FINENESS
    at = (torch.arange(cells) + 0.5) / cells
    side = torch.exp(-((torch.minimum(at, 1 - at) / FRAME_REACH) ** 2))
    return side[:, None] + side
