"""An exported file in 8-bit integers: half the time of float32 on CPUs with VNNI, a third the size.

Static quantisation with one scale per output channel of each convolution (Krishnamoorthi,
"Quantizing deep convolutional networks for efficient inference", 2018). EfficientNet-Lite was made
for it: ReLU6 and no squeeze-and-excite. Attention and the last logarithm stay in float32.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from gazecast.model.geometry import place
from gazecast.model.graph import LOG_DENSITY
from gazecast.model.picture import read_picture
from gazecast.model.predictor import graph_inputs
from gazecast.training.samples import MULTIPLE

ROUNDED = ("Conv", "Add", "Clip", "Relu", "Resize")
"""The operations that compute in integers."""

MEAN_CORRELATION = 0.995
"""Least correlation, over pictures, domains and windows, of the rounded densities with those in
float32. Single models trained alike correlate by about .995 with each other."""


class RoundingError(RuntimeError):
    """The file in integers answers otherwise than the one in float32."""


def quantise(float_file: Path, out: Path, pictures: Sequence[Path], pixels: int) -> None:
    """Write OUT, which computes in 8-bit integers what `float_file` computes in float32.

    pictures: the ranges of the integers are those that occur on them. pixels: input area.
    Raises PictureError for a picture that cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder, "prepared.onnx")
        quant_pre_process(float_file, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            out,
            _Inputs(pictures, pixels),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(ROUNDED),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )


def check_rounding(
    float_file: Path, rounded_file: Path, pictures: Sequence[Path], pixels: int
) -> float:
    """Mean correlation of the two files' densities, over pictures, domains and windows.

    Raises RoundingError below MEAN_CORRELATION, PictureError for a picture that cannot be used.
    """
    sessions = [
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for path in (float_file, rounded_file)
    ]
    found = []
    for picture in pictures:
        feed = _inputs(picture, pixels)
        exact, rounded = (
            np.exp(session.run([LOG_DENSITY], feed)[0].astype(np.float64)) for session in sessions
        )
        cells = exact.shape[-2] * exact.shape[-1]
        pairs = zip(exact.reshape(-1, cells), rounded.reshape(-1, cells), strict=True)
        found += [np.corrcoef(one, other)[0, 1] for one, other in pairs]
    mean = float(np.mean(found))
    if not mean >= MEAN_CORRELATION:
        raise RoundingError(
            f"in 8-bit integers the densities correlate by {mean:.4f} with those in float32 "
            f"(at least {MEAN_CORRELATION:g} is wanted); leave int8 out of the recipe"
        )
    return mean


def _inputs(path: Path, pixels: int) -> dict[str, NDArray[np.uint8]]:
    picture = read_picture(path)
    return graph_inputs(picture, place(picture.width, picture.height, pixels, MULTIPLE))


class _Inputs(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, pictures: Sequence[Path], pixels: int) -> None:
        self._feeds: Iterator[dict[str, NDArray[np.uint8]]] = (
            _inputs(picture, pixels) for picture in pictures
        )

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        return next(self._feeds, None)
