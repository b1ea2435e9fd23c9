"""What the routes share: settings, the predictor, and a bounded queue for room to run it in."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from threadpoolctl import threadpool_limits

from gazecast.designs.design import Design
from gazecast.designs.errors import TooManyError
from gazecast.designs.limits import Limits
from gazecast.designs.long_pages import LongPageRequest
from gazecast.designs.options import Options
from gazecast.designs.predicted import Predicted, predict
from gazecast.designs.regions import Polygon
from gazecast.model.allocator import share_one_arena
from gazecast.model.picture import picture_size
from gazecast.model.predictor import Predictor
from gazecast.model.registry.version import Version
from gazecast.serve.decoding import PROCESSES
from gazecast.serve.loaded_model import LoadedModel
from gazecast.serve.metrics import Metrics
from gazecast.serve.problems import ProblemError
from gazecast.serve.settings import Settings

_logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")

# Weight of the newest time in the running mean: some twenty pictures are remembered.
_NEWEST = 0.1


class Service:
    """One per application."""

    def __init__(self, settings: Settings, model: LoadedModel | None) -> None:
        self.settings = settings
        self.concurrency = settings.concurrency or _cores()
        """Predictions worked on at the same time."""
        self.form_limits = Limits(settings.max_regions)
        self.understanding = CapacityLimiter(1)
        """Of forms, which hold the interpreter while they are validated."""
        self.ready = False
        self.metrics = Metrics()
        self._model = model
        self._limiter = CapacityLimiter(self.concurrency)
        self._taken = 0  # predictions, waiting or running
        self._mean_seconds = 0.0  # that one of them runs
        self.metrics.watch(
            "gazecast_queue_length",
            "Predictions that wait for their turn.",
            lambda: max(0, self._taken - self.concurrency),
        )
        self.metrics.watch(
            "gazecast_queue_limit",
            "Predictions that may wait; more are refused with 503.",
            lambda: settings.queue_length,
        )

    @property
    def model(self) -> LoadedModel:
        """What predicts now. Raises ProblemError (503) when it is not loaded."""
        if self._model is None:
            raise not_ready()
        return self._model

    @property
    def predictor(self) -> Predictor:
        """As `model`. Another one from one call to the next when a model is promoted: whatever
        belongs to one answer asks once."""
        return self.model.predictor

    @property
    def version(self) -> Version | None:
        """As `model`."""
        return self.model.version

    def switch_to(self, model: LoadedModel) -> None:
        """Lets another model predict from now on, one that has been warmed up. What works on the
        one before finishes on it."""
        self._model = model
        self.ready = True
        self.metrics.model_switches.labels("done").inc()
        _logger.info(
            "switched model",
            extra={
                "model": model.predictor.info.sha256,
                "version": model.version.name if model.version else None,
            },
        )

    def predict(self, predictor: Predictor, design: Design) -> Predicted:
        """What a request and a job's item do alike, each stage timed; CPU-bound, so for `run`.

        predictor: the service's, taken when the answer was begun. Raises as
        `gazecast.designs.predicted.predict` does.
        """
        return predict(predictor, design, PROCESSES.read, self.metrics.stage)

    def predictions(self, content: bytes, options: Options) -> int:
        """As how many predictions a picture counts, which is told by its header. Blocks.

        content: the bytes of an image file. Raises PictureError; LongPageError and TooManyError for
        a long page that asks for too much.
        """
        page = LongPageRequest.asked(options)
        if page is None:
            return 1
        width, height = picture_size(content)
        predictions = page.predictions(width, height, options.windows)
        screen = page.screen_height(width)
        corners = sum(
            len(region.points) * max(1, math.ceil(region.height_on(height) / screen))
            for region in options.regions
            if isinstance(region, Polygon)
        )
        if corners > self.form_limits.corners:
            raise TooManyError(
                "regions",
                "corners",
                corners,
                self.form_limits.corners,
                "On a long page a polygon's corners count on each screen that it reaches over: "
                "send fewer or lower polygons, or raise GAZECAST_MAX_REGIONS on the server.",
            )
        return predictions

    async def load(self) -> None:
        """Loads the model. Raises ModelFileError."""
        # The analysis multiplies small matrices only, and requests share the cores already: threads
        # of BLAS would wait for each other.
        threadpool_limits(1, user_api="blas")
        share_one_arena()
        if self._model is None:
            self._model = await to_thread.run_sync(LoadedModel.from_settings, self.settings)

    async def warm_up(self) -> None:
        """Predicts once, so that no client waits for what the first prediction sets up."""
        try:
            await self.run_unbounded(self.predictor.warm_up)
        except Exception:
            # The service stays up and not ready, for whoever starts it to see both.
            _logger.exception("Warming up failed; the service is not ready.")
        else:
            self.ready = True

    def refuse_when_full(self, predictions: int = 1) -> None:
        """Raises ProblemError (503) when so many more predictions may not wait. Those that are more
        than may ever wait are let in while nothing waits: else they never would be."""
        room = self.concurrency + self.settings.queue_length
        nothing_waits = self._taken <= self.concurrency and self._taken < room
        if self._taken + predictions > room and not nothing_waits:
            raise _overloaded(self._taken * self._mean_seconds / self.concurrency)

    async def run(self, work: Callable[[], _Result], predictions: int = 1) -> _Result:
        """Runs CPU-bound work in a thread when its turn comes.

        predictions: as many of them as the work is, which all count as waiting until it is done.
        Raises ProblemError (503) as `refuse_when_full` does.
        """
        self.refuse_when_full(predictions)
        return await self.run_unbounded(work, predictions)

    async def run_unbounded(self, work: Callable[[], _Result], predictions: int = 1) -> _Result:
        """As `run`, for work that has waited elsewhere and is few at a time: it is never
        refused."""
        arrived = time.perf_counter()

        def timed() -> tuple[_Result, float]:
            started = time.perf_counter()
            self.metrics.stage_seconds.labels("queue").observe(started - arrived)
            result = work()
            return result, (time.perf_counter() - started) / predictions

        self._taken += predictions
        try:
            result, seconds = await to_thread.run_sync(timed, limiter=self._limiter)
        finally:
            self._taken -= predictions
        # A picture that is refused takes next to no time, so only those that were predicted count.
        self._mean_seconds += (seconds - self._mean_seconds) * (
            _NEWEST if self._mean_seconds else 1.0
        )
        return result


def _cores() -> int:
    """Those that this process may use, where the platform tells."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def not_ready() -> ProblemError:
    return ProblemError(
        503,
        "not-ready",
        "The service is not ready",
        "The model is not loaded and warmed up.",
        "Ask again in a few seconds; if it stays like this, look into the service's log.",
        {"Retry-After": "2"},
    )


def _overloaded(seconds: float) -> ProblemError:
    """seconds: until what waits now is done, from how long predictions took lately."""
    wait = max(1, math.ceil(seconds))
    return ProblemError(
        503,
        "overloaded",
        "The service has too much to do",
        f"The queue is full; what waits in it takes about {wait} s.",
        f"Send the request again in {wait} s, send fewer at a time, or send many pictures as a "
        "job.",
        {"Retry-After": str(wait)},
    )


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDependency = Annotated[Service, Depends(_service)]


async def discard_unread(request: Request) -> None:
    """For a refusal before the body is read. A client that waits for "100 Continue" has sent
    nothing yet, and need not."""
    if request.headers.get("expect", "").lower() != "100-continue":
        await discard(request.stream())


async def discard(body: AsyncIterator[bytes]) -> None:
    """For a refusal amid the body: closing a connection with unread data resets it, and the answer
    would be lost."""
    with contextlib.suppress(ClientDisconnect):
        async for _ in body:
            pass


class QueuedRoute(APIRoute):
    """A route that asks whether there is room before its form is parsed and spooled."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def refuse_or_handle(request: Request) -> Response:
            try:
                _service(request).refuse_when_full()
            except ProblemError:
                await discard_unread(request)
                raise
            return await handle(request)

        return refuse_or_handle
