"""What a request may ask for: the bytes of its body, and what its form may have much of.

Bodies that are too large are refused before or while they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gazecast.analysis.automatic_regions import LIMIT
from gazecast.analysis.regions import MAX_POINTS
from gazecast.serve.problems import ProblemError, problem_response

JOBS_PATH = "/v1/jobs"


class BodyLimit:
    """ASGI middleware with one limit for every route, and another for jobs.

    FastAPI's own `max_body_size` answers in plain text when the declared length is too large, past
    the exception handlers; here that answer is a problem as well.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_job_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.max_job_bytes = max_job_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        max_bytes = self.max_job_bytes if scope["path"] == JOBS_PATH else self.max_bytes
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > max_bytes:
            await problem_response(self._too_large(max_bytes))(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > max_bytes:  # a chunked body declares no length
                raise self._too_large(max_bytes)
            return message

        await self.app(scope, receive_counted, send)

    def _too_large(self, max_bytes: int) -> ProblemError:
        remedy = "Send a smaller image, as JPEG or WebP, or raise GAZECAST_MAX_BODY_BYTES"
        if max_bytes != self.max_bytes:
            remedy = "Send several jobs, or raise GAZECAST_MAX_JOB_BYTES"
        return ProblemError(
            413,
            "body-too-large",
            "The request is too large",
            f"The request body is larger than {max_bytes:,} bytes.",
            f"{remedy} on the server.",
        )


LONGEST_NAME = 200
"""Characters of a region's name."""

LONGEST_LABEL = LONGEST_NAME + 8
"""The same of a name with the number that is added where names repeat."""

LONGEST_URL = 2_048

MAX_REACH_POINTS = 1_000
"""Of a curve of scroll reach: ten times those that analytics in whole percent have."""

HIGHEST_VIEWPORT = 1_000_000
"""Pixels: more than any picture has."""

MAX_TEXT_FIELDS = 16
"""Of a form: no form has as many to fill in."""

# A rectangle takes some 100 bytes as JSON, a corner 20 to 45; names in CJK, escaped, up to 1,200.
_BYTES_PER_REGION = 1024
_BYTES_PER_CORNER = 64
_BYTES_AT_LEAST = 64 * 1024
_CORNERS_PER_REGION = 10
_BYTES_PER_BRACKET = 10  # of a corner, the least of what has one


@dataclass(frozen=True, slots=True)
class FormLimits:
    """What the text fields of one form may have, all of it in proportion to the regions that an
    operator allows (`Settings.max_regions`)."""

    regions: int
    """In all, or of each variant of a comparison."""

    @property
    def corners(self) -> int:
        """Of all polygons together; on a long page one counts on each screen that its polygon
        reaches over. One polygon is always allowed."""
        return max(MAX_POINTS, _CORNERS_PER_REGION * self.regions)

    @property
    def names(self) -> int:
        """In an intended order: of all regions that are given or may be found."""
        return self.regions + LIMIT

    @property
    def text_bytes(self) -> int:
        """Of a text field."""
        return _BYTES_AT_LEAST + _BYTES_PER_REGION * self.regions + _BYTES_PER_CORNER * self.corners

    @property
    def brackets(self) -> int:
        """Opening ones in a text field. What parses into lists and objects takes a hundred times
        its size, and the interpreter for as long."""
        return self.text_bytes // _BYTES_PER_BRACKET


def too_many(
    field: str, what: str, count: int, limit: int, remedy: str | None = None
) -> ProblemError:
    """422 for a field of a form. what: there are too many of, in the plural."""
    return ProblemError(
        422,
        f"too-many-{what}",
        f"There are too many {what}",
        f"The field {field!r} has {count:,} {what}; {limit:,} are allowed.",
        remedy or f"Send fewer {what} per request, or raise GAZECAST_MAX_REGIONS on the server.",
    )


def text_too_long(field: str, limit: int) -> ProblemError:
    """422 for a text field of a form. limit: bytes."""
    return ProblemError(
        422,
        "field-too-large",
        "A field is too large",
        f"The field {field!r} is larger than {limit:,} bytes.",
        "Send less in it, or raise GAZECAST_MAX_REGIONS on the server, which allows for more text.",
    )
