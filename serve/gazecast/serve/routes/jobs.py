"""/v1/jobs: many images in one request, worked on in the background."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from anyio import CancelScope, to_thread
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from gazecast.client.records import Job, JobItems, JobLinks, JobWebhook
from gazecast.model.prediction import require_domain
from gazecast.serve import examples
from gazecast.serve.forms import filled, form_body, refuse_encoded, understood
from gazecast.serve.jobs.database import JobStoreError
from gazecast.serve.jobs.store import JobProgress, JobStore, NewJob
from gazecast.serve.jobs.upload import FILES, Upload
from gazecast.serve.jobs.webhooks import WebhookError, check_url, is_address, is_public
from gazecast.serve.jobs.worker import Jobs
from gazecast.serve.limits import JOBS_PATH
from gazecast.serve.problems import ProblemError, documented, field_problem
from gazecast.serve.schemas import JobForm, JobOptions
from gazecast.serve.service import Service, ServiceDependency, discard, discard_unread
from gazecast.serve.settings import Settings

NDJSON = "application/x-ndjson"
_PAGE = 20  # results in memory at a time; one is some hundred kB

_logger = logging.getLogger(__name__)

router = APIRouter(prefix=JOBS_PATH)


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def _owner(request: Request) -> str:
    """The name of the request's API key; jobs are its own. Empty where keys are off."""
    name: str | None = request.state.key_name
    return name or ""


JobsDependency = Annotated[Jobs, Depends(_jobs)]
JobId = Annotated[str, Path(examples=[examples.JOB["id"]])]
OwnerDependency = Annotated[str, Depends(_owner)]


@router.post(
    "",
    status_code=202,
    summary="Predict many images",
    response_description="The job is taken in; Location is where to ask for it.",
    openapi_extra=form_body(JobForm),
    responses={
        202: {
            "headers": {
                "Location": {"description": "The job's address.", "schema": {"type": "string"}}
            }
        },
        **documented(400, 413, 415, 422, 500, 503, 507),
    },
)
async def create_job(
    request: Request,
    response: Response,
    jobs: JobsDependency,
    owner: OwnerDependency,
    service: ServiceDependency,
) -> Job:
    """Takes images and zips of them. The images are kept until each is done, the results until the
    job is deleted or expires. An image that cannot be used does not stop the others.
    """
    try:
        await jobs.in_thread(lambda: _check_room(jobs.store, jobs.settings.max_jobs))
        await jobs.in_thread(lambda: _open(jobs.store))
    except ProblemError:
        await discard_unread(request)
        raise
    await refuse_encoded(request)
    body = request.stream()
    try:
        job_id = await _take_in(request.headers, body, jobs, owner, service)
    except ProblemError:
        await discard(body)
        raise
    jobs.wake()
    response.headers["Location"] = f"{JOBS_PATH}/{job_id}"
    return _answer(await _find(jobs, job_id, owner))


@router.get("/{job_id}", summary="How far a job is", responses=documented(404, 500))
async def job(job_id: JobId, jobs: JobsDependency, owner: OwnerDependency) -> Job:
    """How many of the job's images wait, are at work, are done or failed."""
    return _answer(await _find(jobs, job_id, owner))


@router.get(
    "/{job_id}/results",
    summary="A job's results so far",
    response_class=StreamingResponse,
    response_description="A line of JSON for each image that has a result, in the order of the "
    "images; complete when the job is finished.",
    responses={
        200: {
            "content": {
                NDJSON: {
                    "schema": {
                        "type": "string",
                        "contentMediaType": NDJSON,
                        "description": "Lines with the schema DoneItem or FailedItem.",
                    },
                    "example": examples.RESULTS,
                }
            }
        },
        **documented(404, 500),
    },
)
async def job_results(
    job_id: JobId, jobs: JobsDependency, owner: OwnerDependency
) -> StreamingResponse:
    """Reports are as POST /v1/predictions gives them, the density in them; an image that cannot be
    used has a problem instead."""
    await _find(jobs, job_id, owner)
    return StreamingResponse(_lines(jobs.store, job_id), media_type=NDJSON)


@router.delete(
    "/{job_id}",
    status_code=204,
    summary="Cancel and erase a job",
    responses=documented(404, 500),
)
async def delete_job(job_id: JobId, jobs: JobsDependency, owner: OwnerDependency) -> None:
    """Ends the job if it is not finished, and erases its images and results."""
    if not await jobs.in_thread(lambda: jobs.store.erase(job_id, owner)):
        raise _unknown_job()


async def _take_in(
    headers: Headers, body: AsyncIterator[bytes], jobs: Jobs, owner: str, service: Service
) -> str:
    """The id of the new job. Raises ProblemError, UnknownDomainError; nothing is left then."""
    settings, store = jobs.settings, jobs.store
    job_id, folder = await jobs.in_thread(store.receive)
    try:
        upload = Upload(
            headers.get("content-type", ""), folder, settings, JobOptions.model_fields.keys()
        )
        try:
            async for chunk in body:
                await to_thread.run_sync(upload.feed, chunk)
        except ClientDisconnect as error:
            raise _cut_off() from error
        finally:
            upload.close()
        upload.finish()
        options = await _options(upload.fields, service)
        if not upload.names:
            raise _no_files()
        job = NewJob(
            id=job_id,
            owner=owner,
            window=options.window,
            domain=options.domain,
            options=options.model_dump_json(exclude={"webhook"}, round_trip=True),
            names=upload.names,
            webhook=options.webhook,
        )
        await jobs.in_thread(lambda: store.add(job))
    except BaseException:
        with CancelScope(shield=True):  # a service that stops cancels its requests
            await jobs.in_thread(lambda: store.discard(job_id))
        raise
    return job_id


async def _find(jobs: Jobs, job_id: str, owner: str) -> JobProgress:
    """Raises ProblemError (404)."""
    progress = await jobs.in_thread(lambda: jobs.store.progress(job_id, owner))
    if progress is None:
        raise _unknown_job()
    return progress


def _answer(job: JobProgress) -> Job:
    return Job(
        id=job.id,
        state="finished" if job.finished else "running",
        created=datetime.fromtimestamp(job.created, UTC),
        expires=datetime.fromtimestamp(job.expires, UTC),
        window=job.window,
        domain=job.domain,
        items=JobItems(
            total=sum(job.counts.values()),
            waiting=job.counts.get("waiting", 0),
            running=job.counts.get("running", 0),
            done=job.counts.get("done", 0),
            failed=job.counts.get("failed", 0),
        ),
        webhook=None if job.webhook is None else JobWebhook(**asdict(job.webhook)),
        links=JobLinks(
            self=f"{JOBS_PATH}/{job.id}",
            results=f"{JOBS_PATH}/{job.id}/results",
        ),
    )


def _lines(store: JobStore, job_id: str) -> Iterator[str]:
    """DoneItem and FailedItem as JSON; their larger part is stored as JSON already."""
    after = -1
    while page := store.results(job_id, after, _PAGE):
        for result in page:
            kind = "report" if result.state == "done" else "problem"
            head = json.dumps(
                {"position": result.position, "name": result.name, "status": result.state}
            )
            yield f'{head[:-1]}, "{kind}": {result.body}}}\n'
        after = page[-1].position


async def _options(fields: dict[str, str], service: Service) -> JobOptions:
    """Raises ProblemError (422), UnknownDomainError."""
    options = await understood(JobOptions, filled(JobForm, fields), service, JobForm)
    require_domain(options.domain, service.predictor.info)
    if options.webhook is not None:
        _check_webhook(options.webhook, service.settings)
    return options


def _check_webhook(url: str, settings: Settings) -> None:
    """Raises ProblemError (422). A name's addresses are checked when it is called."""
    if settings.webhook_secret is None:
        raise ProblemError(
            422,
            "webhooks-off",
            "There are no webhooks here",
            "The service has no secret to sign webhooks with.",
            "Leave the field 'webhook' out, or set GAZECAST_WEBHOOK_SECRET on the server.",
        )
    try:
        host = check_url(url).hostname or ""
    except WebhookError as error:
        raise field_problem(("webhook",), str(error).rstrip("."), JobForm) from error
    if not settings.webhook_private and is_address(host) and not is_public(host):
        raise field_problem(("webhook",), "Its address is not on the internet", JobForm)


def _check_room(store: JobStore, max_jobs: int) -> None:
    if store.count() >= max_jobs:
        raise ProblemError(
            503,
            "too-many-jobs",
            "There are too many jobs",
            f"The service keeps {max_jobs:,} jobs at a time.",
            "Delete jobs whose results you have, send the job later, or raise GAZECAST_MAX_JOBS on "
            "the server.",
            {"Retry-After": "60"},
        )


def _open(store: JobStore) -> None:
    """Raises ProblemError (503)."""
    try:
        store.open()
    except JobStoreError as error:
        _logger.error("Jobs cannot be kept: %s", error)
        raise ProblemError(
            503,
            "no-job-store",
            "Jobs cannot be kept",
            "The service has no folder for jobs that it can use.",
            "Look into the service's log, and set GAZECAST_DATA_DIR on the server.",
            {"Retry-After": "60"},
        ) from error


def _unknown_job() -> ProblemError:
    return ProblemError(
        404,
        "unknown-job",
        "There is no such job",
        "No job has this id; it may be deleted, expired, or another key's.",
        "Check the id, and that the key is the one that made the job.",
    )


def _no_files() -> ProblemError:
    return ProblemError(
        422,
        "missing-files",
        "The images are missing",
        "The request has no image in the field 'files'.",
        f"Send images or zips of them as multipart file fields {FILES!r}, as in "
        "curl -F files=@a.png -F files=@b.png.",
    )


def _cut_off() -> ProblemError:
    return ProblemError(
        400, "bad-request", "Bad Request", "The body was cut off.", "Send the job again."
    )
