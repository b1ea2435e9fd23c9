"""Examples for the OpenAPI schema; the tests hold them against the models."""

from __future__ import annotations

import json

from pydantic.types import JsonValue

from gazecast.designs.options import EXAMPLE_REGIONS

PREDICTION_FORM: dict[str, JsonValue] = {
    "image": "(the bytes of page.png)",
    "window": "3s",
    "domain": "web",
    "regions": EXAMPLE_REGIONS,
}

COMPARISON_FORM: dict[str, JsonValue] = {
    "variants": ["(the bytes of before.png)", "(the bytes of after.png)"],
    "regions": EXAMPLE_REGIONS,
    "goal_region": "button",
}

JOB_FORM: dict[str, JsonValue] = {
    "files": ["(the bytes of a.png)", "(the bytes of more.zip)"],
    "window": "3s",
}

HTML_REPORT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Attention report: page.png</title>
"""

METRICS = """\
# HELP gazecast_http_requests_total Requests answered, by route and status.
# TYPE gazecast_http_requests_total counter
gazecast_http_requests_total{method="POST",route="/v1/predictions",status="200"} 42.0
"""

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
    "accuracy": "not validated on mobile: no gaze data",
    "unfamiliar": {"score": 0.4, "limit": 1.0, "warning": None},
    "regions": [
        {
            "name": "button",
            "automatic": False,
            "x": 0.1,
            "y": 0.2,
            "width": 0.3,
            "height": 0.1,
            "points": None,
            "share": 0.084,
            "interval": {"low": 0.04, "high": 0.15, "observers": 11},
            "intensity": 2.8,
            "peak": 6.9,
            "rank": 1,
            "seen": {"1s": 0.18, "3s": 0.41, "5s": 0.52},
            "by_window": {
                "1s": {
                    "share": 0.071,
                    "interval": {"low": 0.03, "high": 0.15, "observers": 11},
                    "intensity": 2.4,
                },
                "3s": {
                    "share": 0.084,
                    "interval": {"low": 0.04, "high": 0.15, "observers": 11},
                    "intensity": 2.8,
                },
                "5s": {
                    "share": 0.08,
                    "interval": {"low": 0.04, "high": 0.14, "observers": 11},
                    "intensity": 2.7,
                },
            },
            "contrast": 8.6,
        }
    ],
    "first_glance_order": ["button"],
    "hotspots": [{"x": 0.31, "y": 0.24, "share": 0.06, "intensity": 7.2}],
    "scores": {
        "focus": 0.21,
        "half_area": 0.11,
        "clutter": {
            "feature_congestion": 3.4,
            "subband_entropy": 2.3,
            "contour_density": 0.09,
            "colourfulness": 28.0,
        },
        "percentiles": {
            "feature_congestion": 93.0,
            "subband_entropy": 51.0,
            "contour_density": 47.0,
            "colourfulness": 38.0,
        },
        "clarity": 42.8,
        "reference_set": "enrico",
    },
    "intended_order": None,
    "long_page": None,
    "findings": [
        {
            "kind": "clutter_high",
            "observation": "The picture is more cluttered than 93 % of the pages of enrico.",
            "hypothesis": "Much detail may make single parts harder to find.",
            "suggestion": "Try fewer elements, or more space between them.",
            "effect": 0.85,
            "numbers": {"percentile": 93.0},
        }
    ],
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
    "windows": None,
}

_IMAGE: dict[str, JsonValue] = {"width": 1440, "height": 900, "sha256": "e7" * 32}
_FAMILIAR: dict[str, JsonValue] = {"score": 0.4, "limit": 1.0, "warning": None}

COMPARISON: dict[str, JsonValue] = {
    "verdict": "after.png",
    "probability": 0.991,
    "regions": [
        {
            "name": "button",
            "verdict": "after.png",
            "probability": 0.991,
            "shares": {
                "before.png": {"share": 0.041, "low": 0.014, "high": 0.08},
                "after.png": {"share": 0.084, "low": 0.04, "high": 0.15},
            },
        },
        {
            "name": "logo",
            "verdict": "no_detectable_difference",
            "probability": 0.62,
            "shares": {
                "before.png": {"share": 0.062, "low": 0.026, "high": 0.11},
                "after.png": {"share": 0.058, "low": 0.024, "high": 0.11},
            },
        },
    ],
    "unmatched": [],
    "automatic": False,
    "goal_region": "button",
    "window": "3s",
    "domain": {
        "name": "web",
        "requested": "auto",
        "probabilities": {"web": 0.9, "mobile": 0.07, "poster": 0.02, "photo": 0.01},
        "validation": "validated on 36 web pages",
    },
    "variants": [
        {"name": "before.png", "image": _IMAGE, "unfamiliar": _FAMILIAR},
        {"name": "after.png", "image": _IMAGE, "unfamiliar": _FAMILIAR},
    ],
    "apart": [{"first": "before.png", "second": "after.png", "distance": 0.08}],
    "observers": 11,
    "basis": "gaze of 11 people on 36 desktop web pages (FiWI), held out",
    "model": PREDICTION["model"],
    "definitions": "1",
    "notice": PREDICTION["notice"],
}

JOB: dict[str, JsonValue] = {
    "id": "0b54c3a0d7f60f3be1b0a4e6d25f6b7c",
    "state": "running",
    "created": "2026-01-01T12:00:00Z",
    "expires": "2026-01-02T12:00:00Z",
    "window": "3s",
    "domain": "auto",
    "items": {"total": 200, "waiting": 120, "running": 1, "done": 78, "failed": 1},
    "webhook": {
        "state": "waiting",
        "attempts": 1,
        "error": "The receiver answered with status 502.",
    },
    "links": {
        "self": "/v1/jobs/0b54c3a0d7f60f3be1b0a4e6d25f6b7c",
        "results": "/v1/jobs/0b54c3a0d7f60f3be1b0a4e6d25f6b7c/results",
    },
}

RESULTS = "".join(
    f"{json.dumps(line)}\n"
    for line in (
        {"position": 0, "name": "a.png", "status": "done", "report": PREDICTION},
        {
            "position": 1,
            "name": "b.png",
            "status": "failed",
            "problem": {
                "type": "urn:gazecast:problem:damaged-picture",
                "title": "The image cannot be used",
                "status": 422,
                "detail": "The picture is damaged or cut off.",
                "remedy": "Export it again, without metadata, and retry.",
            },
        },
    )
)

INDEX: dict[str, JsonValue] = {
    "name": "gazecast",
    "version": "0.1.0",
    "notice": PREDICTION["notice"],
    "links": {
        "predict": "POST /v1/predictions",
        "compare": "POST /v1/comparisons",
        "model": "/v1/model",
    },
}

MODEL: dict[str, JsonValue] = {
    "name": "gazecast",
    "version": "0.1.0",
    "sha256": "3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855a",
    "licence": "LicenseRef-gazecast-weights",
    "datasets": [
        {
            "name": "osie",
            "licence": "MIT (repository)",
            "images": 450,
            "use": "training: fixation; splits train",
            "source": "NUS-VIP/predicting-human-gaze-beyond-pixels",
        }
    ],
    "recipe": {
        "name": "designs.yaml",
        "sha256": "e7a4c2b19d8f30567a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071",
    },
    "commit": "9f2c4a51c8a0d7f60f3be1b0a4e6d25f6b7c8d9e",
    "created": "2026-01-01T00:00:00+00:00",
    "input": {"pixels": 110592, "multiple": 32},
    "windows": ["1s", "3s", "5s"],
    "domains": {
        "web": "validated on 36 web pages",
        "mobile": "not validated on mobile: no gaze data",
        "poster": "validated on 36 posters",
        "photo": "validated on 450 photos",
        "kiosk": "validated on 20 kiosks",
    },
    "metrics": {},
    "registry": {
        "name": "0002-3b0c44298fc1",
        "sha256": "3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855a",
        "parent": "0001-e7a4c2b19d8f",
        "parent_sha256": "e7a4c2b19d8f30567a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071",
        "promoted": "2026-01-02T00:00:00+00:00",
        "reason": "NSS on kiosks is higher",
        "gains": {"nss": {"value": 0.3, "low": 0.1, "high": 0.5}},
    },
}

ANSWERS = {"Report": PREDICTION, "Comparison": COMPARISON, "Job": JOB}
"""By the names of their schemas."""
