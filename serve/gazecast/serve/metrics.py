"""What the service counts and times, for Prometheus to scrape at /metrics."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Stage = Literal["queue", "decode", "predict", "encode"]

# Seconds. From a header that is refused to the largest picture on a busy machine.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One per application, with a registry of its own, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # The process: memory, CPU time, open files, start time.
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "gazecast_http_requests",
            "Requests answered, by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "gazecast_http_request_seconds",
            "Time from a request's headers to the end of its answer, by route.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.stage_seconds = Histogram(
            "gazecast_stage_seconds",
            "Time of a prediction by stage: waiting in the queue, decoding the picture, "
            "predicting, encoding the answer.",
            ["stage"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.jobs = Gauge(
            "gazecast_jobs", "Jobs that are kept, by state.", ["state"], registry=self.registry
        )
        self.job_items = Counter(
            "gazecast_job_items",
            "Pictures of jobs that are done, by outcome.",
            ["outcome"],
            registry=self.registry,
        )

        self.model_switches = Counter(
            "gazecast_model_switches",
            "Promoted models that were to be taken up, by outcome: done or failed.",
            ["outcome"],
            registry=self.registry,
        )

    def watch(self, name: str, description: str, value: Callable[[], float]) -> None:
        """A gauge that asks `value` at each scrape."""
        Gauge(name, description, registry=self.registry).set_function(value)

    def stage(self, stage: Stage) -> AbstractContextManager[object]:
        """Times its block as this stage."""
        return self.stage_seconds.labels(stage).time()

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format (CONTENT_TYPE)."""
        return generate_latest(self.registry)
