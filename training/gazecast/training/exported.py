"""Read an exported ONNX file back into the network that it was written from, to train on.

So every model can be trained on, and what it starts with is what its hash says. Export folds some
layers into others; what is read back has other numbers in places and computes the same, which is
checked before it is handed out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from gazecast.model.graph import IMAGE, THUMBNAIL
from gazecast.model.metadata import ModelFileError, ModelInfo, read_model_info
from gazecast.model.network import (
    PRIOR_CELLS,
    PRIOR_FINENESS,
    WINDOW_COUNT,
    NetworkSpec,
    SaliencyNetwork,
)
from gazecast.model.picture import read_picture
from gazecast.training.export import ExportError, Shipped, check_parity
from gazecast.training.familiarity import Familiarity
from gazecast.training.int8 import (
    Feed,
    RoundingError,
    answers_of,
    check_rounding,
    dequantised,
    in_integers,
)
from gazecast.training.reference_pictures import reference_pictures

BACKBONES = (*(f"tf_efficientnet_lite{size}" for size in range(5)), "test_efficientnet")
"""Those looked through for the one whose layers a file holds."""

_CHECKED_SHAPES = ((96, 128), (192, 64))

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Exported:
    """A model as read back: its file, what it says of itself, and its parts."""

    path: Path
    info: ModelInfo
    network: SaliencyNetwork
    familiarity: Familiarity


def read_exported(path: Path) -> Exported:
    """The network of an exported file, in evaluation mode.

    Raises ModelFileError when the file or its description is missing or damaged, or when it cannot
    be read back so that it computes the same.
    """
    info = read_model_info(path.with_suffix(".json"), path)
    try:
        model = onnx.load(path)
        graph = _Graph(dequantised(model).graph)
        network = _network(graph, tuple(info.domains))
        familiarity = _familiarity(graph, network)
        _check(Shipped(network, familiarity), path, in_integers(model), info.input.pixels)
    except (ExportError, LookupError, RoundingError, RuntimeError, ValueError) as error:
        raise ModelFileError(
            f"{path} cannot be trained on: its layers are not those that this version of gazecast "
            f"exports ({error}). Export it again from its checkpoint"
        ) from error
    return Exported(path, info, network, familiarity)


def _check(shipped: Shipped, path: Path, integers: bool, pixels: int) -> None:
    """Whether network and file compute the same; in integers, nearly. Raises ExportError or
    RoundingError."""
    if not integers:
        check_parity(shipped, path, _CHECKED_SHAPES)
        return

    @torch.no_grad()
    def answers(feed: Feed) -> Array:
        image, thumbnail = (torch.from_numpy(feed[name].copy()) for name in (IMAGE, THUMBNAIL))
        log_density: Array = shipped(image, thumbnail)[0].numpy()
        return log_density

    pictures = (read_picture(reference.rgb) for reference in reference_pictures())
    check_rounding(answers, answers_of(path), pictures, pixels)


class _Graph:
    """An ONNX graph by name: its constants, and which node makes what."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.constants: dict[str, Array] = {
            each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer
        }
        self.nodes: list[onnx.NodeProto] = list(graph.node)
        self._made_by: dict[str, onnx.NodeProto] = {
            name: node for node in self.nodes for name in node.output
        }

    def maker(self, node: onnx.NodeProto, kind: str) -> onnx.NodeProto:
        """The node of that kind whose output this one reads. Raises LookupError."""
        for name in node.input:
            made_by = self._made_by.get(name)
            if made_by is not None and made_by.op_type == kind:
                return made_by
        raise LookupError(f"no {kind} before {node.name or node.op_type}")

    def has_maker(self, node: onnx.NodeProto, kind: str) -> bool:
        return any(
            name in self._made_by and self._made_by[name].op_type == kind for name in node.input
        )

    def constant(self, node: onnx.NodeProto) -> Array:
        """The constant that the node reads. Raises LookupError."""
        for name in node.input:
            if name in self.constants:
                return self.constants[name]
        raise LookupError(f"no constant before {node.name or node.op_type}")


def _network(graph: _Graph, domains: tuple[str, ...]) -> SaliencyNetwork:
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
        network = SaliencyNetwork(spec)
        state = network.state_dict()
        if all(
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
    if not _read_readouts(graph, state, network.readout.border):
        network.readout.blur = torch.ones(1)  # of one weight: it changes nothing
    network.load_state_dict(state)
    return network.eval()


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


def _matrices(graph: _Graph) -> list[Array]:
    """What the context blocks multiply with, in the order they do, transposed and nameless."""
    return [
        graph.constants[node.input[1]]
        for node in graph.nodes
        if node.op_type == "MatMul"
        and node.input[1] in graph.constants
        and not node.input[1].startswith("familiarity.")
    ]


def _read_readouts(graph: _Graph, state: dict[str, Tensor], border: Tensor) -> bool:
    """Walk back from the densities to what each domain adds of its own. A part that does nothing
    (a gain of one) was left out by the exporter, and keeps its neutral value. Returns whether the
    logits are blurred."""
    domains = len(state["readout.frame"])
    (softmax,) = (node for node in graph.nodes if node.op_type == "LogSoftmax")
    stack = graph.maker(graph.maker(softmax, "Reshape"), "Concat")
    if len(stack.input) != domains:
        raise LookupError(f"it has {len(stack.input)} domains, its description {domains}")
    priors, frames = [], []
    for row, name in enumerate(stack.input):
        unsqueezed = next(node for node in graph.nodes if name in node.output)
        total = graph.maker(unsqueezed, "Add")
        if graph.has_maker(total, "Add"):  # files of version 0.2.0 have no pull
            pull = graph.constant(graph.maker(total, "Mul"))
            state["readout.pull"][row] = torch.from_numpy(pull.flatten())
            total = graph.maker(total, "Add")
        fine = graph.constants[graph.maker(total, "Resize").input[0]]
        prior, frame = _coarse_prior(torch.from_numpy(np.array(fine)), border)
        priors.append(prior)
        frames.append(frame)
        last = blur = _before_blur(graph, total)
        if graph.has_maker(last, "Mul"):
            last = graph.maker(last, "Mul")
            state["readout.log_scale"][row] = torch.from_numpy(
                np.log(graph.constant(last)).flatten()
            )
        node = graph.maker(graph.maker(last, "Conv"), "Relu")
        for kind, part in (("Add", "bias"), ("Mul", "gain")):
            if graph.has_maker(node, kind):
                node = graph.maker(node, kind)
                state[f"readout.{part}"][row] = torch.from_numpy(graph.constant(node).flatten())
    # The file holds the sum of a domain's and a window's prior; the first can say it all.
    state["readout.domain_prior"] = torch.stack(priors)
    state["readout.frame"] = torch.stack(frames)
    return blur is not total


def _before_blur(graph: _Graph, total: onnx.NodeProto) -> onnx.NodeProto:
    """The node that reads the logits: the blur's first, or in files of version 0.2.0, which have no
    blur, the sum with the prior."""
    if not graph.has_maker(total, "Conv"):
        return total
    down = graph.maker(total, "Conv")
    return graph.maker(graph.maker(down, "Conv"), "Pad") if graph.has_maker(down, "Conv") else total


def _coarse_prior(fine: Tensor, border: Tensor) -> tuple[Tensor, Tensor]:
    """Undo the refinement that the exported file holds the result of; exact, as it is linear.
    (1, windows, fine cells, fine cells) -> the prior (windows, cells, cells), the frame (windows,).
    """
    one_each = torch.eye(PRIOR_CELLS**2).reshape(-1, 1, PRIOR_CELLS, PRIOR_CELLS)
    refined = F.interpolate(
        one_each, scale_factor=PRIOR_FINENESS, mode="bicubic", align_corners=False
    )
    parts = torch.cat([refined.flatten(1), border.flatten()[None]]).T.double()
    whole = fine.expand(1, WINDOW_COUNT, -1, -1)[0].flatten(1).T.double()
    found = torch.linalg.lstsq(parts, whole).solution.T.float()
    return found[:, :-1].reshape(WINDOW_COUNT, PRIOR_CELLS, PRIOR_CELLS), found[:, -1]


def _familiarity(graph: _Graph, network: SaliencyNetwork) -> Familiarity:
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
