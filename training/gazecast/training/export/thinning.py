"""Leave out channels of the backbone that add nothing, or next to nothing, to the prediction.

The backbone's blocks expand to six times their channels, as ImageNet's thousand classes want it. Of
the last blocks' channels most can be written as sums of the others on the pictures that the network
is for. Each block gives up those that the others replace best, and the others' weights take over
what they did: least squares on the block's output (Hassibi and Stork, "Second order derivatives for
network pruning: optimal brain surgeon", NeurIPS 1992; for whole channels: He, Zhang and Sun,
"Channel pruning for accelerating very deep neural networks", ICCV 2017). Then the blocks are fitted
once more, one after another: each is given what the blocks before it now make, and makes up for
what they changed (Zhang et al., "Accelerating very deep convolutional networks for classification
and detection", PAMI 2016). Nothing is trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn

from gazecast.model.network import SaliencyNetwork

STEP = 16
"""Channels are left out by so many: onnxruntime computes them in groups of 16 or 8."""

EVEN = 1e-6
"""Of the channels' mean square, added to each one's: some channels are sums of others exactly."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a block can give up. order: its channels, those to go first in front. errors: by the
    number of steps gone, the squared error of the block's output as a part of its variance; the
    first is 0. work: multiplications of one channel."""

    order: Tensor
    errors: tuple[float, ...]
    work: float


@torch.no_grad()
def thin(network: SaliencyNetwork, images: Iterable[Tensor], share: float) -> SaliencyNetwork:
    """A network without `share` (0 to 1) of the multiplications in the backbone's expanding blocks,
    or a little more, in evaluation mode.

    images: float (1, 3, H, W) each, as SaliencyNetwork.forward takes them. Steps go where they add
    least error for the multiplications that they save. Raises ValueError for a network without such
    blocks, or a share that would leave a block empty.
    """
    network.eval()
    images = list(images)
    blocks = network.backbone.expanding_blocks()
    if not blocks:
        raise ValueError(f"{network.spec.backbone} has no blocks that could be thinned")
    moments, works = _measure(network, images)
    plans = {
        name: _plan(moments[name], block.conv_pwl.weight[:, :, 0, 0].double(), works[name])
        for name, block in blocks.items()
    }
    steps = _share_out(plans, share)
    state = network.state_dict()
    hidden = []
    for name, plan in plans.items():
        kept = plan.order[STEP * steps[name] :].sort().values
        hidden.append(len(kept))
        _narrowed(state, f"backbone.{name}", moments[name], kept)
    thinner = SaliencyNetwork(replace(network.spec, hidden=tuple(hidden)))
    thinner.load_state_dict(state)
    thinner.eval()
    _make_up(network, thinner, images)
    return thinner


def _measure(
    network: SaliencyNetwork, images: Iterable[Tensor]
) -> tuple[dict[str, Tensor], dict[str, float]]:
    """Of each block the mean products of what is mixed back, (channels + 1, channels + 1) with a
    constant 1 as the last; and the multiplications of one channel, as a mean over the images."""
    blocks = network.backbone.expanding_blocks()
    products: dict[str, Tensor] = {}
    places = dict.fromkeys(blocks, 0)
    works = dict.fromkeys(blocks, 0.0)

    def note(name: str, block: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        mixed = _with_one(inputs[0])
        products[name] = products.get(name, 0) + (mixed @ mixed.T).double()
        places[name] += mixed.shape[1]

    def count(name: str, block: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        before, after = inputs[0][0, 0].numel(), output[0, 0].numel()
        kernel = next(cast(nn.Module, block.conv_dw).parameters())[0].numel()
        works[name] += inputs[0].shape[1] * before + (kernel + output.shape[1]) * after

    hooks = [
        hook
        for name, block in blocks.items()
        for hook in (
            block.conv_pwl.register_forward_hook(partial(note, name)),
            block.register_forward_hook(partial(count, name)),
        )
    ]
    for image in images:
        network.backbone(image)
    for hook in hooks:
        hook.remove()
    return {name: products[name] / places[name] for name in blocks}, works


def _plan(moments: Tensor, weight: Tensor, work: float) -> _Plan:
    """moments: as `_measure` gives them. weight: (out, channels) of conv_pwl."""
    mean = moments[:-1, -1]
    covariance = moments[:-1, :-1] - mean[:, None] * mean
    covariance += EVEN * moments.diagonal()[:-1].mean() * torch.eye(len(mean), dtype=mean.dtype)
    variance = float(((weight @ covariance) * weight).sum())
    inverse = torch.linalg.inv(covariance)
    left = torch.arange(len(mean))
    order: list[Tensor] = []
    errors = [0.0]
    while len(left) > STEP:
        # What leaving out one alone would cost, the others making up for it; then all that go at
        # once, together.
        costs = weight.square().sum(dim=0) / inverse.diagonal()
        go = costs.argsort()[:STEP]
        stay = torch.ones(len(left), dtype=torch.bool)
        stay[go] = False
        between = torch.linalg.inv(inverse[go][:, go])
        taken = weight[:, go] @ between
        errors.append(errors[-1] + float((taken * weight[:, go]).sum()) / variance)
        weight = (weight - taken @ inverse[go])[:, stay]
        inverse = (inverse - inverse[:, go] @ between @ inverse[go])[stay][:, stay]
        order.append(left[go])
        left = left[stay]
    return _Plan(torch.cat([*order, left]), tuple(errors), work)


def _share_out(plans: Mapping[str, _Plan], share: float) -> dict[str, int]:
    """How many steps each block gives up."""
    wanted = share * sum(len(plan.order) * plan.work for plan in plans.values())
    steps = dict.fromkeys(plans, 0)
    saved = 0.0
    while saved < wanted:
        able = [name for name, plan in plans.items() if steps[name] + 1 < len(plan.errors)]
        if not able:
            raise ValueError(f"{share:.0%} of the backbone cannot be left out")
        cheapest = min(able, key=lambda name: _price(plans[name], steps[name]))
        steps[cheapest] += 1
        saved += STEP * plans[cheapest].work
    return steps


def _price(plan: _Plan, steps: int) -> float:
    """Of the next step: error for the multiplications that it saves."""
    return (plan.errors[steps + 1] - plan.errors[steps]) / plan.work


def _narrowed(state: dict[str, Tensor], block: str, moments: Tensor, kept: Tensor) -> None:
    """The block's weights for the channels kept, in place; those that mix back fitted anew."""
    mixing = state[f"{block}.conv_pwl.weight"][:, :, 0, 0].double()
    whole = torch.cat([mixing, state[f"{block}.conv_pwl.bias"].double()[:, None]], dim=1)
    used = torch.cat([kept, torch.tensor([len(moments) - 1])])
    own, wanted = moments[used][:, used], whole @ moments[:, used]
    fitted = torch.linalg.solve(_even(own), wanted.T).T.float()
    before_mixing = f"{block}.conv_pw.", f"{block}.conv_dw."
    for name in [name for name in state if name.startswith(before_mixing)]:
        state[name] = state[name][kept]
    state[f"{block}.conv_pwl.weight"] = fitted[:, :-1, None, None]
    state[f"{block}.conv_pwl.bias"] = fitted[:, -1]


def _make_up(network: SaliencyNetwork, thinner: SaliencyNetwork, images: Iterable[Tensor]) -> None:
    """Correct, in place, what the blocks of the thinner network mix back, so that each layer gives
    what it gave in the network, as nearly as it can from what it is given now."""
    narrow = thinner.backbone.expanding_blocks().values()
    seen = [(image, image) for image in images]
    for own, layer in zip(network.backbone.layers(), thinner.backbone.layers(), strict=True):
        wanted = [own(before) for before, _ in seen]
        given = [now for _, now in seen]
        if layer in narrow:
            _correct(layer, given, wanted)
        seen = [(each, layer(now)) for each, now in zip(wanted, given, strict=True)]


def _correct(block: nn.Module, given: Sequence[Tensor], wanted: Sequence[Tensor]) -> None:
    mixing = cast(nn.Conv2d, block.conv_pwl)
    mixed: list[Tensor] = []
    hook = mixing.register_forward_pre_hook(lambda _, inputs: mixed.append(_with_one(inputs[0])))
    own, short = torch.zeros(()), torch.zeros(())
    for now, aim in zip(given, wanted, strict=True):
        missing = (aim - block(now)).flatten(2)[0]
        each = mixed.pop()
        own = own + (each @ each.T).double()
        short = short + (missing @ each.T).double()
    hook.remove()
    correction = torch.linalg.solve(_even(own), short.T).T.float()
    mixing.weight += correction[:, :-1, None, None]
    cast(Tensor, mixing.bias).add_(correction[:, -1])


def _with_one(mixed: Tensor) -> Tensor:
    """(1, channels, h, w) to (channels + 1, h w), the last a constant 1."""
    channels = mixed.flatten(2)[0]
    return torch.cat([channels, torch.ones_like(channels[:1])])


def _even(moments: Tensor) -> Tensor:
    """A little more of each channel alone, so that there is one solution; `_measure`'s moments."""
    more = EVEN * moments.diagonal()[:-1].mean()
    return moments + more * torch.eye(len(moments), dtype=moments.dtype)
