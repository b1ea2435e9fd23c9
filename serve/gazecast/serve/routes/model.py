"""GET /v1/model and /: what predicts here."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter

from gazecast.model.metadata import ModelInfo
from gazecast.model.prediction import NOTICE
from gazecast.serve import examples
from gazecast.serve.problems import documented
from gazecast.serve.schemas import Index
from gazecast.serve.service import ServiceDependency

router = APIRouter()


@router.get(
    "/v1/model",
    summary="Everything about the model",
    responses={
        200: {"content": {"application/json": {"example": examples.MODEL}}},
        **documented(503),
    },
)
async def model(service: ServiceDependency) -> ModelInfo:
    """Weights, data sets with their licences, accuracy, and how far each domain is validated."""
    return service.predictor.info


@router.get("/", summary="What there is")
async def index() -> Index:
    """A start for whoever opens the address in a browser."""
    return Index(
        name="gazecast",
        version=version("gazecast"),
        notice=NOTICE,
        links={
            "predict": "POST /v1/predictions",
            "compare": "POST /v1/comparisons",
            "model": "/v1/model",
            "health": "/healthz",
            "readiness": "/readyz",
            "metrics": "/metrics",
            "openapi": "/openapi.json",
        },
    )
