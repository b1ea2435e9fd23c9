"""Checkpoints: written so that a kill at any moment leaves the last whole one in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from gazecast.data.atomic import replacing
from gazecast.data.errors import GazecastError
from gazecast.model.network import NetworkSpec, SaliencyNetwork


class CheckpointError(GazecastError, ValueError):
    """The checkpoint cannot be used; the message says why and what to do."""


DOMAIN_ROWS = frozenset(
    {
        "readout.gain",
        "readout.bias",
        "readout.log_scale",
        "readout.domain_prior",
        "readout.frame",
        "readout.pull",
        "readout.direct_16",
        "readout.direct_32",
        "domain_head.weight",
        "domain_head.bias",
    }
)
"""Parameters whose first dimension is the domain."""

_ADDED_LATER = ("readout.frame", "readout.pull", "readout.direct_", "text_head.")
"""Which begin so that they change nothing."""


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
    began_with: the texts of the recipes whose results it began with, oldest first.
    taught_by: the descriptions (JSON) of the models that labelled pictures for it."""

    spec: NetworkSpec
    recipe: str
    progress: Progress
    weights: dict[str, Any]
    average: dict[str, Any]
    optimizer: dict[str, Any] | None
    began_with: tuple[str, ...] = ()
    taught_by: tuple[str, ...] = ()


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    kept = {
        "spec": asdict(checkpoint.spec),
        "recipe": checkpoint.recipe,
        "progress": asdict(checkpoint.progress),
        "weights": checkpoint.weights,
        "average": checkpoint.average,
        "optimizer": checkpoint.optimizer,
        "began_with": list(checkpoint.began_with),
        "taught_by": list(checkpoint.taught_by),
    }
    with replacing(path) as new:
        torch.save(kept, new)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU. Raises CheckpointError."""
    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
        spec = NetworkSpec(**{**held["spec"], "domains": tuple(held["spec"]["domains"])})
        for state in (held["weights"], held["average"]):
            _complete(state, spec)
        return Checkpoint(
            spec=spec,
            recipe=held["recipe"],
            progress=Progress(**held["progress"]),
            weights=held["weights"],
            average=held["average"],
            optimizer=held["optimizer"],
            began_with=tuple(held["began_with"]),
            taught_by=tuple(held.get("taught_by", ())),  # older ones had none
        )
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path}: no such checkpoint; train first, or check the path"
        ) from error
    except Exception as error:
        raise CheckpointError(f"{path} is not a checkpoint of gazecast: {error}") from error


def _complete(state: dict[str, Any], spec: NetworkSpec) -> None:
    """Add what older checkpoints did not have, so that it changes nothing: factors of zero, and a
    text head that nobody reads."""
    with torch.random.fork_rng(devices=[]):  # reading a file is to change no later random number
        fresh = SaliencyNetwork(spec).state_dict()
    for name, value in fresh.items():
        if name not in state and name.startswith(_ADDED_LATER):
            state[name] = value


def mean_of(checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """One checkpoint with the mean of their averaged weights, the first one's recipe, and all
    their teachers.

    For networks that began with the same weights and were trained on nearly the same pictures the
    mean is about as good as the mean of their predictions (Wortsman et al., "Model soups", ICML
    2022). Raises CheckpointError when the networks differ in shape.
    """
    first = checkpoints[0]
    if any(other.spec != first.spec for other in checkpoints):
        raise CheckpointError("the checkpoints hold networks of different shapes; train them alike")
    mean = {
        name: torch.stack([each.average[name].float() for each in checkpoints]).mean(dim=0)
        for name in first.average
    }
    taught_by = tuple(dict.fromkeys(text for each in checkpoints for text in each.taught_by))
    return replace(first, weights=mean, average=mean, optimizer=None, taught_by=taught_by)


def begin_with(
    network: SaliencyNetwork,
    checkpoint: Checkpoint,
    starts_as: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Load a checkpoint's averaged weights; readouts are matched by the domain's name.

    starts_as: domains that take another domain's readout. Domains that the checkpoint does not
    know start neutral. Raises CheckpointError when the networks differ in shape.
    """
    state = network.state_dict()
    if missing := set(state) - set(checkpoint.average):
        raise CheckpointError(
            f"the checkpoint has no {min(missing)}, which the recipe's network needs; "
            "use the same backbone, widths and context_blocks"
        )
    rows = {name: index for index, name in enumerate(checkpoint.spec.domains)}
    if unknown := set(starts_as.values()) - set(rows):
        raise CheckpointError(
            f"starts_as names {sorted(unknown)}, which the checkpoint does not have; "
            f"it has {', '.join(rows)}"
        )
    for name, value in checkpoint.average.items():
        if name in DOMAIN_ROWS:
            for row, domain in enumerate(network.spec.domains):
                source = starts_as.get(domain, domain)
                if source in rows:
                    state[name][row] = value[rows[source]]
        elif name in state and state[name].shape == value.shape:
            state[name] = value
        else:
            raise CheckpointError(
                f"the checkpoint's {name} does not fit the recipe's network; "
                "use the same backbone, widths and context_blocks"
            )
    network.load_state_dict(state)
