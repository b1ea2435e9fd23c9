"""GET /v1/model: what predicts here."""

from __future__ import annotations

from fastapi import APIRouter

from gazecast.model.metadata import ModelInfo
from gazecast.serve import examples
from gazecast.serve.problems import documented
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
