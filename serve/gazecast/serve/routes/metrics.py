"""GET /metrics, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gazecast.serve import examples
from gazecast.serve.metrics import CONTENT_TYPE
from gazecast.serve.service import ServiceDependency

router = APIRouter()


@router.get(
    "/metrics",
    summary="Counts and times, for Prometheus",
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus' text format.",
            "content": {"text/plain": {"schema": {"type": "string"}, "example": examples.METRICS}},
        }
    },
)
async def metrics(service: ServiceDependency) -> Response:
    """Requests by route and status, the queue, times by stage, jobs, and the process's memory."""
    return Response(service.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})
