"""GET / and /studio/: the web studio, for browsers; / stays a JSON index for everyone else. And
/docs, the API's reference."""

from __future__ import annotations

import gzip
import mimetypes
from base64 import b64encode
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from gazecast.analysis import difference_picture
from gazecast.analysis.colours import HIGHEST, LEVELS, STEPS, colour_table
from gazecast.analysis.focus_map import DIM, LIT
from gazecast.analysis.overlay import SCALE_NOTE
from gazecast.analysis.scores.reference_sets import reference_set, reference_set_for
from gazecast.designs.html_report.page import SCORES
from gazecast.model.vocabulary import DOMAINS, NOTICE
from gazecast.serve.negotiation import wants_page
from gazecast.serve.schemas import Index
from gazecast.serve.security.guard import REFERENCE_PATH, STUDIO_PATH
from gazecast.serve.security.headers import REFERENCE_POLICY, STUDIO_POLICY

FOLDER = Path(__file__).parents[1] / "studio"

JSON, HTML = "application/json", "text/html"

# Systems may know these by other types, which browsers refuse for modules.
for _ending, _type in ((".js", "text/javascript"), (".webp", "image/webp")):
    mimetypes.add_type(_type, _ending)

_TEXTS = {"text/javascript", "text/css", "image/svg+xml", "application/json"}

# Asked for again each time, and not sent again when it is the same.
_CACHED = {"Cache-Control": "no-cache"}

router = APIRouter()


@router.get(
    "/",
    summary="What there is, or the web studio",
    response_model=Index,
    response_description="A start for whoever looks around; for browsers, the web studio.",
    responses={
        200: {"content": {HTML: {"schema": {"type": "string"}, "example": "<!doctype html>..."}}}
    },
)
async def index(request: Request) -> Response:
    """The studio is one page, with its files below /studio/."""
    if wants_page(request.headers):
        headers = {**_CACHED, "Vary": "Accept", "Content-Security-Policy": STUDIO_POLICY}
        return FileResponse(FOLDER / "index.html", headers=headers, media_type=HTML)
    return Response(_index().model_dump_json(), media_type=JSON, headers={"Vary": "Accept"})


def _index() -> Index:
    return Index(
        name="gazecast",
        version=version("gazecast"),
        notice=NOTICE,
        links={
            "predict": "POST /v1/predictions",
            "compare": "POST /v1/comparisons",
            "model": "/v1/model",
            "health": "/healthz",
            "readiness": "/readyz",
            "metrics": "/metrics",
            "openapi": "/openapi.json",
            "reference": REFERENCE_PATH,
        },
    )


@router.get(REFERENCE_PATH, include_in_schema=False)
async def reference() -> Response:
    """The API's reference, to read and to try in a browser."""
    headers = {**_CACHED, "Content-Security-Policy": REFERENCE_POLICY}
    return FileResponse(FOLDER / "docs" / "index.html", headers=headers, media_type=HTML)


@router.get(f"{STUDIO_PATH}openapi.json", include_in_schema=False)
async def schema(request: Request) -> dict[str, Any]:
    """What /openapi.json says, for the reference, which is there before a key is entered."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get(f"{STUDIO_PATH}scale.json", include_in_schema=False)
async def scale() -> dict[str, Any]:
    """The colour scales, for the studio to colour densities as pictures are coloured here."""
    return _scale()


@cache
def _scale() -> dict[str, Any]:
    return {
        "highest": HIGHEST,
        "steps": STEPS,
        "levels": LEVELS,
        "note": SCALE_NOTE,
        "notice": NOTICE,
        "table": _base64(colour_table()),
        "focus": {"dim": DIM, "lit": LIT},
        "difference": {
            "least": difference_picture.LEAST,
            "most": difference_picture.MOST,
            "table": _base64(difference_picture.colour_table()),
        },
    }


def _base64(table: NDArray[np.uint8]) -> str:
    return b64encode(table.tobytes()).decode("ascii")


@router.get(f"{STUDIO_PATH}scores.json", include_in_schema=False)
async def scores() -> dict[str, Any]:
    """What the scores are called and mean, and the sets of designs they are held against."""
    return _scores()


@cache
def _scores() -> dict[str, Any]:
    return {
        "scores": {
            field: {"name": name, "definition": definition, "words": words}
            for field, (name, definition, words) in SCORES.items()
        },
        "sets": {
            each.name: {"source": each.source, "pictures": each.pictures}
            for each in map(reference_set, filter(None, map(reference_set_for, DOMAINS)))
        },
    }


_files = StaticFiles(directory=FOLDER)


@router.api_route(STUDIO_PATH + "{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def file(path: str, request: Request) -> Response:
    """A file of the studio; 404 for what there is none of."""
    response = await _files.get_response(path, request.scope)
    response.headers.update(_CACHED)
    if not isinstance(response, FileResponse) or response.media_type not in _TEXTS:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return response
    file = Path(response.path)
    headers = {name: response.headers[name] for name in ("cache-control", "etag", "vary")}
    return Response(
        _packed(file, file.stat().st_mtime_ns),
        media_type=response.media_type,
        headers={**headers, "Content-Encoding": "gzip"},
    )


@cache
def _packed(file: Path, changed: int) -> bytes:
    """A file as it is sent: a quarter of its size. changed: when, so that it is packed anew."""
    return gzip.compress(file.read_bytes(), mtime=0)
