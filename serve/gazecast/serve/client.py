"""A typed client of the service.

    with Client("http://127.0.0.1:8000") as client:
        answer = client.predict(Path("page.png"), window="3s")

What it raises:

    ClientError
      UnreachableError     nothing answered, or the connection broke
      ServiceError         the service answered with a problem; its fields are attributes
        OverloadedError    429 or 503: ask again after `retry_after` seconds
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Self

import httpx2
from pydantic import TypeAdapter, ValidationError

from gazecast.model.vocabulary import DomainChoice, Window
from gazecast.serve.loaded_model import ServedModel
from gazecast.serve.problems import MEDIA_TYPE, Problem
from gazecast.serve.schemas import (
    AnyRegionInput,
    ComparisonAnswer,
    DoneItem,
    FailedItem,
    JobAnswer,
    PredictionAnswer,
)

_REGIONS: TypeAdapter[Sequence[AnyRegionInput] | Mapping[str, Sequence[AnyRegionInput]]] = (
    TypeAdapter(Sequence[AnyRegionInput] | Mapping[str, Sequence[AnyRegionInput]])
)
_MODEL = TypeAdapter(ServedModel)

_RESULT: TypeAdapter[DoneItem | FailedItem] = TypeAdapter(DoneItem | FailedItem)

_Files = Sequence[tuple[str, tuple[str, bytes | IO[bytes]]]]


class ClientError(Exception):
    """Whatever keeps the client from an answer."""


class UnreachableError(ClientError):
    """Nothing answered, or the connection broke."""


class ServiceError(ClientError):
    """The service refused or failed. str() is what went wrong and what to do about it.

    request_id: what the service's log has about it; None when something else answered.
    """

    def __init__(self, problem: Problem, request_id: str | None) -> None:
        super().__init__(f"{problem.detail} {problem.remedy}")
        self.type = problem.type
        self.title = problem.title
        self.status = problem.status
        self.detail = problem.detail
        self.remedy = problem.remedy
        self.request_id = request_id


class OverloadedError(ServiceError):
    """The service is not ready, has too much to do, or this key has asked too often."""

    def __init__(self, problem: Problem, request_id: str | None, retry_after: int) -> None:
        super().__init__(problem, request_id)
        self.retry_after = retry_after
        """Seconds after which to ask again."""


class Client:
    """One may serve many threads."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        timeout: float = 60.0,
        http: httpx2.Client | None = None,
    ) -> None:
        """key: the API key, where the service requires one.
        timeout: seconds that connecting, sending, and each wait for more of an answer may take.
        http: another HTTP client to send with, its base URL set; for proxies, certificates, tests.
        """
        self._http = http or httpx2.Client(base_url=url, timeout=timeout)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def predict(
        self,
        image: Path | bytes,
        *,
        window: Window = "3s",
        domain: DomainChoice = "auto",
        regions: Sequence[AnyRegionInput] = (),
        automatic_regions: bool = False,
        goal_region: str = "",
        intended_order: Sequence[str] = (),
        every_window: bool = False,
        viewport_height: int | None = None,
        scroll_reach: Sequence[tuple[float, float]] | None = None,
    ) -> PredictionAnswer:
        """Where people look on an image, with the share of each region.

        automatic_regions: also of those that are found on the image. goal_region: the one that
        should be seen. intended_order: the first to be seen first. every_window: also the densities
        of the other windows. viewport_height: of the screens, in pixels, that a long page is seen
        through. scroll_reach: how deep visitors of one get, as pairs of depth in pixels and share
        of visitors.
        Raises ClientError; OSError when the file cannot be read.
        """
        form = _form(
            window,
            domain,
            regions,
            automatic_regions,
            goal_region,
            intended_order,
            every_window,
            viewport_height,
            scroll_reach,
        )
        answer = self._send(
            "POST",
            "/v1/predictions",
            # A file's name is the user's own business.
            files=[("image", ("image", _content(image)))],
            data=form,
        )
        return PredictionAnswer.model_validate_json(answer.content)

    def compare(
        self,
        variants: Sequence[Path],
        *,
        goal_region: str | None = None,
        window: Window = "3s",
        domain: DomainChoice = "auto",
        regions: Sequence[AnyRegionInput] | Mapping[str, Sequence[AnyRegionInput]] = (),
    ) -> ComparisonAnswer:
        """Which of 2 to 8 versions of a design shows what better; they go by their file names.

        goal_region: name of the region that should be seen. regions: of all variants, or of each
        variant's name; found on the first one where none are given.
        Raises ClientError; OSError when a file cannot be read.
        """
        form = _form(window, domain, regions)
        if goal_region is not None:
            form["goal_region"] = goal_region
        files = [("variants", (variant.name, variant.read_bytes())) for variant in variants]
        answer = self._send("POST", "/v1/comparisons", files=files, data=form)
        return ComparisonAnswer.model_validate_json(answer.content)

    def model(self) -> ServedModel:
        """Everything about the model. Raises ClientError."""
        return _MODEL.validate_json(self._send("GET", "/v1/model").content)

    def create_job(
        self,
        files: Sequence[Path],
        *,
        window: Window = "3s",
        domain: DomainChoice = "auto",
        regions: Sequence[AnyRegionInput] = (),
        automatic_regions: bool = False,
        goal_region: str = "",
        intended_order: Sequence[str] = (),
        every_window: bool = False,
        viewport_height: int | None = None,
        scroll_reach: Sequence[tuple[float, float]] | None = None,
        webhook: str | None = None,
    ) -> JobAnswer:
        """Hands in images and zips of them to be predicted in the background; their names, without
        folders, come back in the results.

        What is said of the picture, as in `predict`, holds for each. webhook: an https URL to tell
        when the job is finished.
        Raises ClientError; OSError when a file cannot be read.
        """
        form = _form(
            window,
            domain,
            regions,
            automatic_regions,
            goal_region,
            intended_order,
            every_window,
            viewport_height,
            scroll_reach,
        )
        if webhook is not None:
            form["webhook"] = webhook
        with ExitStack() as opened:
            parts = [
                ("files", (file.name, opened.enter_context(file.open("rb")))) for file in files
            ]
            answer = self._send("POST", "/v1/jobs", files=parts, data=form)
        return JobAnswer.model_validate_json(answer.content)

    def job(self, job_id: str) -> JobAnswer:
        """How far a job is. Raises ClientError."""
        return JobAnswer.model_validate_json(self._send("GET", f"/v1/jobs/{job_id}").content)

    def results(self, job_id: str) -> Iterator[DoneItem | FailedItem]:
        """A job's results so far, in the order of its files, each as it arrives.

        Raises ClientError.
        """
        path = f"/v1/jobs/{job_id}/results"
        with (
            self._failures_told(),
            self._http.stream("GET", path, headers=self._headers) as answer,
        ):
            if answer.is_error:
                answer.read()
                raise _error(answer)
            for line in answer.iter_lines():
                yield _RESULT.validate_json(line)

    def delete_job(self, job_id: str) -> None:
        """Ends a job, finished or not, and erases its images and results. Raises ClientError."""
        self._send("DELETE", f"/v1/jobs/{job_id}")

    def _send(
        self,
        method: str,
        path: str,
        files: _Files | None = None,
        data: dict[str, str] | None = None,
    ) -> httpx2.Response:
        with self._failures_told():
            answer = self._http.request(method, path, headers=self._headers, files=files, data=data)
        if answer.is_error:
            raise _error(answer)
        return answer

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except httpx2.TransportError as error:
            raise UnreachableError(f"No answer from {self._http.base_url}: {error}") from error


def _content(image: Path | bytes) -> bytes:
    return image if isinstance(image, bytes) else image.read_bytes()


def _form(
    window: Window,
    domain: DomainChoice,
    regions: Sequence[AnyRegionInput] | Mapping[str, Sequence[AnyRegionInput]],
    automatic_regions: bool = False,
    goal_region: str = "",
    intended_order: Sequence[str] = (),
    every_window: bool = False,
    viewport_height: int | None = None,
    scroll_reach: Sequence[tuple[float, float]] | None = None,
) -> dict[str, str]:
    form = {
        "window": window,
        "domain": domain,
        "regions": _REGIONS.dump_json(regions).decode(),
    }
    if automatic_regions:
        form["automatic_regions"] = "true"
    if goal_region:
        form["goal_region"] = goal_region
    if intended_order:
        form["intended_order"] = json.dumps(intended_order)
    if every_window:
        form["every_window"] = "true"
    if viewport_height is not None:
        form["viewport_height"] = str(viewport_height)
    if scroll_reach is not None:
        form["scroll_reach"] = json.dumps(scroll_reach)
    return form


def _error(answer: httpx2.Response) -> ServiceError:
    request_id = answer.headers.get("x-request-id")
    problem = _problem(answer)
    if answer.status_code in {429, 503}:
        after = answer.headers.get("retry-after", "")
        return OverloadedError(problem, request_id, int(after) if after.isdecimal() else 1)
    return ServiceError(problem, request_id)


def _problem(answer: httpx2.Response) -> Problem:
    if answer.headers.get("content-type") == MEDIA_TYPE:
        try:
            return Problem.model_validate_json(answer.content)
        except ValidationError:
            pass
    # A proxy in between, or another server altogether.
    return Problem(
        type="about:blank",
        title=answer.reason_phrase,
        status=answer.status_code,
        detail=f"Status {answer.status_code} came without a problem that the service states.",
        remedy="Check the address, and what stands between this client and the service.",
    )
