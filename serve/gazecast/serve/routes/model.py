"""GET /v1/model: what predicts here."""

from __future__ import annotations

from fastapi import APIRouter

from gazecast.client.records import ServedModel
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
async def model(service: ServiceDependency) -> ServedModel:
    """Weights, data sets with their licences, accuracy, how far each domain is validated, and which
    version in the registry it is."""
    return service.model.description()
