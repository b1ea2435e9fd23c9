"""Every error of the service in one shape: RFC 9457 problem details, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from gazecast.analysis.comparison import ComparisonError
from gazecast.analysis.long_page import LongPageError
from gazecast.analysis.regions import RegionError
from gazecast.client.records import PROBLEM_MEDIA_TYPE, Problem
from gazecast.designs.errors import (
    GoalError,
    MixedDevicesError,
    NotCalibratedError,
    TooManyError,
    VariantError,
)
from gazecast.designs.fields import remedy
from gazecast.designs.options import Options
from gazecast.model.picture import (
    PictureError,
    PictureTooLarge,
    UnsupportedFormat,
)
from gazecast.model.prediction import UnknownDomainError


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
        media_type=PROBLEM_MEDIA_TYPE,
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses for the `responses` of a route, each described as a problem."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
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

# What cannot be done with what was sent: slug, title and remedy; the error says what is wrong.
_REFUSED: dict[type[Exception], tuple[str, str, str]] = {
    RegionError: (
        "invalid-regions",
        "The field 'regions' is wrong",
        remedy(Options, "regions"),
    ),
    LongPageError: (
        "invalid-long-page",
        "The image cannot be taken for a long page like this",
        " ".join(
            f"{name}: {remedy(Options, name)}" for name in ("viewport_height", "scroll_reach")
        ),
    ),
    UnknownDomainError: (
        "unknown-domain",
        "The model does not have the domain",
        remedy(Options, "domain"),
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
    for kind in (*_TOLD, *_REFUSED):
        app.add_exception_handler(kind, _error_in_what_was_sent)
    app.add_exception_handler(Exception, _unexpected_error)


def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, ProblemError):
        return problem_response(error)
    status = HTTPStatus(error.status_code)
    what_to_do = _REMEDIES.get(status, status.description or status.phrase)
    if status == HTTPStatus.METHOD_NOT_ALLOWED and error.headers:
        what_to_do = f"Use {error.headers['Allow']}."
    return problem_response(
        ProblemError(
            status,
            status.phrase.lower().replace(" ", "-"),
            status.phrase,
            error.detail,
            what_to_do,
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
    location: Sequence[str | int], message: str, form: type[BaseModel]
) -> ProblemError:
    """What is wrong with a form, from pydantic's error."""
    field, *inside = (str(part) for part in location)
    if field not in form.model_fields:
        return ProblemError(
            422,
            "unknown-field",
            "A field is not known",
            f"The request has a field {field!r}, which means nothing here.",
            f"Use the fields {', '.join(form.model_fields)}.",
        )
    if field == "image":
        return ProblemError(
            422,
            "missing-image",
            "The image is missing",
            "The request has no file in the field 'image'.",
            remedy(form, field),
        )
    where = " ".join([f"Field {field!r}", *inside])
    return ProblemError(
        422,
        f"invalid-{field}",
        f"The field {field!r} is wrong",
        _sentence(f"{where}: {message}"),
        remedy(form, field),
    )


def _error_in_what_was_sent(_: Request, error: Exception) -> Response:
    return problem_response(problem_of(error))


def problem_of(error: Exception) -> ProblemError:
    """What an error is told as that came up in the work on a picture."""
    if isinstance(error, ProblemError):
        return error
    for kind, told in _TOLD.items():
        if isinstance(error, kind):
            return told(error)
    for kind, (slug, title, what_to_do) in _REFUSED.items():
        if isinstance(error, kind):
            return ProblemError(422, slug, title, _sentence(str(error)), what_to_do)
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


def _of_picture(error: PictureError) -> ProblemError:
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


def _of_goal(error: GoalError) -> ProblemError:
    return field_problem((error.field,), str(error), Options)


def _not_calibrated(error: NotCalibratedError) -> ProblemError:
    problem = _sentence(error.problem)
    title = "The model is not calibrated"
    return ProblemError(409, "not-calibrated", title, problem, error.remedy)


def _of_devices(error: MixedDevicesError) -> ProblemError:
    problem = f"{error.problem}."  # which begins with a file's name
    title = "The variants are of different devices"
    return ProblemError(422, "different-devices", title, problem, error.remedy)


def _too_many(error: TooManyError) -> ProblemError:
    return ProblemError(
        422,
        f"too-many-{error.what}",
        f"There are too many {error.what}",
        error.problem,
        error.remedy
        or f"Send fewer {error.what} per request, or raise GAZECAST_MAX_REGIONS on the server.",
    )


def _of_variant(error: VariantError) -> ProblemError:
    """The problem of its cause, with the variant it is in."""
    assert isinstance(error.__cause__, Exception)
    problem = problem_of(error.__cause__).problem
    return ProblemError(
        problem.status,
        problem.type.rpartition(":")[2],
        problem.title,
        f"Variant {error.variant!r}: {problem.detail}",
        problem.remedy,
    )


# Of errors that know more than a sentence.
_TOLD: dict[type[Exception], Callable[[Any], ProblemError]] = {
    PictureError: _of_picture,
    GoalError: _of_goal,
    NotCalibratedError: _not_calibrated,
    MixedDevicesError: _of_devices,
    TooManyError: _too_many,
    VariantError: _of_variant,
}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _unexpected_error(_: Request, error: Exception) -> Response:
    return problem_response(problem_of(error))
