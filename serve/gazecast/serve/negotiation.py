"""Which representation a client wants (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import Headers

_QUALITY = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def negotiate(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that an Accept header prefers, or None when it takes none of them.

    accept: the header's value, several lines joined with commas; empty means anything.
    offered: media types in the server's order of preference, which decides between equal qualities.
    Parameters other than q are not looked at.
    """
    if not accept.strip():
        return offered[0]
    wanted = dict(_quality(part) for part in accept.lower().split(",") if part.strip())

    def quality(media_type: str) -> float:
        # The most specific range that matches decides, even if it says q=0.
        for media_range in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
            if media_range in wanted:
                return wanted[media_range]
        return 0.0

    best = max(offered, key=quality)  # the first of equals
    return best if quality(best) > 0 else None


def wants_page(headers: Headers) -> bool:
    """Whether a page to look at is preferred to JSON, as by browsers that are sent somewhere."""
    accept = ",".join(headers.getlist("accept"))
    return negotiate(accept, ("application/json", "text/html")) == "text/html"


def _quality(part: str) -> tuple[str, float]:
    """One element of the header as (media range, quality); a q that is no quality counts as 0."""
    media_range, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q") and "=" in parameter:
            match = _QUALITY.fullmatch(parameter)
            return media_range, float(match[1]) if match else 0.0
    return media_range, 1.0
