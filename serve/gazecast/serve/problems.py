"""Every error of the service in one shape: RFC 9457 problem details, with what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from gazecast.analysis.comparison import ComparisonError
from gazecast.analysis.long_page import LongPageError
from gazecast.analysis.regions import RegionError
from gazecast.model.picture import (
    PictureError,
    PictureTooLarge,
    UnsupportedFormat,
)
from gazecast.model.prediction import UnknownDomainError

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "example": {
                "type": "urn:gazecast:problem:empty-picture",
                "title": "The image cannot be used",
                "status": 422,
                "detail": "The picture is empty (0 bytes).",
                "remedy": "Send the file's content.",
            }
        },
    )

    type: str
    """Identifies the kind of problem; it stays the same from version to version."""
    title: str
    """The kind of problem in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What went wrong this time."""
    remedy: str
    """What to do about it."""


class ProblemError(HTTPException):
    """Raised anywhere in a request to answer it with a problem."""

    # FastAPI lets an HTTPException pass where it would turn others into a 400 (reading a form).

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        remedy: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.problem = Problem(
            type=f"urn:gazecast:problem:{slug}",
            title=title,
            status=status,
            detail=_shortened(detail),
            remedy=remedy,
        )


# What a client sent may be in the detail, and may be long.
_DETAIL_START, _DETAIL_END = 400, 100


def _shortened(detail: str) -> str:
    if len(detail) <= _DETAIL_START + _DETAIL_END:
        return detail
    return f"{detail[:_DETAIL_START]} ... {detail[-_DETAIL_END:]}"


def problem_response(error: ProblemError) -> Response:
    """The answer that an error becomes."""
    return Response(
        error.problem.model_dump_json(),
        status_code=error.status_code,
        headers=error.headers,
        media_type=MEDIA_TYPE,
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses for the `responses` of a route, each described as a problem."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _MEANING[status], "content": content} for status in statuses}


_MEANING = {
    400: "The request body is not well-formed multipart/form-data.",
    401: "The API key is missing or not known.",
    403: "The request was sent by a web page that may not use the service.",
    404: "There is no such job, or it is not this key's.",
    406: "None of the media types in Accept can be produced.",
    409: "The model is not calibrated, so it cannot tell a difference from chance.",
    413: "The request body is too large, or the image has too many pixels.",
    415: "The body is not multipart/form-data, or the file is not a PNG, JPEG or WebP image.",
    421: "The service does not go by the name in Host.",
    422: "A field is missing or wrong, the image is empty or damaged, or the model does not have "
    "the domain.",
    429: "The key has sent too many requests; Retry-After says when to go on.",
    500: "The service failed; the cause is in its log.",
    503: "The service is not ready yet, or has too much to do; Retry-After says when to ask again.",
    507: "The disk that jobs are kept on is full.",
}

# What to do about errors that the framework raises without saying so.
_REMEDIES = {404: "Check the path; / lists what there is."}

_FLAG = "Send true or false, or leave the field out for false."

# What the form's fields take: the remedy where one is wrong.
_FIELDS = {
    "image": "Send the image as the multipart file field 'image', as in curl -F image=@page.png.",
    "window": "Send 1s, 3s or 5s, or leave the field out for 3s.",
    "domain": "Send auto, web, mobile, poster, photo or another domain that the model was "
    "fine-tuned for, as /v1/model lists under domains, or leave the field out for auto.",
    "regions": (
        'Send a JSON list such as [{"name": "button", "x": 0.1, "y": 0.2, "width": 0.3, '
        '"height": 0.1}], in parts of the image\'s width and height, or in pixels with '
        '"unit": "px".'
    ),
    "automatic_regions": _FLAG,
    "every_window": _FLAG,
    "viewport_height": "Send the height of a screen in pixels, or leave the field out.",
    "scroll_reach": "Send a JSON list of [depth in pixels, share of visitors from 0 to 1], or "
    "leave the field out for the usual curve.",
    "files": "Send images or zips of them as multipart file fields 'files', as in "
    "curl -F files=@a.png -F files=@b.png.",
    "variants": (
        "Send 2 to 8 images as multipart file fields 'variants', as in "
        "curl -F variants=@before.png -F variants=@after.png."
    ),
    "goal_region": "Send the name of a region, in a comparison one that at least two variants "
    "have, or leave the field out.",
    "intended_order": 'Send names of regions as a JSON list such as ["headline", "button"], the '
    "first to be seen first, or leave the field out.",
    "webhook": "Send an https URL on the internet, without a user name in it, or leave the field "
    "out.",
}

# What cannot be done with what was sent: slug, title and remedy; the error says what is wrong.
_REFUSED: dict[type[Exception], tuple[str, str, str]] = {
    RegionError: ("invalid-regions", "The field 'regions' is wrong", _FIELDS["regions"]),
    LongPageError: (
        "invalid-long-page",
        "The image cannot be taken for a long page like this",
        " ".join(f"{name}: {_FIELDS[name]}" for name in ("viewport_height", "scroll_reach")),
    ),
    UnknownDomainError: (
        "unknown-domain",
        "The model does not have the domain",
        _FIELDS["domain"],
    ),
    ComparisonError: (
        "not-comparable",
        "The variants cannot be compared",
        "Send 2 to 8 images with different file names, name regions that belong together alike, "
        "and let goal_region be one of them.",
    ),
}


def install(app: FastAPI) -> None:
    """Answers every error that `app` raises with a problem."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(PictureError, _error_in_what_was_sent)
    for kind in _REFUSED:
        app.add_exception_handler(kind, _error_in_what_was_sent)
    app.add_exception_handler(Exception, _unexpected_error)


def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, ProblemError):
        return problem_response(error)
    status = HTTPStatus(error.status_code)
    remedy = _REMEDIES.get(status, status.description or status.phrase)
    if status == HTTPStatus.METHOD_NOT_ALLOWED and error.headers:
        remedy = f"Use {error.headers['Allow']}."
    return problem_response(
        ProblemError(
            status,
            status.phrase.lower().replace(" ", "-"),
            status.phrase,
            error.detail,
            remedy,
            error.headers,
        )
    )


def not_multipart(content_type: str, field: str, example: str) -> ProblemError:
    """415 for a body of another type. example: a command that sends what the field takes."""
    return ProblemError(
        415,
        "not-multipart",
        "The body is not a multipart form",
        f"Content-Type is {content_type!r}.",
        f"Send multipart/form-data with the file field {field!r}, as in {example}.",
    )


def field_problem(
    location: Sequence[str | int], message: str, fields: Collection[str]
) -> ProblemError:
    """What is wrong with a form, from pydantic's error. fields: that the form may have."""
    field, *inside = (str(part) for part in location)
    if field not in fields:
        return ProblemError(
            422,
            "unknown-field",
            "A field is not known",
            f"The request has a field {field!r}, which means nothing here.",
            f"Use the fields {', '.join(fields)}.",
        )
    if field == "image":
        return ProblemError(
            422,
            "missing-image",
            "The image is missing",
            "The request has no file in the field 'image'.",
            _FIELDS["image"],
        )
    where = " ".join([f"Field {field!r}", *inside])
    return ProblemError(
        422,
        f"invalid-{field}",
        f"The field {field!r} is wrong",
        _sentence(f"{where}: {message}"),
        _FIELDS[field],
    )


def _error_in_what_was_sent(_: Request, error: Exception) -> Response:
    return problem_response(problem_of(error))


def problem_of(error: Exception) -> ProblemError:
    """What an error is told as that came up in the work on a picture."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, PictureError):
        status = 422
        if isinstance(error, UnsupportedFormat):
            status = 415
        elif isinstance(error, PictureTooLarge):
            status = 413
        return ProblemError(
            status,
            error.code,
            "The image cannot be used",
            _sentence(error.problem),
            _sentence(error.remedy),
        )
    for kind, (slug, title, remedy) in _REFUSED.items():
        if isinstance(error, kind):
            return ProblemError(422, slug, title, _sentence(str(error)), remedy)
    # Nothing of the exception is told: it may speak of the image or of the machine.
    return ProblemError(
        500,
        "internal-error",
        "The service failed",
        "The request could not be answered because of an error in the service.",
        "Look into the service's log, and report the error with what is written there.",
        # This answer is made outside of the middleware that adds it to others.
        {"X-Request-ID": request_id} if (request_id := correlation_id.get()) else None,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _unexpected_error(_: Request, error: Exception) -> Response:
    return problem_response(problem_of(error))
