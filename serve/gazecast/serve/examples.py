"""Examples for the OpenAPI schema; the tests hold them against the models."""

from __future__ import annotations

from pydantic.types import JsonValue

REGIONS = (
    '[{"name": "button", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}, '
    '{"name": "logo", "x": 12, "y": 8, "width": 96, "height": 40, "unit": "px"}]'
)

PREDICTION: dict[str, JsonValue] = {
    "id": "9f2c4a51c8a0d7f60f3be1b0a4e6d25f6b7c8d9e0a1b2c3d4e5f60718293a4b5",
    "model": {
        "name": "gazecast",
        "version": "0.1.0",
        "sha256": "3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855a",
        "licences": {
            "weights": "see LICENSE-WEIGHTS.md",
            "datasets": [{"name": "OSIE", "licence": "MIT"}],
        },
    },
    "image": {
        "width": 1440,
        "height": 900,
        "sha256": "e7a4c2b19d8f30567a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071",
    },
    "window": "3s",
    "domain": {
        "name": "mobile",
        "requested": "auto",
        "probabilities": {"web": 0.07, "mobile": 0.9, "poster": 0.02, "photo": 0.01},
        "validation": "not validated on mobile: no gaze data",
    },
    "regions": [
        {
            "name": "button",
            "x": 0.1,
            "y": 0.2,
            "width": 0.3,
            "height": 0.1,
            "share": 0.084,
            "intensity": 2.8,
        }
    ],
    "hotspots": [{"x": 0.31, "y": 0.24, "share": 0.06, "intensity": 7.2}],
    "definitions": "1",
    "notice": "A statistical estimate of where people look first when they view this image freely; "
    "not a measurement, and not evidence of interest, understanding or intent.",
    "density": {
        "width": 2,
        "height": 2,
        "encoding": "png16",
        # Shares of 1/2, 1/4, 1/8 and 1/8.
        "data": "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACEAAAAAAHTY67AAAAEklEQVR4AWP4/7+BgdGBgYEBABV+AsDa"
        "oM9KAAAAAElFTkSuQmCC",
        "scale": 7.629510948348211e-06,
    },
}
