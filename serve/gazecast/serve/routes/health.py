"""GET /healthz and /readyz, for whatever starts, watches and restarts the service."""

from __future__ import annotations

from fastapi import APIRouter

from gazecast.serve.problems import documented
from gazecast.serve.schemas import Health
from gazecast.serve.service import ServiceDependency, not_ready

router = APIRouter()


@router.get("/healthz", summary="Whether the service runs")
async def healthz() -> Health:
    """Answers as long as the process does."""
    return Health(status="ok")


@router.get("/readyz", summary="Whether the service predicts", responses=documented(503))
async def readyz(service: ServiceDependency) -> Health:
    """Answers 200 once the model is loaded and has predicted for the first time."""
    if not service.ready:
        raise not_ready()
    return Health(status="ok")
