"""What is done so far, on disk: killed at any moment, the same command goes on from there.

One file for each training (a stage without a fold, or on all images), written whole or not at all.
Each depends only on the data, the settings and the trainings before it, so one that was cut short
and is done again ends the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gazecast.data.atomic import replacing
from gazecast.data.stimulus import DataError
from gazecast.training.finetuning.judging import LogDensity

ALL = "all-images"
"""Stands for a fold where nothing is held out."""


@dataclass(frozen=True, slots=True)
class Trained:
    """changed: the part of the network's state that is not as before. held_out: predictions of the
    fold's images. seconds: what it took."""

    changed: Mapping[str, Tensor]
    held_out: Mapping[str, LogDensity]
    seconds: float


class Work:
    """The folder OUT/work."""

    def __init__(self, folder: Path, key: str) -> None:
        """key: of everything that decides the result. Raises DataError when the folder holds the
        work of another key."""
        self._folder = folder
        held = folder / "key.txt"
        folder.mkdir(parents=True, exist_ok=True)
        if held.exists() and held.read_text() != key:
            raise DataError(
                f"{folder} was begun with other data, another starting model or other options; "
                "give another --out, or remove the folder"
            )
        if not held.exists():
            with replacing(held) as new:
                new.write_bytes(key.encode())

    def load(self, stage: str, fold: str) -> Trained | None:
        """What was trained before, None where it was not."""
        path = self._path(stage, fold)
        if not path.exists():
            return None
        held = torch.load(path, map_location="cpu", weights_only=True)
        held_out = {name: array.numpy() for name, array in held["held_out"].items()}
        return Trained(held["changed"], held_out, held["seconds"])

    def save(self, stage: str, fold: str, trained: Trained) -> None:
        path = self._path(stage, fold)
        kept = {
            "changed": dict(trained.changed),
            "held_out": {
                name: torch.from_numpy(np.ascontiguousarray(array))
                for name, array in trained.held_out.items()
            },
            "seconds": trained.seconds,
        }
        with replacing(path) as new:
            torch.save(kept, new)

    def remove(self) -> None:
        shutil.rmtree(self._folder)

    def _path(self, stage: str, fold: str) -> Path:
        return self._folder / f"{stage}-{fold}.pt"


def changed(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies of the tensors that differ."""
    return {
        name: value.detach().cpu().clone()
        for name, value in after.items()
        if not torch.equal(value, before[name])
    }
