"""An exported file as a graph to be looked through."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray

from gazecast.model.graph import THUMBNAIL

Array = NDArray[np.float32]


class ExportedGraph:
    """An ONNX graph by name: its constants, which node makes what, and the side of the
    thumbnails that it is fed, in pixels. Raises ValueError for a graph that is fed none."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.constants: dict[str, Array] = {
            each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer
        }
        self.nodes: list[onnx.NodeProto] = list(graph.node)
        self._made_by: dict[str, onnx.NodeProto] = {
            name: node for node in self.nodes for name in node.output
        }
        (thumbnail,) = (each for each in graph.input if each.name == THUMBNAIL)
        self.thumbnail_side: int = thumbnail.type.tensor_type.shape.dim[1].dim_value

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
