"""What hostile requests cost a running service with the shipped model, beside honest pictures of 40
megapixels in the same run. `make hostile` sends 240 requests; HOSTILE_REQUESTS and HOSTILE_SEED say
otherwise. Not among the tests of the gate: it takes minutes.

As many requests as the service has places are under way at any time, honest ones too, so that both
are timed alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from hostile.requests import ACCEPTS, PREDICTIONS, Maker, Part, Request, requests
from PIL import Image

COUNT = int(os.environ.get("HOSTILE_REQUESTS", "240"))
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
CONCURRENCY = 2

TIMES, AT_LEAST = 3.0, 3.0
"""How much longer than an honest picture a hostile one may take; the seconds that it may anyway."""
SILENT = 0.5
"""Longest time in seconds that nothing answers /healthz."""

_EXAMPLE = Path(__file__).parents[2] / "examples" / "landing-page.png"
_WATCH = Path(__file__).parents[1] / "hostile" / "watch.py"
_SIDE = 6324  # 40 megapixels


@dataclass(frozen=True)
class Sent:
    """A request without its parts, and what became of it."""

    request: Request
    status: int
    seconds: float
    answer: httpx2.Response


@pytest.fixture(scope="module")
def server(start_server):
    # No rate limit, and room for a job each: what is looked at is the work, not who asks for it.
    return start_server(shipped=True, concurrency=CONCURRENCY, max_jobs=1000)


def honest_pictures() -> dict[str, bytes]:
    """A design of 40 megapixels, by format."""
    design = Image.open(_EXAMPLE).convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    files = {}
    for kind, options in (
        ("jpeg", {"quality": 90}),
        ("png", {"compress_level": 1}),
        ("webp", {"quality": 80, "method": 0}),
    ):
        file = BytesIO()
        design.save(file, kind, **options)
        files[kind] = file.getvalue()
    return files


def honest(pictures: dict[str, bytes], accepts: tuple[str, ...]) -> list[Maker]:
    return [
        partial(Request, f"honest {kind}", PREDICTIONS, accept, [Part("image", file, kind)], kind)
        for kind, file in pictures.items()
        for accept in accepts
    ]


def send(client: httpx2.Client, request: Request) -> Sent:
    """Sends a request, and waits for what it asks to be done: for a job, until it is finished."""
    files = [(part.field, (part.file_name, part.content)) for part in request.parts]
    body = httpx2.Request("POST", "http://x", files=files)
    content, kind = body.read(), body.headers["Content-Type"]
    started = time.perf_counter()
    answer = client.post(
        request.path, content=content, headers={"Accept": request.accept, "Content-Type": kind}
    )
    if answer.status_code == 202:
        place = answer.headers["Location"]
        while client.get(place).json()["state"] != "finished":
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        assert client.delete(place).status_code == 204
    else:
        seconds = time.perf_counter() - started
    return Sent(replace(request, parts=()), answer.status_code, seconds, answer)


def send_all(url: str, makers: list[Maker]) -> list[Sent]:
    """CONCURRENCY at a time."""
    with httpx2.Client(base_url=url, timeout=300) as client, ThreadPoolExecutor(CONCURRENCY) as at:
        return list(at.map(lambda make: send(client, make()), makers))


@contextmanager
def watching(server) -> Iterator[dict[str, float]]:
    """Sets `silent` (seconds) and `peak` (bytes that the service and the processes that it decodes
    in had at most, each for itself) when the block ends."""
    seen: dict[str, float] = {}
    for folder in _processes(server.process.pid):
        (folder / "clear_refs").write_text("5")  # the peak counts from now on
    watch = subprocess.Popen(
        [sys.executable, str(_WATCH), server.url.rpartition(":")[2]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield seen
    finally:
        output, _ = watch.communicate("")
        seen["silent"] = float(output)
        seen["peak"] = sum(map(_peak, _processes(server.process.pid)))


def _processes(process: int) -> list[Path]:
    """What /proc has of a process and of its children."""
    (own,) = Path(f"/proc/{process}/task/{process}").glob("children")
    return [Path("/proc", name) for name in (str(process), *own.read_text().split())]


def _peak(folder: Path) -> int:
    lines = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024


def is_answer(sent: Sent) -> bool:
    """Whether it is what was asked for, or a refusal that says what is wrong and what to do."""
    if sent.status == 503:
        return int(sent.answer.headers["Retry-After"]) > 0
    if 400 <= sent.status < 500:
        problem = sent.answer.json()
        return bool(
            sent.answer.headers["Content-Type"] == "application/problem+json"
            and problem["status"] == sent.status
            and problem["detail"]
            and problem["remedy"]
            and len(sent.answer.content) < 4096
        )
    return 200 <= sent.status < 300


def test_hostile_requests_cost_no_more_than_large_honest_ones(server):
    accepts = ACCEPTS if COUNT > 100 else ACCEPTS[:1]
    send_all(server.url, honest(honest_pictures(), accepts[:1]))  # caches and pools fill first
    with watching(server) as honestly:
        usual = send_all(server.url, [r for r in honest(honest_pictures(), accepts) for _ in "12"])
    assert all(sent.status == 200 for sent in usual)
    took: defaultdict[tuple[str, str], float] = defaultdict(float)
    for sent in usual:
        key = sent.request.like, sent.request.accept
        took[key] = max(took[key], sent.seconds)
    with watching(server) as hostile:
        answers = send_all(server.url, requests(COUNT, SEED, accepts))

    def limit(request: Request) -> float:
        return max(TIMES * took.get((request.like, request.accept), 0.0), AT_LEAST)

    worst = max(answers, key=lambda sent: sent.seconds / limit(sent.request))
    print(
        json.dumps(
            {
                "requests": len(answers),
                "seed": SEED,
                "honest seconds": {" ".join(key): round(value, 2) for key, value in took.items()},
                "slowest": f"{worst.request.kind}: {worst.seconds:.2f} s, may take "
                f"{limit(worst.request):.2f}",
                "silent s": {"honest": honestly["silent"], "hostile": hostile["silent"]},
                "peak MiB": {"honest": honestly["peak"] >> 20, "hostile": hostile["peak"] >> 20},
            },
            indent=2,
        )
    )
    assert not [
        (s.request.kind, s.status, s.answer.text[:300]) for s in answers if not is_answer(s)
    ]
    slow = [s for s in answers if s.seconds > limit(s.request)]
    assert not [(s.request.kind, s.status, s.seconds) for s in slow]
    assert hostile["silent"] <= SILENT
    assert hostile["peak"] <= honestly["peak"]
    assert not [line for line in server.log() if line["level"] not in {"info", "debug"}]
