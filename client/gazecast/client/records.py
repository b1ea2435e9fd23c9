"""What the HTTP API answers beside reports and comparisons; its two ends share these records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from gazecast.designs.records import Report
from gazecast.model.metadata import ModelInfo
from gazecast.model.records import record
from gazecast.model.registry.version import Version
from gazecast.model.vocabulary import DomainChoice, Window

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "example": {
                "type": "urn:gazecast:problem:empty-picture",
                "title": "The image cannot be used",
                "status": 422,
                "detail": "The picture is empty (0 bytes).",
                "remedy": "Send the file's content.",
            }
        },
    )

    type: str
    """Identifies the kind of problem; it stays the same from version to version."""
    title: str
    """The kind of problem in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What went wrong this time."""
    remedy: str
    """What to do about it."""


@record
class JobItems:
    """How many of a job's images are in which state."""

    total: int
    """All of them."""
    waiting: int
    """Not begun yet."""
    running: int
    """At work."""
    done: int
    """Have a report."""
    failed: int
    """Have a problem instead."""


@record
class JobWebhook:
    """What became of the job's webhook."""

    state: Literal["waiting", "delivered", "failed"]
    """Waiting for the job's end or the next attempt, taken by the receiver, or given up."""
    attempts: int
    """How often it was sent."""
    error: str | None
    """Why the latest attempt failed."""


@record
class JobLinks:
    """Where to ask for more."""

    self: str
    """How far the job is."""
    results: str
    """Its results so far."""


@record
class Job:
    """How far a job is."""

    id: str
    """Names the job in its addresses."""
    state: Literal["running", "finished"]
    """Finished when each image has a result."""
    created: AwareDatetime
    """When it was taken in."""
    expires: AwareDatetime
    """When the job is erased, with its results."""
    window: Window
    """What the request said."""
    domain: DomainChoice
    """What the request said."""
    items: JobItems
    """Its images."""
    webhook: JobWebhook | None
    """Null when the job has none."""
    links: JobLinks
    """Where to ask for more."""


@record
class DoneItem:
    """An image of a job with its report."""

    position: int
    """In the job, from 0."""
    name: str
    """The file's name in the request or in the zip."""
    status: Literal["done"]
    """It has a report."""
    report: Report
    """As POST /v1/predictions gives it."""


@record
class FailedItem:
    """An image of a job that cannot be predicted."""

    position: int
    """In the job, from 0."""
    name: str
    """The file's name in the request or in the zip."""
    status: Literal["failed"]
    """It has a problem."""
    problem: Problem
    """Why there is no report."""


@dataclass(frozen=True, slots=True)
class ServedModel(ModelInfo):
    """A model's description, and its place in the registry that it is served from."""

    registry: Version | None = None
    """The version that predicts, with its lineage; null for a model that was not promoted."""
