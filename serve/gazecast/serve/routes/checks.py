"""What several routes ask of a request before they work on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import Request

from gazecast.serve.negotiation import negotiate
from gazecast.serve.problems import ProblemError, not_multipart
from gazecast.serve.schemas import AnyRegionInput
from gazecast.serve.settings import Settings

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


def multipart_with(field: str, example: str) -> Callable[[Request], None]:
    """A dependency that raises ProblemError (415) for a body of another type; without it the file
    field would seem to be missing."""

    def require_multipart(request: Request) -> None:
        sent = request.headers.get("content-type", "")
        if sent and sent.partition(";")[0].strip().lower() != "multipart/form-data":
            raise not_multipart(sent, field, example)

    return require_multipart


def check_region_count(regions: Sequence[AnyRegionInput], settings: Settings) -> None:
    """Raises ProblemError (422) for too many."""
    if len(regions) > settings.max_regions:
        raise ProblemError(
            422,
            "too-many-regions",
            "There are too many regions",
            f"The request has {len(regions)} regions; {settings.max_regions} are allowed.",
            "Send fewer regions per request, or raise GAZECAST_MAX_REGIONS on the server.",
        )
