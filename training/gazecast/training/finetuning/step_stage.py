"""The stages that are trained in steps: the decoder on cached features, then everything.

Other domains share what is trained here. To keep them as they are, the network is held to the
starting model's maps for them, on the same images (Li & Hoiem, "Learning without Forgetting",
ECCV 2016): it needs no data of theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gazecast.model.network import SaliencyNetwork
from gazecast.training.finetuning.ranks import Ranks
from gazecast.training.finetuning.settings import Settings, StageSettings
from gazecast.training.finetuning.views import View, joined
from gazecast.training.fit.losses import DivergedError, kl_divergence, log_density, saliency_loss
from gazecast.training.fit.trainer import schedule


def trained_parameters(network: SaliencyNetwork, stage: StageSettings) -> list[nn.Parameter]:
    """What the stage trains."""
    groups = _groups(network, stage)
    return [parameter for group in groups for parameter in group["params"]]


def steps_of(views: int, stage: StageSettings, settings: Settings) -> int:
    """About how many steps there are; a few more where images have different shapes."""
    return stage.passes * -(-views // settings.batch)


def train_stage(
    network: SaliencyNetwork,
    views: Sequence[View],
    stage: StageSettings,
    settings: Settings,
    ranks: Ranks,
    *,
    on_step: Callable[[float], None] = lambda _: None,
) -> None:
    """Train the stage's part of the network, in place. on_step: told the loss of each step.

    bfloat16 where there is a GPU. Raises DivergedError when the loss is no number any more.
    """
    steps = _plan(views, stage.passes, settings)
    on_features = stage.backbone_rate == 0
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    groups = _groups(network, stage)
    for group in groups:
        for parameter in group["params"]:
            parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(groups, lr=0.0)
    parameters = trained_parameters(network, stage)
    network.eval()  # batch norms keep their statistics: these are few images
    reading = ranks.parallel(_Reading(network, on_features=on_features))
    for done, step in enumerate(steps):
        multiple = schedule(done / len(steps))
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * multiple
        shown = ranks.mine(step)
        with torch.autocast(
            ranks.device.type, dtype=torch.bfloat16, enabled=ranks.device.type == "cuda"
        ):
            logits = reading(
                torch.cat([view.batch.image for view in shown]),
                [torch.cat(level) for level in zip(*(v.features for v in shown), strict=True)],
            )
        loss = _loss(logits.float(), shown, settings)
        if not torch.isfinite(loss):
            raise DivergedError(f"the loss of stage {stage.name} became {loss.item()}")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        on_step(loss.item())
    network.requires_grad_(False)


class _Reading(nn.Module):
    """All readouts of the network, from the picture or from features of the fixed backbone."""

    def __init__(self, network: SaliencyNetwork, *, on_features: bool) -> None:
        super().__init__()
        self.network, self.on_features = network, on_features

    def forward(self, image: Tensor, features: list[Tensor]) -> Tensor:
        seen = features if self.on_features else self.network.backbone(image)
        return self.network.read(seen)


def _loss(logits: Tensor, shown: Sequence[View], settings: Settings) -> Tensor:
    """logits: (B, domains, windows, h, w)."""
    batch = joined([view.batch for view in shown])
    log_p = log_density(logits, batch.inside[:, None])
    own = int(batch.readout[0])
    fit = saliency_loss(
        log_p[:, own], batch.density, batch.counts, batch.inside, batch.weight, settings.loss
    )
    others = [row for row in range(log_p.shape[1]) if row != own]
    before = torch.cat([view.before for view in shown])[:, others]
    moved: Tensor = kl_divergence(log_p[:, others], before.exp()).mean()
    return fit + settings.keep * moved


def _groups(network: SaliencyNetwork, stage: StageSettings) -> list[dict[str, Any]]:
    early = {id(parameter) for parameter in network.backbone.early_parameters()}
    backbone = [p for p in network.backbone.parameters() if id(p) not in early]
    groups: list[dict[str, Any]] = [
        {
            "params": list(network.decoder.parameters()),
            "peak": stage.decoder_rate,
            "weight_decay": 1e-4,
        },
        {
            "params": list(network.readout.parameters()),
            "peak": stage.readout_rate,
            "weight_decay": 0.0,
        },
    ]
    if stage.backbone_rate:
        groups.append({"params": backbone, "peak": stage.backbone_rate, "weight_decay": 0.0})
    return groups


def _plan(views: Sequence[View], passes: int, settings: Settings) -> list[list[View]]:
    """The steps: views of one shape together, in another order in every pass."""
    rng = np.random.default_rng(settings.seed)
    steps = []
    for _ in range(passes):
        by_shape: defaultdict[tuple[int, ...], list[View]] = defaultdict(list)
        for index in rng.permutation(len(views)):
            by_shape[views[index].shape].append(views[index])
        in_pass = [
            same[start : start + settings.batch]
            for same in by_shape.values()
            for start in range(0, len(same), settings.batch)
        ]
        steps += [in_pass[index] for index in rng.permutation(len(in_pass))]
    return steps
