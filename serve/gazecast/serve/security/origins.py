"""Which web pages may use the service.

A browser lets any page send simple requests anywhere, multipart uploads among them; it only keeps
the answers from it. A service without keys therefore refuses what another origin sends. One with
keys need not: a page that knows a key was given it, and the header that carries it is never sent
without a preflight.

The origin `null` is no one in particular: a plugin's frame has it, but any page can open a
sandboxed frame that has it too. It is taken only by a service with keys.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from gazecast.serve.problems import ProblemError, problem_response

_REMEDY: Final = (
    "Add the page's origin to GAZECAST_CORS_ORIGINS on the server, or send the request from "
    "outside a browser."
)


def check_origin(method: str, headers: Headers, allowed: Collection[str]) -> None:
    """Raises ProblemError (403) for a request by a page of another origin that is not allowed.

    Requests from outside browsers carry neither header and pass.
    """
    origin = headers.get("origin")
    if origin in allowed:
        return
    # Pages cannot set Sec-Fetch-Site, and it is right behind proxies that rewrite Host, too.
    site = headers.get("sec-fetch-site")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    elif origin is not None:
        foreign = urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    else:
        foreign = False
    if foreign and not _is_link(method, headers):
        raise ProblemError(
            403,
            "foreign-origin",
            "The page may not use the service",
            "The request was sent by a web page of another origin.",
            _REMEDY,
        )


def _is_link(method: str, headers: Headers) -> bool:
    """Whether a page sends the user here, in a tab that it cannot look into."""
    return (
        method in {"GET", "HEAD"}
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


class Cors(CORSMiddleware):
    """Lets pages of the listed origins read answers; without cookies, which mean nothing here."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "POST", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "X-API-Key"),
            expose_headers=(
                "Gazecast-Domain",
                "Gazecast-Id",
                "Location",
                "Retry-After",
                "X-Request-ID",
            ),
            # A listed page on the web may reach a service in the user's own network.
            allow_private_network=True,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        answer = super().preflight_response(request_headers)
        if answer.status_code == 200:
            return answer
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name.startswith("access-control-") or name == "vary"
        }
        return problem_response(
            ProblemError(
                403,
                "foreign-origin",
                "The page may not use the service",
                "The page's origin, or the method or a header it wants to send, is not allowed.",
                _REMEDY,
                headers,
            )
        )
