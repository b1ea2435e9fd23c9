"""Predictions and comparisons as files: densities, heat maps, pictures of what differs."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gazecast.analysis.overlay import heatmap
from gazecast.designs.predicted import Predicted
from gazecast.designs.records import DensityPicture
from gazecast.model.metadata import ModelInfo
from gazecast.model.prediction import DomainDecision
from gazecast.model.vocabulary import NOTICE

# zlib's level: higher ones take two to three times as long and save a few percent at most.
_PNG_LEVEL = 1


def density_picture(density: NDArray[np.float32]) -> DensityPicture:
    """A density (rows, columns) as the record of a 16-bit picture."""
    rows, columns = density.shape
    data, scale = density_png16(density)
    return DensityPicture(columns, rows, "png16", b64encode(data).decode("ascii"), scale)


def density_png16(density: NDArray[np.float32]) -> tuple[bytes, float]:
    """A density as a 16-bit greyscale PNG, and the factor from its pixel values to the density.

    The peak becomes 65,535, so that rounding errs by at most half of the factor per cell.
    """
    scale = float(density.max()) / 65_535
    values = np.rint(density.astype(np.float64) / scale).astype(np.uint16)
    file = BytesIO()
    # The low bytes are noise to zlib: run lengths alone take half the time and 10 % more space.
    Image.fromarray(values).save(file, "PNG", compress_level=_PNG_LEVEL, compress_type=Image.RLE)
    return file.getvalue(), scale


def density_npy(density: NDArray[np.float32]) -> bytes:
    """A density as the bytes of a .npy file (float32, rows x columns)."""
    file = BytesIO()
    np.save(file, density.astype(np.float32, copy=False), allow_pickle=False)
    return file.getvalue()


def overlay_png(predicted: Predicted) -> bytes:
    """The heat map over the picture as a PNG that says in its text what it is."""
    prediction = predicted.prediction
    rgb = heatmap(predicted.picture.rgb, prediction.density)
    return signed_png(rgb, prediction.domain, prediction.model)


def signed_png(rgb: NDArray[np.uint8], domain: DomainDecision, model: ModelInfo) -> bytes:
    """A picture as a PNG that says in its text what it is."""
    text = PngInfo()
    text.add_itxt("Description", f"{NOTICE} {domain.validation}.")
    text.add_itxt("Software", f"gazecast, model {model.version}")
    file = BytesIO()
    Image.fromarray(rgb).save(file, "PNG", compress_level=_PNG_LEVEL, pnginfo=text)
    return file.getvalue()
