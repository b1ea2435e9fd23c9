"""Multipart forms: read up to limits, then understood beside the event loop.

Whatever a field asks for is counted before it is validated, and the first error ends it. One form
is understood at a time: they would wait for each other's hold on the interpreter anyway, and so
only one has its JSON in memory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Any, TypeVar

from anyio import to_thread
from fastapi import Request
from pydantic import BaseModel, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from gazecast.designs.limits import Limits
from gazecast.serve.limits import MAX_TEXT_FIELDS, file_for_text, text_too_long
from gazecast.serve.problems import ProblemError, field_problem, not_multipart
from gazecast.serve.service import Service, ServiceDependency, discard, discard_unread

_Form = TypeVar("_Form", bound=BaseModel)


def form_of(
    model: type[_Form], files: str, example: str, max_files: int = 1
) -> Callable[[Request, Service], AsyncIterator[_Form]]:
    """A dependency: the request's form, whose files are closed after the answer.

    files: the field of its files, a list where there may be several. example: a command that sends
    them. The dependency raises ProblemError for a body that is no such form.
    """

    async def form(request: Request, service: ServiceDependency) -> AsyncIterator[_Form]:
        sent = await _read(request, model, files, example, max_files, service.form_limits)
        try:
            yield await understood(model, _values(model, sent, files, max_files > 1), service)
        finally:
            await sent.close()

    return form


async def understood(
    model: type[_Form],
    values: Mapping[str, object],
    service: Service,
    whole: type[BaseModel] | None = None,
) -> _Form:
    """The form that the values of its fields make. whole: the form, where the model is of some of
    its fields. Raises ProblemError for one that is wrong or asks for too much."""

    def validate() -> _Form:
        try:
            return model.model_validate(values, context=service.form_limits)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise field_problem(first["loc"], first["msg"], whole or model) from error

    return await to_thread.run_sync(validate, limiter=service.understanding)


def form_body(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of the body of a route that reads its form by itself."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }


class _Parser(MultiPartParser):
    """Says which text field is too long, or came as a file."""

    texts: Collection[str] = ()

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._current_part.content_disposition)
        field = options.get(b"name", b"").decode("utf-8", "replace")
        if options.get(b"filename") and field in self.texts:
            raise file_for_text(field)
        super().on_headers_finished()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        try:
            super().on_part_data(data, start, end)
        except MultiPartException as error:
            raise text_too_long(self._current_part.field_name, self.max_part_size) from error


async def _read(
    request: Request,
    model: type[BaseModel],
    files: str,
    example: str,
    max_files: int,
    limits: Limits,
) -> FormData:
    """Raises ProblemError."""
    await refuse_encoded(request)
    media_type = request.headers.get("content-type", "")
    if media_type.partition(";")[0].strip().lower() != "multipart/form-data":
        await discard_unread(request)
        if media_type:  # else there is no body, and it is the file that is missing
            raise not_multipart(media_type, files, example)
        return FormData()
    body = request.stream()
    parser = _Parser(
        request.headers,
        body,
        max_files=max_files,
        max_fields=MAX_TEXT_FIELDS,
        max_part_size=limits.text_bytes,
    )
    parser.texts = model.model_fields.keys() - {files}
    try:
        return await parser.parse()
    except MultiPartException as error:
        await discard(body)
        raise _malformed(error.message, files, example) from error
    except ProblemError:
        await discard(body)
        raise
    except ClientDisconnect as error:
        raise _malformed("The body was cut off.", files, example) from error


async def refuse_encoded(request: Request) -> None:
    """Raises ProblemError (415) for a body that is packed: nobody unpacks it here."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() != "identity":
        await discard_unread(request)
        raise ProblemError(
            415,
            "encoded-body",
            "The body is encoded",
            f"Content-Encoding is {encoding!r}.",
            "Send the form as it is, without Content-Encoding.",
        )


def filled(model: type[BaseModel], values: Mapping[str, object]) -> dict[str, object]:
    """Without the fields that are left empty, as by a browser's form: they say nothing."""
    return {
        name: value
        for name, value in values.items()
        if value != "" or name not in model.model_fields
    }


def _values(model: type[BaseModel], sent: FormData, files: str, several: bool) -> dict[str, object]:
    """What the fields say; of those that are filled in twice the last counts."""
    values: dict[str, object] = {}
    for name in sent:
        given = [each for each in sent.getlist(name) if not _is_unchosen(each)]
        if name == files and several:
            values[name] = given
        elif given:
            values[name] = given[-1]
    return filled(model, values)


def _is_unchosen(value: object) -> bool:
    """What browsers send where no file was chosen."""
    return isinstance(value, UploadFile) and not value.filename and not value.size


def _malformed(problem: str, files: str, example: str) -> ProblemError:
    return ProblemError(
        400,
        "bad-request",
        "Bad Request",
        problem,
        f"Send a well-formed multipart/form-data body with the file field {files!r} and at most "
        f"{MAX_TEXT_FIELDS} text fields, as in {example}.",
    )
