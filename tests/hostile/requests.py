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

from gazecast.analysis.long_page import LongPageError, slices

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
    """like: the format of the honest picture that it is held against, empty where it is none.
    screens: of a long page, 0 where it is none or has too many."""

    kind: str
    path: str
    accept: str
    parts: Sequence[Part]
    like: str = ""
    screens: int = 0


def _picture(size: tuple[int, int] = (320, 200)) -> bytes:
    file = BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(file, "PNG")
    return file.getvalue()


def _plain(size: tuple[int, int]) -> bytes:
    """One that is small as a file whatever its size."""
    file = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, "PNG", compress_level=1)
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
    that few requests are of many kinds too: 72 have every picture in one place or another."""
    rng = random.Random(seed)
    names = rng.sample(list(HOSTILE), len(HOSTILE))

    def pictures(path: str) -> list[Maker]:
        first = len(names) * (PREDICTIONS, COMPARISONS, JOBS).index(path) // 3
        turned = names[first:] + names[:first]
        return [partial(_hostile_picture, name, rng.random(), path) for name in turned]

    def forms(path: str, floods: dict[str, Fields]) -> list[Maker]:
        made = [partial(_form, path, name, fields) for name, fields in floods.items()]
        return rng.sample(made, len(made))

    kinds = [
        forms(PREDICTIONS, flooding_fields(rng)),
        [partial(_accepting, each, rng.choice(accepts)) for each in pictures(PREDICTIONS)],
        forms(COMPARISONS, flooding_comparison_fields(rng)),
        [partial(_zip, name, content) for name, content in hostile_zips(rng).items()],
        [partial(_long_page, long_page_fields(rng)), longest_page],
        forms(JOBS, flooding_fields(rng)),
        pictures(JOBS),
        [partial(_body, unit) for unit in (b"\r\n", b"--", b"\r\n--")],
        pictures(COMPARISONS),
    ]
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
    width, height = 400, 4_000
    parts = [Part("image", _picture((width, height)), "a.png"), *_texts(fields)]
    try:
        screens = len(slices(width, height, int(dict(fields)["viewport_height"])))
    except LongPageError:
        screens = 0
    return Request("long page", PREDICTIONS, JSON, parts, screens=screens)


LONGEST_PAGE = (1_200, 32_000, 410)
"""Width, height and height of a screen, px, of nearly as many screens as there may be."""


def longest_page() -> Request:
    width, height, screen = LONGEST_PAGE
    parts = [
        Part("image", _plain((width, height)), "a.png"),
        *_texts([("viewport_height", str(screen))]),
    ]
    screens = len(slices(*LONGEST_PAGE))
    return Request("longest page", PREDICTIONS, JSON, parts, screens=screens)


def one_screen() -> Request:
    """Of such a page, alone."""
    screen = Part("image", _plain(LONGEST_PAGE[::2]), "a.png")
    return Request("one screen", PREDICTIONS, JSON, [screen])


def _body(unit: bytes) -> Request:
    """What the reading of the form itself may stumble over, just under its limit."""
    return _of_picture(f"body of {unit!r}", unit * (60_000_000 // len(unit)))
