"""A typed client of the service.

    with Client("http://127.0.0.1:8000") as client:
        report = client.predict(Design(image=Path("page.png"), window="3s"))

What it raises:

    ClientError
      UnreachableError     nothing answered, or the connection broke
      ServiceError         the service answered with a problem; its fields are attributes
        OverloadedError    429 or 503: ask again after `retry_after` seconds
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Self

import httpx2
from pydantic import TypeAdapter, ValidationError

from gazecast.client.records import (
    PROBLEM_MEDIA_TYPE,
    DoneItem,
    FailedItem,
    Job,
    Problem,
    ServedModel,
)
from gazecast.data.errors import GazecastError
from gazecast.designs.design import Design
from gazecast.designs.options import ComparisonOptions, Options
from gazecast.designs.records import Comparison, Report
from gazecast.designs.regions import AnyRegion

_REGIONS = TypeAdapter(dict[str, list[AnyRegion]])
_REPORT, _COMPARISON = TypeAdapter(Report), TypeAdapter(Comparison)
_MODEL, _JOB = TypeAdapter(ServedModel), TypeAdapter(Job)
_RESULT: TypeAdapter[DoneItem | FailedItem] = TypeAdapter(DoneItem | FailedItem)

_Files = Sequence[tuple[str, tuple[str, bytes | IO[bytes]]]]


class ClientError(GazecastError):
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

    def predict(self, design: Design) -> Report:
        """Where people look on a design, with the share of each region.

        Raises ClientError; OSError when the file cannot be read.
        """
        answer = self._send(
            "POST",
            "/v1/predictions",
            # A file's name is the user's own business.
            files=[("image", ("image", _content(design)))],
            data=_form(design),
        )
        return _REPORT.validate_json(answer.content)

    def compare(self, designs: Sequence[Design]) -> Comparison:
        """Which of 2 to 8 versions of a design shows what better; they go by their names.

        What is asked is that of the first; each has regions of its own, and where none has any,
        they are found on the first one.
        Raises ClientError; OSError when a file cannot be read.
        """
        form = {
            name: text
            for name, text in _form(designs[0]).items()
            if name in ComparisonOptions.model_fields
        }
        regions = {design.name: design.regions for design in designs if design.regions}
        if regions:
            form["regions"] = _REGIONS.dump_json(regions).decode()
        files = [("variants", (design.name, _content(design))) for design in designs]
        answer = self._send("POST", "/v1/comparisons", files=files, data=form)
        return _COMPARISON.validate_json(answer.content)

    def model(self) -> ServedModel:
        """Everything about the model. Raises ClientError."""
        return _MODEL.validate_json(self._send("GET", "/v1/model").content)

    def create_job(
        self, files: Sequence[Path], options: Options | None = None, *, webhook: str | None = None
    ) -> Job:
        """Hands in images and zips of them to be predicted in the background; their names, without
        folders, come back in the results.

        options: what is asked of each. webhook: an https URL to tell when the job is finished.
        Raises ClientError; OSError when a file cannot be read.
        """
        form = _form(options or Options())
        if webhook is not None:
            form["webhook"] = webhook
        with ExitStack() as opened:
            parts = [
                ("files", (file.name, opened.enter_context(file.open("rb")))) for file in files
            ]
            answer = self._send("POST", "/v1/jobs", files=parts, data=form)
        return _JOB.validate_json(answer.content)

    def job(self, job_id: str) -> Job:
        """How far a job is. Raises ClientError."""
        return _JOB.validate_json(self._send("GET", f"/v1/jobs/{job_id}").content)

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


def _content(design: Design) -> bytes:
    """The bytes of its image file. Raises OSError, and TypeError for pixels without a file."""
    if isinstance(design.image, Path):
        return design.image.read_bytes()
    if isinstance(design.image, bytes):
        return design.image
    raise TypeError("a picture without its file cannot be sent: give a path or the file's bytes")


def _form(options: Options) -> dict[str, str]:
    """The options that are not the defaults, as the text fields of a form."""
    said = options.model_dump(mode="json", include=set(Options.model_fields), exclude_defaults=True)
    return {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()
    }


def _error(answer: httpx2.Response) -> ServiceError:
    request_id = answer.headers.get("x-request-id")
    problem = _problem(answer)
    if answer.status_code in {429, 503}:
        after = answer.headers.get("retry-after", "")
        return OverloadedError(problem, request_id, int(after) if after.isdecimal() else 1)
    return ServiceError(problem, request_id)


def _problem(answer: httpx2.Response) -> Problem:
    if answer.headers.get("content-type") == PROBLEM_MEDIA_TYPE:
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
