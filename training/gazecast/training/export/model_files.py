"""All files of a model, written as one: what predicts, what it is, and what training goes on
from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from gazecast.model.metadata import WEIGHTS_SUFFIX, ModelInfo, file_sha256
from gazecast.training.export.shipped import Shipped, check_parity, write_onnx
from gazecast.training.export.weights import write_weights

SUFFIXES = (".onnx", WEIGHTS_SUFFIX, ".json")


def write_model(
    shipped: Shipped, out: Path, describe: Callable[[str, str], ModelInfo]
) -> ModelInfo:
    """Write OUT (an .onnx path), and its weights and description beside it; each appears whole or
    not at all, the description last.

    describe: from the SHA-256 of the ONNX file and of the weights to the description. Raises
    ExportError when torch and ONNX Runtime disagree by more than PARITY_TOLERANCE at any of
    PARITY_SHAPES.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        onnx, weights, description = (Path(folder, f"model{suffix}") for suffix in SUFFIXES)
        write_onnx(shipped, onnx)
        check_parity(shipped, onnx)
        write_weights(shipped, weights)
        info = describe(file_sha256(onnx), file_sha256(weights))
        description.write_text(info.to_json(), encoding="utf-8")
        for file in (onnx, weights, description):
            file.replace(out.with_suffix(file.suffix))
    return info
