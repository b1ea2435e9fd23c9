"""The server's log: one JSON object a line, or text where a person reads along.

Modules log with the standard library, with facts as `extra`; here they are only given their form.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO

import structlog
from asgi_correlation_id import correlation_id
from structlog.types import EventDict, Processor, WrappedLogger

REQUEST_ID_HEADER = "X-Request-ID"


def is_request_id(text: str) -> bool:
    """Whether an id from outside is taken over: nothing that could forge a line or flood one."""
    return re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", text) is not None


def configure(stream: TextIO | None = None) -> None:
    """Sends what the process logs to `stream` (standard error by default), uvicorn's lines too."""
    stream = stream or sys.stderr
    known: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    form: list[Processor]
    if stream.isatty():
        form = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        # Local variables hold pictures and names of files.
        traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        form = [
            structlog.processors.ExceptionRenderer(traceback),
            _drop_messages,
            structlog.processors.JSONRenderer(),
        ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=known,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *form],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # It quotes bytes of a malformed form, which is what somebody uploaded.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


def _drop_messages(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Of exceptions in a request, whose messages may quote what was sent; type and place stay."""
    if "request_id" in event:
        for exception in event.get("exception", ()):
            exception["exc_value"] = ""
    return event


def _add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's line a second time, with colours
    if (request_id := correlation_id.get()) is not None:
        event["request_id"] = request_id
    return event
