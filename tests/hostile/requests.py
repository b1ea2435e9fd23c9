"""All that hostile clients send, as requests to a service: by seed, each kind in its turn."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import zip_longest

from hostile.archives import hostile_zips
from hostile.forms import (
    Fields,
    flooding_comparison_fields,
    flooding_fields,
    long_page_fields,
)
from hostile.pictures import HOSTILE
from PIL import Image

JSON = "application/json"
ACCEPTS = (JSON, "image/png", "application/x-npy", "text/html")

PREDICTIONS, COMPARISONS, JOBS = "/v1/predictions", "/v1/comparisons", "/v1/jobs"


@dataclass(frozen=True)
class Part:
    """Of a multipart form; file_name is None in a text field."""

    field: str
    content: bytes
    file_name: str | None = None


@dataclass(frozen=True)
class Request:
    """like: the format of the honest picture that it is held against, empty where it is none."""

    kind: str
    path: str
    accept: str
    parts: Sequence[Part]
    like: str = ""


def _picture(size: tuple[int, int] = (320, 200)) -> bytes:
    file = BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(file, "PNG")
    return file.getvalue()


def _texts(fields: Fields) -> list[Part]:
    return [Part(field, text.encode()) for field, text in fields]


def _form(path: str, kind: str, fields: Fields) -> Request:
    small = _picture()
    files = {
        PREDICTIONS: [Part("image", small, "a.png")],
        COMPARISONS: [Part("variants", small, name) for name in ("a.png", "b.png")],
        JOBS: [Part("files", small, "a.png")],
    }[path]
    return Request(f"{path}: {kind}", path, JSON, [*files, *_texts(fields)])


def _of_picture(kind: str, content: bytes, path: str = PREDICTIONS) -> Request:
    field = {PREDICTIONS: "image", JOBS: "files", COMPARISONS: "variants"}[path]
    files = [Part(field, content, "a")]
    if path == COMPARISONS:
        files.append(Part(field, _picture(), "b"))
    return Request(f"{path}: {kind}", path, JSON, files, _format(content))


def _format(content: bytes) -> str:
    starts = ((b"\xff\xd8", "jpeg"), (b"\x89PNG", "png"), (b"RIFF", "webp"))
    return next((name for start, name in starts if content.startswith(start)), "")


Maker = Callable[[], Request]


def requests(count: int, seed: int, accepts: Sequence[str] = ACCEPTS) -> list[Maker]:
    """So many requests, to be made when they are sent, as many have 64 MB. Kinds take turns, so
    that few requests are of many kinds too."""
    rng = random.Random(seed)

    def pictures(path: str) -> list[Maker]:
        return [partial(_hostile_picture, name, rng.random(), path) for name in HOSTILE]

    def forms(path: str, floods: dict[str, Fields]) -> list[Maker]:
        return [partial(_form, path, name, fields) for name, fields in floods.items()]

    kinds = [
        forms(PREDICTIONS, flooding_fields(rng)),
        pictures(PREDICTIONS),
        forms(COMPARISONS, flooding_comparison_fields(rng)),
        [partial(_zip, name, content) for name, content in hostile_zips(rng).items()],
        [partial(_long_page, long_page_fields(rng))],
        forms(JOBS, flooding_fields(rng)),
        pictures(JOBS),
        [partial(_body, unit) for unit in (b"\r\n", b"--", b"\r\n--")],
        pictures(COMPARISONS),
    ]
    for makers in kinds:
        rng.shuffle(makers)
    turns = [maker for turn in zip_longest(*kinds) for maker in turn if maker is not None]
    made = [*turns]
    while len(made) < count:  # again, asked for otherwise
        accept = accepts[len(made) // len(turns) % len(accepts)]
        made += [partial(_accepting, maker, accept) for maker in turns]
    return made[:count]


def _hostile_picture(name: str, seed: float, path: str) -> Request:
    return _of_picture(name, HOSTILE[name](random.Random(seed)), path)


def _zip(name: str, content: bytes) -> Request:
    return Request(f"zip: {name}", JOBS, JSON, [Part("files", content, "a.zip")])


def _accepting(maker: Maker, accept: str) -> Request:
    request = maker()
    return replace(request, accept=accept) if request.path == PREDICTIONS else request


def _long_page(fields: Fields) -> Request:
    parts = [Part("image", _picture((400, 4_000)), "a.png"), *_texts(fields)]
    return Request("long page", PREDICTIONS, JSON, parts)


def _body(unit: bytes) -> Request:
    """What the reading of the form itself may stumble over, just under its limit."""
    return _of_picture(f"body of {unit!r}", unit * (60_000_000 // len(unit)))
