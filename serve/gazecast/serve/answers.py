"""From a prediction to what is handed out: the report, the density as a file, the overlay."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gazecast.analysis.definitions import DEFINITIONS
from gazecast.analysis.hotspots import hotspots
from gazecast.analysis.overlay import heatmap
from gazecast.analysis.regions import Region, score_regions
from gazecast.model.picture import Picture
from gazecast.model.prediction import NOTICE, Prediction
from gazecast.serve.schemas import (
    DatasetLicence,
    DensityAnswer,
    DomainAnswer,
    HotspotAnswer,
    ImageReference,
    Licences,
    ModelReference,
    PredictionAnswer,
    RegionAnswer,
    Report,
)

# zlib's level: higher ones take two to three times as long and save a few percent at most.
_PNG_LEVEL = 1


def prediction_id(prediction: Prediction, regions: Sequence[Region]) -> str:
    """Hex SHA-256 over the image, the model and all parameters of a prediction."""
    parts = {
        "image": prediction.image_sha256,
        "model": prediction.model.sha256,
        "window": prediction.window,
        "domain": prediction.domain.requested,
        "regions": [asdict(region) for region in regions],
        "definitions": DEFINITIONS,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def report(prediction: Prediction, regions: Sequence[Region] = ()) -> Report:
    """The numbers of a prediction, the density itself left out."""
    model, domain = prediction.model, prediction.domain
    return Report(
        id=prediction_id(prediction, regions),
        model=ModelReference(
            name=model.name,
            version=model.version,
            sha256=model.sha256,
            licences=Licences(
                weights=model.licence,
                datasets=[
                    DatasetLicence(name=dataset.name, licence=dataset.licence)
                    for dataset in model.datasets
                ],
            ),
        ),
        image=ImageReference(
            width=prediction.width, height=prediction.height, sha256=prediction.image_sha256
        ),
        window=prediction.window,
        domain=DomainAnswer(
            name=domain.name,
            requested=domain.requested,
            probabilities=dict(domain.probabilities),
            validation=domain.validation,
        ),
        regions=[
            RegionAnswer(**asdict(score.region), share=score.share, intensity=score.intensity)
            for score in score_regions(prediction.density, regions)
        ],
        hotspots=[
            HotspotAnswer(x=spot.x, y=spot.y, share=spot.share, intensity=spot.intensity)
            for spot in hotspots(prediction.density)
        ],
        definitions=DEFINITIONS,
        notice=NOTICE,
    )


def answer(prediction: Prediction, regions: Sequence[Region] = ()) -> PredictionAnswer:
    """The report with the density in it."""
    rows, columns = prediction.density.shape
    data, scale = density_png16(prediction.density)
    return PredictionAnswer(
        **dict(report(prediction, regions)),
        density=DensityAnswer(
            width=columns,
            height=rows,
            encoding="png16",
            data=b64encode(data).decode("ascii"),
            scale=scale,
        ),
    )


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


def overlay_png(picture: Picture, prediction: Prediction) -> bytes:
    """The heat map over the picture as a PNG that says in its text what it is."""
    text = PngInfo()
    text.add_itxt("Description", f"{NOTICE} {prediction.domain.validation}.")
    text.add_itxt("Software", f"gazecast, model {prediction.model.version}")
    file = BytesIO()
    overlay = Image.fromarray(heatmap(picture.rgb, prediction.density))
    overlay.save(file, "PNG", compress_level=_PNG_LEVEL, pnginfo=text)
    return file.getvalue()
