"""What several routes ask of a request before they work on it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request

from gazecast.serve.negotiation import negotiate
from gazecast.serve.problems import ProblemError

JSON, PNG, NPY, HTML = "application/json", "image/png", "application/x-npy", "text/html"


def media_type_of(*offered: str) -> Callable[[Request], str]:
    """A dependency: what to answer with. It raises ProblemError (406)."""

    def media_type(request: Request) -> str:
        chosen = negotiate(",".join(request.headers.getlist("accept")), offered)
        if chosen is None:
            raise ProblemError(
                406,
                "not-acceptable",
                "None of the accepted media types can be produced",
                f"Accept is {request.headers['accept']!r}.",
                f"Accept one of {', '.join(offered)}.",
            )
        return chosen

    return media_type
