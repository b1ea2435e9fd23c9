"""What each domain adds of its own, read back from an exported file."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from gazecast.model.network import PRIOR_CELLS, PRIOR_FINENESS, WINDOW_COUNT
from gazecast.training.exported_graph import ExportedGraph

NO_BLUR = torch.ones(1)
"""Of one weight: it changes nothing."""


def read_readouts(graph: ExportedGraph, state: dict[str, Tensor], border: Tensor) -> Tensor:
    """Into `state`, the network's, all that the file does not hold under its name; what neither
    says keeps its neutral value. Returns the weights of the blur.

    border: Readout.border. Raises LookupError, or ValueError, for other layers than were exported.
    """
    (softmax,) = (node for node in graph.nodes if node.op_type == "LogSoftmax")
    logits = graph.maker(softmax, "Reshape")
    if graph.has_maker(logits, "Concat"):
        return _read_each(graph, graph.maker(logits, "Concat"), state, border)
    total = graph.maker(graph.maker(logits, "Add"), "Add")  # of the content and the prior
    if "network.readout.domain_prior" not in graph.constants:  # export has refined all priors
        chosen = graph.maker(graph.maker(graph.maker(total, "Resize"), "Add"), "Gather")
        refined = torch.from_numpy(np.array(graph.constants[chosen.input[0]]))
        state["readout.domain_prior"] = torch.stack([_coarse(each, border)[0] for each in refined])
    return _blur(graph, total)


def _read_each(
    graph: ExportedGraph, stack: onnx.NodeProto, state: dict[str, Tensor], border: Tensor
) -> Tensor:
    """Of files up to version 0.3.0, which compute all domains, each by itself: walk back from the
    densities. A part that does nothing (a gain of one) was left out by the exporter."""
    domains = len(state["readout.frame"])
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
        prior, frame = _coarse(torch.from_numpy(np.array(fine[0])), border)
        priors.append(prior)
        frames.append(frame)
        blur, last = _blur(graph, total), _before_blur(graph, total)
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
    return blur


def _blur(graph: ExportedGraph, total: onnx.NodeProto) -> Tensor:
    """Weights of the blur that the sum with the prior reads; files of version 0.2.0 have none."""
    if not graph.has_maker(total, "Conv"):
        return NO_BLUR
    kernel = graph.constant(graph.maker(total, "Conv"))  # (windows, 1, weights, 1)
    return torch.from_numpy(np.array(kernel[0].ravel()))


def _before_blur(graph: ExportedGraph, total: onnx.NodeProto) -> onnx.NodeProto:
    """The node that reads the logits: the blur's first, or without one the sum with the prior."""
    if not graph.has_maker(total, "Conv"):
        return total
    down = graph.maker(total, "Conv")
    return graph.maker(graph.maker(down, "Conv"), "Pad") if graph.has_maker(down, "Conv") else total


def _coarse(fine: Tensor, border: Tensor) -> tuple[Tensor, Tensor]:
    """Undo the refinement that the exported file holds the result of; exact, as it is linear.
    (windows, fine cells, fine cells) -> the prior (windows, cells, cells), the frame (windows,).
    """
    one_each = torch.eye(PRIOR_CELLS**2).reshape(-1, 1, PRIOR_CELLS, PRIOR_CELLS)
    refined = nn.functional.interpolate(
        one_each, scale_factor=PRIOR_FINENESS, mode="bicubic", align_corners=False
    )
    parts = torch.cat([refined.flatten(1), border.flatten()[None]]).T.double()
    whole = fine.expand(WINDOW_COUNT, -1, -1).flatten(1).T.double()
    found = torch.linalg.lstsq(parts, whole).solution.T.float()
    return found[:, :-1].reshape(WINDOW_COUNT, PRIOR_CELLS, PRIOR_CELLS), found[:, -1]
