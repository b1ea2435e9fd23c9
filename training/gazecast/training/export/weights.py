"""The weights beside a model's ONNX file, which training goes on from: safetensors in float32.

The ONNX file holds layers that export has folded into others, and serving needs nothing else. What
is here is the network's own state, with what network it is of; the model's description has the
file's hash.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError, safe_open

from gazecast.model.metadata import ModelFileError, ModelInfo, read_model_info, weights_of
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.training.export.familiarity import Familiarity
from gazecast.training.export.shipped import ExportError, Shipped, check_parity

_CHECKED_SHAPES = ((96, 128), (192, 64))


@dataclass(frozen=True, slots=True)
class TrainableModel:
    """A model with its weights: its ONNX file, what it says of itself, its parts, and the side in
    pixels of the thumbnails that its domains were learned from."""

    path: Path
    info: ModelInfo
    network: SaliencyNetwork
    familiarity: Familiarity
    thumbnail_side: int


def write_weights(shipped: Shipped, path: Path) -> None:
    """Writes the weights of what is shipped, and the network that they are of."""
    tensors = {name: value.contiguous() for name, value in shipped.state_dict().items()}
    described = {
        "network": json.dumps(asdict(shipped.network.spec)),
        "thumbnail_side": str(shipped.thumbnail_side),
    }
    safetensors.torch.save_file(tensors, path, metadata=described)


def read_weights(path: Path) -> Shipped:
    """What `write_weights` wrote, in evaluation mode. Raises ModelFileError for another file."""
    try:
        with safe_open(path, framework="pt") as file:
            described = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        spec = json.loads(described["network"])
        for field in ("domains", "widths", "hidden"):
            spec[field] = tuple(spec[field])
        network = SaliencyNetwork(NetworkSpec(**spec))
        familiarity = Familiarity(
            len(state["familiarity.centres"]), network.domain_head.in_features
        )
        shipped = Shipped(network, familiarity, int(described["thumbnail_side"]))
        shipped.load_state_dict(state)
    except (
        SafetensorError,
        KeyError,
        TypeError,
        ValueError,
        RuntimeError,
        RecursionError,
    ) as error:
        raise ModelFileError(
            f"{path} holds no weights of this version of gazecast ({error}). Export the model "
            "again from its checkpoint."
        ) from error
    return shipped.eval()


def read_trainable(path: Path) -> TrainableModel:
    """A model to train on. path: its ONNX file, its description and weights beside it.

    Raises ModelFileError when one of them is missing or damaged, and when the weights do not
    compute what the ONNX file does.
    """
    info = read_model_info(path.with_suffix(".json"), path)
    shipped = read_weights(weights_of(path, info))
    try:
        check_parity(shipped, path, _CHECKED_SHAPES)
    except ExportError as error:
        raise ModelFileError(
            f"{path} and the weights beside it are of two models ({error}). Export it again from "
            "its checkpoint."
        ) from error
    return TrainableModel(path, info, shipped.network, shipped.familiarity, shipped.thumbnail_side)
