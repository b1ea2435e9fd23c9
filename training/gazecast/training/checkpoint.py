"""Checkpoints: written so that a kill at any moment leaves the last whole one in place."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from gazecast.model.network import NetworkSpec


class CheckpointError(ValueError):
    """The checkpoint cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been done: `batch` batches of pass `pass_number` of stage `stage`, all from 0."""

    stage: int = 0
    pass_number: int = 0
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """weights: the network's state, as trained. average: its moving average, which is what is
    exported. optimizer: its state, None between stages. recipe: the recipe file's text.
    began_with: the texts of the recipes whose results it began with, oldest first."""

    spec: NetworkSpec
    recipe: str
    progress: Progress
    weights: dict[str, Any]
    average: dict[str, Any]
    optimizer: dict[str, Any] | None
    began_with: tuple[str, ...] = ()


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    temporary = path.with_suffix(".tmp")
    torch.save(
        {
            "spec": asdict(checkpoint.spec),
            "recipe": checkpoint.recipe,
            "progress": asdict(checkpoint.progress),
            "weights": checkpoint.weights,
            "average": checkpoint.average,
            "optimizer": checkpoint.optimizer,
            "began_with": list(checkpoint.began_with),
        },
        temporary,
    )
    os.replace(temporary, path)  # noqa: PTH105  (atomic on one file system)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU. Raises CheckpointError."""
    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
        spec = NetworkSpec(**{**held["spec"], "domains": tuple(held["spec"]["domains"])})
        return Checkpoint(
            spec=spec,
            recipe=held["recipe"],
            progress=Progress(**held["progress"]),
            weights=held["weights"],
            average=held["average"],
            optimizer=held["optimizer"],
            began_with=tuple(held["began_with"]),
        )
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path}: no such checkpoint; train first, or check the path"
        ) from error
    except Exception as error:
        raise CheckpointError(f"{path} is not a checkpoint of gazecast: {error}") from error
