"""The application: routes, limits, errors, and the model's start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import create_task_group
from fastapi import FastAPI
from starlette.middleware import Middleware

from gazecast.model.predictor import Predictor
from gazecast.serve import problems
from gazecast.serve.limits import BodyLimit
from gazecast.serve.routes import health, model, predictions
from gazecast.serve.service import Service
from gazecast.serve.settings import Settings


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        # FastAPI describes errors as application/json only; here routes refer to this schema.
        schema = super().openapi()
        schema["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema()
        return schema


def create_app(settings: Settings | None = None, predictor: Predictor | None = None) -> FastAPI:
    """The service as an ASGI application.

    settings: read from the environment when not given.
    predictor: loaded from `settings` at startup when not given.

    The application's startup raises ModelFileError when the model cannot be loaded.
    """
    settings = settings or Settings()
    service = Service(settings, predictor)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.load()
        async with create_task_group() as tasks:
            # Beside the server, so that /healthz answers from the start and /readyz says 503.
            tasks.start_soon(service.warm_up)
            yield

    app = _Application(
        title="gazecast",
        summary="Predicts where people look on a design.",
        version=version("gazecast"),
        lifespan=lifespan,
        # FastAPI's pages for browsing the schema load scripts from elsewhere; this works offline.
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(BodyLimit, max_bytes=settings.max_body_bytes)],
        form_limits={"max_files": 1, "max_fields": 16},
    )
    app.state.service = service
    problems.install(app)
    for routes in (predictions, model, health):
        app.include_router(routes.router)
    return app
