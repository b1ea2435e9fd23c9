"""Works on jobs beside the requests, on the same predictor and in the same room to run it.

One less at a time than the room has places, so that a request always finds one that no job holds
for long; with a single place, requests and pictures of jobs take turns.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import platformdirs
from anyio import CapacityLimiter, Event, create_task_group, move_on_after, sleep, to_thread

from gazecast.data.errors import GazecastError
from gazecast.designs.design import Design
from gazecast.designs.options import Options
from gazecast.designs.report import describe
from gazecast.serve.jobs.private import others_may_enter
from gazecast.serve.jobs.store import LEASE_SECONDS, JobStore, LeasedItem, Outcome
from gazecast.serve.jobs.webhooks import RETRY_SECONDS, WebhookError, WebhookSender, job_finished
from gazecast.serve.problems import ProblemError, problem_of
from gazecast.serve.service import Service

_logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_MAX_ATTEMPTS = 3  # a picture that was at work in so many kills may be what kills
_POLL_SECONDS = 5.0  # for leases that ended, and for jobs that other processes took in
_SWEEP_SECONDS = 60.0
_WEBHOOKS_AT_A_TIME = 4  # so that a slow receiver does not hold up all others


class Jobs:
    """One per application."""

    def __init__(self, service: Service) -> None:
        self.settings = settings = service.settings
        self.store = JobStore(
            settings.data_dir or platformdirs.user_state_path("gazecast", appauthor=False),
            settings.job_retention * 3600,
        )
        self._service = service
        self._threads = CapacityLimiter(4)  # for SQLite, which has one writer at a time
        self._changed = Event()
        self._stopped = Event()
        self._sender: WebhookSender | None = None
        if settings.webhook_secret is not None:
            self._sender = WebhookSender(
                settings.webhook_secret.get_secret_value(),
                settings.webhook_private,
                settings.webhook_ca,
            )
        jobs = service.metrics.jobs
        jobs.labels("unfinished").set_function(partial(self.store.count, finished=False))
        jobs.labels("finished").set_function(partial(self.store.count, finished=True))

    async def in_thread(self, work: Callable[[], _Result]) -> _Result:
        """Runs what waits for the disk."""
        return await to_thread.run_sync(work, limiter=self._threads)

    def wake(self) -> None:
        """Tells the workers that there is something to do."""
        self._changed.set()
        self._changed = Event()

    async def open(self) -> None:
        """Takes up what an earlier process left. Raises JobStoreError."""
        if await self.in_thread(lambda: others_may_enter(self.store.folder)):
            _logger.warning(
                "Other users may enter the data folder %s; it is left as it is, and all that is "
                "made in it is closed to them. To keep them out: chmod go= %s",
                *(self.store.folder, self.store.folder),
            )
        if self.store.exists():
            await self.in_thread(self.store.open)
            await self.in_thread(self.store.void_leases)

    async def run(self) -> None:
        """Works until `stop`; what is at work then is finished first."""
        async with create_task_group() as tasks:
            for _ in range(max(1, self._service.concurrency - 1)):
                tasks.start_soon(self._repeat, self._work_once)
            for _ in range(_WEBHOOKS_AT_A_TIME):
                tasks.start_soon(self._repeat, self._deliver_once)
            tasks.start_soon(self._sweep)
        await self.in_thread(self.store.close)

    def stop(self) -> None:
        self._stopped.set()
        self.wake()

    async def _repeat(self, once: Callable[[], Awaitable[bool]]) -> None:
        """once: does a piece of work; False when there is nothing to do for now."""
        while not self._stopped.is_set():
            changed = self._changed  # before looking, so that nothing is missed
            if not (self.store.exists() and await self._try(once)):
                with move_on_after(_POLL_SECONDS):
                    await changed.wait()

    async def _try(self, once: Callable[[], Awaitable[bool]]) -> bool:
        try:
            return await once()
        except Exception:
            # Such as a full disk. Leases end, so nothing is lost by going on later.
            _logger.exception("Work on jobs failed; it is tried again.")
            return False

    async def _sweep(self) -> None:
        seconds = min(_SWEEP_SECONDS, self.settings.job_retention * 3600 / 10)
        while not self._stopped.is_set():
            if self.store.exists():
                await self._try(self._sweep_once)
            with move_on_after(seconds):
                await self._stopped.wait()

    async def _sweep_once(self) -> bool:
        await self.in_thread(self.store.sweep)
        return True

    # ---- Pictures ------------------------------------------------------------------------------

    async def _work_once(self) -> bool:
        item = await self.in_thread(self.store.claim)
        if item is None:
            return False
        async with create_task_group() as tasks:
            tasks.start_soon(self._keep_lease, item)
            outcome, body = await self._predict(item)
            tasks.cancel_scope.cancel()
        if await self.in_thread(lambda: self.store.finish(item, outcome, body)):
            self._service.metrics.job_items.labels(outcome).inc()
        self.wake()
        return True

    async def _keep_lease(self, item: LeasedItem) -> None:
        while True:
            await sleep(LEASE_SECONDS / 3)
            await self.in_thread(lambda: self.store.renew(item))

    async def _predict(self, item: LeasedItem) -> tuple[Outcome, str]:
        if item.attempts > _MAX_ATTEMPTS:
            return "failed", _gave_up().problem.model_dump_json()
        try:
            design, predictions = await to_thread.run_sync(self._opened, item)
            report = partial(self._report, design)
            return "done", await self._service.run_unbounded(report, predictions)
        except (GazecastError, ProblemError) as error:
            problem = problem_of(error).problem
        except Exception as error:
            # The trace says where; the message may speak of the picture.
            _logger.error("A picture of a job failed: %s", type(error).__name__)
            problem = problem_of(error).problem
        return "failed", problem.model_dump_json()

    def _opened(self, item: LeasedItem) -> tuple[Design, int]:
        """What is asked of the item's image, and as how many predictions that counts."""
        try:
            content = item.file.read_bytes()
        except FileNotFoundError as error:
            raise _file_gone() from error
        options = Options.model_validate_json(item.options)
        return Design.of(content, options), self._service.predictions(content, options)

    def _report(self, design: Design) -> str:
        """The answer that a request with this picture would get, as JSON."""
        predicted = self._service.predict(self._service.predictor, design)
        with self._service.metrics.stage("encode"):
            return describe(predicted).to_json()

    # ---- Webhooks ------------------------------------------------------------------------------

    async def _deliver_once(self) -> bool:
        if self._sender is None:
            return False
        hook = await self.in_thread(self.store.claim_webhook)
        if hook is None:
            return False
        job = await self.in_thread(lambda: self.store.progress(hook.job_id))
        if job is None:
            return True
        settle = partial(self.store.settle_webhook, hook.job_id)
        try:
            await self._sender.send(hook.url, *job_finished(job.id, job.counts))
        except WebhookError as error:
            if hook.attempts > len(RETRY_SECONDS):
                await self.in_thread(partial(settle, "failed", error=str(error)))
            else:
                wait = RETRY_SECONDS[hook.attempts - 1]
                await self.in_thread(partial(settle, "waiting", wait=wait, error=str(error)))
        else:
            await self.in_thread(partial(settle, "delivered"))
        return True


def _gave_up() -> ProblemError:
    return ProblemError(
        500,
        "gave-up",
        "The image was given up",
        f"The service ended {_MAX_ATTEMPTS} times while it worked on this image.",
        "Look into the service's log for why it ended, and send the image alone.",
    )


def _file_gone() -> ProblemError:
    return ProblemError(
        500,
        "upload-lost",
        "The image is lost",
        "The image's file is no longer in the service's data folder.",
        "Send the image again; let nothing else clean up GAZECAST_DATA_DIR.",
    )
