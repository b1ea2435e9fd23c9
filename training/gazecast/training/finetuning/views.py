"""What is shown to the network: each image whole, and parts of it, with what it should answer.

The same views in every pass, so that all that does not change while training is computed once: the
backbone's features while it is fixed, and the starting model's maps of the other domains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gazecast.data.stimulus import Stimulus
from gazecast.evaluation.candidate import UserData
from gazecast.model.geometry import place
from gazecast.model.network import SaliencyNetwork
from gazecast.training.fit.losses import log_density
from gazecast.training.fit.recipe import SetUse
from gazecast.training.fit.samples import MULTIPLE, Batch, Example, Planned, collate, load_example

WHOLE = (0.0, 0.0, 1.0, 1.0)

MEMORY = 4e9
"""Bytes that all views together may take."""

_BYTES_A_PIXEL = 30
"""Of a view: its picture and features as float32, and the maps."""


@dataclass(frozen=True, slots=True)
class View:
    """batch: of this view alone. before: float (1, domains, windows, h, w), the starting model's
    log densities over the picture. features: the starting backbone's, finest first."""

    batch: Batch
    before: Tensor
    features: tuple[Tensor, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.batch.image.shape[-2:])


def load_examples(
    stimuli: Sequence[Stimulus], about: UserData, domain: str, row: int, pixels: int
) -> dict[str, Example]:
    """The images by name, with their pixels. row: the domain's place in the network."""
    use = SetUse(
        set=about.name,
        readout=domain,
        evidence={about.kind: 1.0},
        sigma_px=about.sigma_px,
        windows=about.windows,
    )
    return {stimulus.name: load_example(use, stimulus, row, pixels) for stimulus in stimuli}


def whole_views(examples: Mapping[str, Example], pixels: int) -> dict[str, Batch]:
    """Every image whole, at the size that the model is used at."""
    return {name: collate([_planned(each, WHOLE, pixels)]) for name, each in examples.items()}


def training_views(
    network: SaliencyNetwork,
    examples: Mapping[str, Example],
    *,
    pixels: int,
    count: int,
    crop: float,
    seed: int,
    device: torch.device,
) -> dict[str, list[View]]:
    """`count` views of each image: one whole, and parts that keep `crop` of each side or more.

    network: the one that fine-tuning starts with.
    """
    views: dict[str, list[View]] = {}
    for index, (name, example) in enumerate(sorted(examples.items())):
        rng = np.random.default_rng((seed, index))
        boxes = [WHOLE, *(_part(rng, crop) for _ in range(count - 1))]
        views[name] = [
            _view(network, collate([_planned(example, box, pixels)]), device) for box in boxes
        ]
    return views


def views_that_fit(wanted: int, images: int, pixels: int) -> int:
    """So many views of each image, one at least, that they stay within MEMORY."""
    return max(1, min(wanted, int(MEMORY / (images * pixels * _BYTES_A_PIXEL))))


def joined(batches: Sequence[Batch]) -> Batch:
    """Batches of one input shape as one."""
    return Batch(
        *(
            torch.cat([getattr(batch, name) for batch in batches])
            for name in ("image", "inside", "density", "counts", "weight", "readout")
        )
    )


@torch.no_grad()
def _view(network: SaliencyNetwork, batch: Batch, device: torch.device) -> View:
    moved = batch.to(device)
    features = network.backbone(moved.image)
    logits = network.read(features)
    before = log_density(logits, moved.inside[:, None])
    return View(moved, before, tuple(features))


def _part(rng: np.random.Generator, crop: float) -> tuple[float, float, float, float]:
    keep = rng.uniform(crop, 1.0)
    left, top = rng.uniform(0, 1 - keep), rng.uniform(0, 1 - keep)
    return left, top, left + keep, top + keep


def _planned(example: Example, box: tuple[float, float, float, float], pixels: int) -> Planned:
    height, width = example.rgb.shape[:2]
    return Planned(example, False, box, place(width, height, pixels, MULTIPLE))
