"""Refuses request bodies that are too large, before or while they are read."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gazecast.serve.problems import ProblemError, problem_response


class BodyLimit:
    """ASGI middleware with one limit for every route.

    FastAPI's own `max_body_size` answers in plain text when the declared length is too large, past
    the exception handlers; here that answer is a problem as well.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self.max_bytes:
            await problem_response(self._too_large())(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:  # a chunked body declares no length
                raise self._too_large()
            return message

        await self.app(scope, receive_counted, send)

    def _too_large(self) -> ProblemError:
        return ProblemError(
            413,
            "body-too-large",
            "The request is too large",
            f"The request body is larger than {self.max_bytes:,} bytes.",
            "Send a smaller image, as JPEG or WebP, or raise GAZECAST_MAX_BODY_BYTES on the "
            "server.",
        )
