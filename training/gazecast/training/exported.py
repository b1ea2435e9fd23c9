"""Read an exported ONNX file back into the network that it was written from, to train on.

So every model can be trained on, and what it starts with is what its hash says. Export folds some
layers into others; what is read back has other numbers in places and computes the same, which is
checked before it is handed out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from gazecast.evaluation.reference_pictures import reference_pictures
from gazecast.model.backbone import Backbone
from gazecast.model.metadata import ModelFileError, ModelInfo, read_model_info
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.model.picture import read_picture
from gazecast.training.export.familiarity import Familiarity
from gazecast.training.export.shipped import ExportError, Shipped, check_parity
from gazecast.training.exported_graph import Array, ExportedGraph
from gazecast.training.exported_readouts import read_readouts
from gazecast.training.int8 import (
    Bytes,
    RoundingError,
    answers_of,
    check_rounding,
    dequantised,
    in_integers,
)

BACKBONES = (*(f"tf_efficientnet_lite{size}" for size in range(5)), "test_efficientnet")
"""Those looked through for the one whose layers a file holds."""

_CHECKED_SHAPES = ((96, 128), (192, 64))


@dataclass(frozen=True, slots=True)
class Exported:
    """A model as read back: its file, what it says of itself, its parts, and the side in pixels of
    the thumbnails that its domains were learned from."""

    path: Path
    info: ModelInfo
    network: SaliencyNetwork
    familiarity: Familiarity
    thumbnail_side: int


def read_exported(path: Path) -> Exported:
    """The network of an exported file, in evaluation mode.

    Raises ModelFileError when the file or its description is missing or damaged, or when it cannot
    be read back so that it computes the same.
    """
    info = read_model_info(path.with_suffix(".json"), path)
    try:
        model = onnx.load(path)
        graph = ExportedGraph(dequantised(model).graph)
        network = _network(graph, tuple(info.domains))
        familiarity = _familiarity(graph, network)
        shipped = Shipped(network, familiarity, graph.thumbnail_side)
        _check(shipped, path, in_integers(model), info.input.pixels)
    except (ExportError, LookupError, RoundingError, RuntimeError, ValueError) as error:
        raise ModelFileError(
            f"{path} cannot be trained on: its layers are not those that this version of gazecast "
            f"exports ({error}). Export it again from its checkpoint"
        ) from error
    return Exported(path, info, network, familiarity, graph.thumbnail_side)


def _check(shipped: Shipped, path: Path, integers: bool, pixels: int) -> None:
    """Whether network and file compute the same; in integers, nearly. Raises ExportError or
    RoundingError."""
    if not integers:
        check_parity(shipped, path, _CHECKED_SHAPES)
        return

    @torch.no_grad()
    def answers(image: Bytes, thumbnail: Bytes, domain: int) -> Array:
        inputs = (torch.from_numpy(each.copy()) for each in (image, thumbnail))
        log_density: Array = shipped(*inputs, torch.tensor([domain]))[0][0].numpy()
        return log_density

    pictures = (read_picture(reference.rgb) for reference in reference_pictures())
    check_rounding(answers, answers_of(path), pictures, pixels, shipped.thumbnail_side)


def _network(graph: ExportedGraph, domains: tuple[str, ...]) -> SaliencyNetwork:
    held = {
        name.removeprefix("network."): torch.from_numpy(np.array(value))
        for name, value in graph.constants.items()
        if name.startswith("network.")
    }
    merges = sum(name.endswith(".above.weight") for name in held)
    widths = [len(held[f"decoder.merges.{index}.above.weight"]) for index in range(merges)]
    blocks = sum(name.endswith(".position.weight") for name in held)
    first, *others = len(held["decoder.reduce.0.weight"]), *widths
    second, third, fourth = others
    for backbone in BACKBONES:
        spec = NetworkSpec(backbone, domains, (first, second, third, fourth), blocks)
        network = SaliencyNetwork(replace(spec, hidden=_hidden(backbone, held)))
        state = network.state_dict()
        is_whole = all(name in state for name in held if name.startswith("backbone."))
        if is_whole and all(
            held[name].shape == value.shape if name in held else name.endswith(".bias")
            for name, value in state.items()
            if name.startswith("backbone.")
        ):
            break
    else:
        raise LookupError(f"its backbone is none of {', '.join(BACKBONES)}")
    for name, value in state.items():
        if name in held:
            state[name] = held[name]
        elif name.endswith(".bias"):
            # The exporter leaves out biases that are all zero; of norms that were never trained it
            # holds one for all, and they begin as they are.
            state[name] = torch.zeros_like(value)
    _unfold_norms(network, state, held)
    for name, weight in zip(_linear_layers(blocks), _matrices(graph), strict=True):
        state[name] = torch.from_numpy(np.array(weight.T))
    network.readout.blur = read_readouts(graph, state, network.readout.border)
    network.load_state_dict(state)
    return network.eval()


def _hidden(backbone: str, held: Mapping[str, Tensor]) -> tuple[int, ...]:
    """NetworkSpec.hidden of a file that holds this backbone; none where it holds another."""
    names = [f"backbone.{name}.conv_pw.weight" for name in Backbone(backbone).expanding_blocks()]
    return tuple(len(held[name]) for name in names) if held.keys() >= set(names) else ()


def _unfold_norms(
    network: SaliencyNetwork, state: dict[str, Tensor], held: dict[str, Tensor]
) -> None:
    """Batch norms that export folded into the convolution before them become ones that only add
    what the convolution lacks: its bias."""
    for name, module in network.named_modules():
        parent, _, index = name.rpartition(".")
        if not isinstance(module, nn.BatchNorm2d) or f"{name}.running_var" in held:
            continue
        if not index.isdigit():  # with a name of its own it comes after a sum: nothing to fold into
            continue
        convolution = f"{parent}.{int(index) - 1}"
        state[f"{name}.weight"] = torch.ones(module.num_features)
        state[f"{name}.running_mean"] = torch.zeros(module.num_features)
        state[f"{name}.running_var"] = torch.full((module.num_features,), 1.0 - module.eps)
        if (bias := held.get(f"{convolution}.weight_bias")) is not None:
            state[f"{name}.bias"] = bias


def _linear_layers(blocks: int) -> Iterator[str]:
    for block in range(blocks):
        for layer in ("to_qkv", "project", "mlp.0", "mlp.2"):
            yield f"decoder.context.{block}.{layer}.weight"


def _matrices(graph: ExportedGraph) -> list[Array]:
    """What the context blocks multiply with, in the order they do, transposed and nameless."""
    return [
        graph.constants[node.input[1]]
        for node in graph.nodes
        if node.op_type == "MatMul"
        and node.input[1] in graph.constants
        and not node.input[1].startswith("familiarity.")
    ]


def _familiarity(graph: ExportedGraph, network: SaliencyNetwork) -> Familiarity:
    """What tells pictures that the model does not know; without it in the file, as it begins."""
    head = network.domain_head
    if "familiarity.axes" not in graph.constants:
        return Familiarity(head.out_features, head.in_features)
    (matmul,) = (n for n in graph.nodes if "familiarity.axes" in n.input)
    centres = graph.constant(graph.maker(matmul, "Sub"))[0]
    familiarity = Familiarity(len(centres), head.in_features)
    familiarity.load_state_dict(
        {
            "centres": torch.from_numpy(np.array(centres)),
            **{
                name: torch.from_numpy(np.array(graph.constants[f"familiarity.{name}"]))
                for name in ("axes", "limits", "odd.weight", "odd.bias")
            },
        }
    )
    return familiarity.eval()
