"""Tags for answers, so that a client that has one need not have it predicted again.

RFC 9110 has If-None-Match answer a POST with 412; here it is 304 on purpose. The upload changes
nothing on the service, so the request is a GET in all but its body, and 304 says what the client
wants to know: what you have is still right.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version
from tempfile import SpooledTemporaryFile
from typing import cast

from gazecast.model.metadata import ModelInfo
from gazecast.serve.schemas import PredictionForm

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def prediction_etag(form: PredictionForm, media_type: str, model: ModelInfo) -> str:
    """The tag of a prediction's answer, from everything that decides what is in it.

    It needs the image's bytes only, not the image decoded. It is a weak one, as another processor
    may round the last digits differently.
    """
    # A spooled file has readinto, which the BinaryIO that UploadFile is typed with leaves out.
    file = cast("SpooledTemporaryFile[bytes]", form.image.file)
    parts = {
        "image": hashlib.file_digest(file, "sha256").hexdigest(),
        "model": model.sha256,
        "options": form.model_dump(mode="json", exclude={"image"}),
        "media type": media_type,
        "name": form.image.filename if media_type == "text/html" else None,
        # How numbers are made and drawn may change with it.
        "gazecast": version("gazecast"),
    }
    file.seek(0)
    return f'W/"{hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()}"'


def is_match(if_none_match: str, etag: str) -> bool:
    """Whether the header lists the tag, by weak comparison. `*` matches nothing, as no answer is
    kept here that it could stand for."""
    return _TAG.findall(etag)[0] in _TAG.findall(if_none_match)
