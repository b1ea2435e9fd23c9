"""What the routes share: settings, the predictor, and the room to run it in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from gazecast.model.predictor import Predictor
from gazecast.serve.problems import ProblemError
from gazecast.serve.settings import Settings

_logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class Service:
    """One per application."""

    def __init__(self, settings: Settings, predictor: Predictor | None) -> None:
        self.settings = settings
        self.ready = False
        self._predictor = predictor
        self._limiter = CapacityLimiter(settings.concurrency)

    @property
    def predictor(self) -> Predictor:
        """The loaded predictor. Raises ProblemError (503) when it is not loaded."""
        if self._predictor is None:
            raise not_ready()
        return self._predictor

    async def load(self) -> None:
        """Loads the model. Raises ModelFileError."""
        if self._predictor is None:
            self._predictor = await to_thread.run_sync(
                lambda: Predictor(self.settings.model, threads=self.settings.threads)
            )

    async def warm_up(self) -> None:
        """Predicts once, so that no client waits for what the first prediction sets up."""
        try:
            await self.run(self.predictor.warm_up)
        except Exception:
            # The service stays up and not ready, for whoever starts it to see both.
            _logger.exception("Warming up failed; the service is not ready.")
        else:
            self.ready = True

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """Runs CPU-bound work in a thread once there is room for it."""
        return await to_thread.run_sync(work, limiter=self._limiter)


def not_ready() -> ProblemError:
    return ProblemError(
        503,
        "not-ready",
        "The service is not ready",
        "The model is not loaded and warmed up.",
        "Ask again in a few seconds; if it stays like this, look into the service's log.",
        {"Retry-After": "2"},
    )


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDependency = Annotated[Service, Depends(_service)]
