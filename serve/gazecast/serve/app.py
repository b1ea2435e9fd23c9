"""The application: routes, limits, errors, and the model's start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import create_task_group
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from gazecast.client.records import DoneItem, FailedItem, Problem
from gazecast.model.predictor import Predictor
from gazecast.model.registry.version import Version
from gazecast.serve import examples, problems
from gazecast.serve.access import AccessLog
from gazecast.serve.jobs.worker import Jobs
from gazecast.serve.limits import BodyLimit
from gazecast.serve.loaded_model import LoadedModel
from gazecast.serve.logs import REQUEST_ID_HEADER, is_request_id
from gazecast.serve.model_switch import ModelSwitch
from gazecast.serve.routes import comparisons, health, metrics, model, predictions, studio
from gazecast.serve.routes import jobs as jobs_routes
from gazecast.serve.schemas import ComparisonForm, JobForm, PredictionForm
from gazecast.serve.security.description import describe
from gazecast.serve.security.guard import Guard, policy
from gazecast.serve.security.headers import SecurityHeaders
from gazecast.serve.security.origins import Cors
from gazecast.serve.service import Service
from gazecast.serve.settings import Settings


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        # Routes refer to these by name: FastAPI describes errors as application/json only, and
        # neither bodies nor answers that a route reads and writes in pieces.
        schema = super().openapi()
        schemas = schema["components"]["schemas"]
        for shown in (
            Problem,
            PredictionForm,
            ComparisonForm,
            JobForm,
            DoneItem,
            FailedItem,
        ):
            described = TypeAdapter(shown).json_schema(ref_template="#/components/schemas/{model}")
            schemas |= described.pop("$defs", {})
            schemas[shown.__name__] = described
        for name, example in examples.ANSWERS.items():
            schemas[name]["examples"] = [example]
        for operation in (op for path in schema["paths"].values() for op in path.values()):
            # FastAPI adds its own 422 wherever there are parameters; those here take any text.
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]
        describe(schema, keys_required=self.state.policy.keys is not None)
        return schema

    def build_middleware_stack(self) -> ASGIApp:
        # Around everything: what answers a failure is outside of the middleware that can be named
        # when the application is made.
        stack = super().build_middleware_stack()
        return SecurityHeaders(Cors(stack, self.state.policy.origins))


def create_app(
    settings: Settings | None = None,
    predictor: Predictor | None = None,
    promoted: Version | None = None,
) -> FastAPI:
    """The service as an ASGI application.

    settings: read from the environment when not given.
    predictor: loaded from `settings` at startup when not given.
    promoted: the record of the predictor, where it is from a registry.

    Where keys are required and there are none, one is made and printed. Raises KeyFileError when
    the key file cannot be read or written.

    The application's startup raises ModelFileError when the model cannot be loaded, JobStoreError
    when stored jobs cannot be read.
    """
    settings = settings or Settings()
    service = Service(settings, LoadedModel(predictor, promoted) if predictor else None)
    jobs = Jobs(service)
    switch = ModelSwitch(service)
    admission = policy(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.load()
        await jobs.open()
        async with create_task_group() as tasks:
            # Beside the server, so that /healthz answers from the start and /readyz says 503.
            tasks.start_soon(service.warm_up)
            tasks.start_soon(jobs.run)
            tasks.start_soon(switch.run)
            yield
            switch.stop()
            jobs.stop()

    app = _Application(
        title="gazecast",
        summary="Predicts where people look on a design.",
        version=version("gazecast"),
        lifespan=lifespan,
        # FastAPI's pages for browsing the schema load scripts from elsewhere; this works offline.
        docs_url=None,
        redoc_url=None,
        # From the outermost inwards.
        middleware=[
            Middleware(
                CorrelationIdMiddleware, header_name=REQUEST_ID_HEADER, validator=is_request_id
            ),
            Middleware(AccessLog, metrics=service.metrics),
            Middleware(Guard, policy=admission),
            Middleware(
                BodyLimit, max_bytes=settings.max_body_bytes, max_job_bytes=settings.max_job_bytes
            ),
        ],
    )
    app.state.service = service
    app.state.jobs = jobs
    app.state.policy = admission
    problems.install(app)
    for routes in (predictions, comparisons, jobs_routes, model, health, metrics, studio):
        # As they are. Included, they would be made anew, schemas and all, on the first request.
        app.routes.extend(routes.router.routes)
    return app
