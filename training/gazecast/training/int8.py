"""An exported file in 8-bit integers: half the time of float32 on CPUs with VNNI, a third the size.

Static quantisation with one scale per output channel of each convolution (Krishnamoorthi,
"Quantizing deep convolutional networks for efficient inference", 2018). EfficientNet-Lite was made
for it: ReLU6 and no squeeze-and-excite. Attention, readouts and the last logarithm stay in float32.

x86 CPUs without VNNI add products of 8-bit integers in 16 bits, which can overflow: what a file
answers there has not been seen.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from gazecast.model.geometry import place
from gazecast.model.graph import AUTO, DOMAIN, IMAGE, THUMBNAIL, THUMBNAIL_SIDE
from gazecast.model.picture import Picture
from gazecast.model.session import Session, inputs_of
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.fit.samples import MULTIPLE

from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

ROUNDED = ("Conv", "Add", "Clip", "Relu", "Resize")
"""The operations that compute in integers."""

MEAN_CORRELATION = 0.995
"""Least correlation, over pictures, domains and windows, of the rounded densities with those in
float32. Single models trained alike correlate by about .995 with each other."""


Bytes = NDArray[np.uint8]
Answers = Callable[[Bytes, Bytes, int], NDArray[np.float32]]
"""From IMAGE, THUMBNAIL and the domain asked for (gazecast.model.graph) to its log densities."""


class RoundingError(RuntimeError):
    """The file in integers answers otherwise than the one in float32."""


def quantise(float_file: Path, out: Path, pictures: Iterable[Picture], pixels: int) -> None:
    """Write OUT, which computes in 8-bit integers what `float_file` computes in float32.

    pictures: the ranges of the integers are those that occur on them. pixels: input area.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder, "prepared.onnx")
        # Not optimised first: that would rename the weights, which `dequantised` gives back.
        quant_pre_process(float_file, prepared, skip_symbolic_shape=True, skip_optimization=True)
        quantize_static(
            prepared,
            out,
            _Feeds(pictures, pixels),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(ROUNDED),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=_readouts(onnx.load(prepared).graph),
        )


def in_integers(model: onnx.ModelProto) -> bool:
    """Whether an exported file computes in 8-bit integers."""
    return any(node.op_type == "QuantizeLinear" for node in model.graph.node)


def _readouts(graph: onnx.GraphProto) -> list[str]:
    """The nodes from the first layer of the readouts on: a hundredth of the work, and their sums
    are what is exponentiated."""
    reached: set[str] = set()
    names = []
    for node in graph.node:  # in topological order
        if any(each.startswith("network.readout.") or each in reached for each in node.input):
            reached.update(node.output)
            names.append(node.name)
    return names


def dequantised(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its weights in float32, rounded as they are, under the names they had before.

    Of a graph that holds nothing quantised, a copy. What the ranges of integers do by themselves
    (ReLU and ReLU6) is missing, so the result is to be read, not to be run.
    """
    graph = onnx.GraphProto()
    graph.CopyFrom(model.graph)
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    quantised = {
        node.output[0]: node.input[0] for node in graph.node if node.op_type == "QuantizeLinear"
    }
    float_name: dict[str, str] = {}
    weights: dict[str, NDArray[np.float32]] = {}
    for node in graph.node:
        if node.op_type != "DequantizeLinear":
            continue
        source, output = node.input[0], node.output[0]
        if source in constants:
            name = source.removesuffix("_quantized")
            weights[name] = _dequantise(node, constants)
        else:
            name = quantised[source]
        if name != output:
            float_name[output] = name
    kept = [
        node for node in graph.node if node.op_type not in ("QuantizeLinear", "DequantizeLinear")
    ]
    for node in kept:
        node.input[:] = [_resolve(name, float_name) for name in node.input]
    still_read = {name for node in kept for name in node.input}
    tensors = [each for each in graph.initializer if each.name in still_read]
    tensors += [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(tensors)
    result = onnx.ModelProto()
    result.CopyFrom(model)
    result.graph.CopyFrom(graph)
    return result


def _dequantise(
    node: onnx.NodeProto, constants: dict[str, NDArray[np.generic]]
) -> NDArray[np.float32]:
    values, scale, zero = (constants[name].astype(np.float32) for name in node.input)
    axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
    if scale.ndim:
        shape = [-1 if dimension == axis else 1 for dimension in range(values.ndim)]
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return ((values - zero) * scale).astype(np.float32)


def _resolve(name: str, float_name: dict[str, str]) -> str:
    while name in float_name:
        name = float_name[name]
    return name


def check_rounding(
    exact: Answers,
    rounded: Answers,
    pictures: Iterable[Picture],
    pixels: int,
    thumbnail_side: int,
) -> float:
    """Mean correlation of two models' densities, over pictures, domains and windows.

    pixels: input area. thumbnail_side: in pixels. Raises RoundingError below MEAN_CORRELATION.
    """
    found = []
    for picture in pictures:
        inputs = _inputs(picture, pixels, thumbnail_side)
        for domain in range(len(DOMAINS)):
            ours, theirs = (
                np.exp(answers(*inputs, domain).astype(np.float64)) for answers in (exact, rounded)
            )
            pairs = zip(ours, theirs, strict=True)
            found += [np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in pairs]
    mean = float(np.mean(found))
    if not mean >= MEAN_CORRELATION:
        raise RoundingError(
            f"in 8-bit integers the densities correlate by {mean:.4f} with those in float32; at "
            f"least {MEAN_CORRELATION:g} is wanted"
        )
    return mean


def answers_of(file: Path) -> Answers:
    """What an exported file answers."""
    session = Session(file, providers=["CPUExecutionProvider"])
    return lambda image, thumbnail, domain: session.run(image, thumbnail, domain).log_density


def _inputs(picture: Picture, pixels: int, thumbnail_side: int) -> tuple[Bytes, Bytes]:
    placement = place(picture.width, picture.height, pixels, MULTIPLE)
    return inputs_of(picture, placement, thumbnail_side)


class _Feeds:
    """What onnxruntime's CalibrationDataReader asks for."""

    def __init__(self, pictures: Iterable[Picture], pixels: int) -> None:
        inputs = (_inputs(picture, pixels, THUMBNAIL_SIDE) for picture in pictures)
        self._feeds = (
            {IMAGE: image, THUMBNAIL: thumbnail, DOMAIN: np.array([AUTO])}
            for image, thumbnail in inputs
        )

    def get_next(self) -> dict[str, NDArray[np.generic]] | None:
        return next(self._feeds, None)
