"""What decides the result of fine-tuning beside the data and the starting model."""

from __future__ import annotations

from dataclasses import dataclass, field

from gazecast.training.fit.recipe import LossWeights

DETAIL = 0.75
"""Area that is trained on, of the area that the model is used at: sharper maps of pages in less
time (docs/experiments.md)."""

_LOSS = LossWeights(kld=1.0, cc=0.5, nss=0.05)


@dataclass(frozen=True, slots=True)
class StageSettings:
    """One stage that is trained in steps. passes: over all views. rates: peaks of AdamW, warming up
    and then falling to zero like a cosine; a backbone rate of zero keeps the backbone as it is."""

    name: str
    passes: int
    backbone_rate: float
    decoder_rate: float
    readout_rate: float


@dataclass(frozen=True, slots=True)
class Settings:
    """folds: of the cross-validation. views: of each image, one whole and the others random parts
    of it, that keep at least `crop` of each side. batch: views a step. keep: weight of staying with
    the starting model's maps in the other domains. penalty: on the first stage's parameters."""

    seed: int = 0
    folds: int = 4
    views: int = 4
    crop: float = 0.8
    batch: int = 4
    keep: float = 0.3
    penalty: float = 0.01
    loss: LossWeights = field(default=_LOSS)
    stages: tuple[StageSettings, ...] = (
        StageSettings("decoder", 4, 0.0, 3e-4, 3e-3),
        StageSettings("all", 1, 6e-5, 3e-4, 1e-3),
    )
