"""What a request may ask for: the bytes of its body, and what its form may have much of.

Bodies that are too large are refused before or while they are read.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


MAX_TEXT_FIELDS = 16
"""Of a form: no form has as many to fill in."""


def text_too_long(field: str, limit: int) -> ProblemError:
    """422 for a text field of a form. limit: bytes."""
    return ProblemError(
        422,
        "field-too-large",
        "A field is too large",
        f"The field {field!r} is larger than {limit:,} bytes.",
        "Send less in it, or raise GAZECAST_MAX_REGIONS on the server, which allows for more text.",
    )


def file_for_text(field: str) -> ProblemError:
    """422 for a text field of a form that came as a file."""
    return ProblemError(
        422,
        f"invalid-{field}",
        f"The field {field!r} is wrong",
        f"The field {field!r} came as a file.",
        f"Send it as text: with curl, -F '{field}=<FILE' reads the text from a file, where @ would "
        "send the file.",
    )
