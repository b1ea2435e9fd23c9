"""What hostile requests cost a running service with the shipped model, beside honest pictures of 40
megapixels in the same run. `make hostile` sends 240 requests, the gate fewer, of each class;
HOSTILE_REQUESTS and HOSTILE_SEED say otherwise.

As many requests as the service has places are under way at any time, honest ones too, so that both
are timed alike.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from hostile.pictures import table_profile
from hostile.requests import (
    ACCEPTS,
    JOBS,
    PREDICTIONS,
    Maker,
    Part,
    Request,
    one_screen,
    requests,
)
from PIL import Image

COUNT = int(os.environ.get("HOSTILE_REQUESTS", "72"))
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
CONCURRENCY = 2

TIMES, AT_LEAST = 3.0, 3.0
"""How much longer than an honest picture a hostile one may take; the seconds that it may anyway."""
TIMES_A_SCREEN = 1.3
"""How much longer than each of its screens alone a long page may take."""
SILENT = 0.5
"""Longest time in seconds that nothing answers /healthz."""

_EXAMPLE = Path(__file__).parents[2] / "examples" / "landing-page.png"
_WATCH = Path(__file__).parents[1] / "hostile" / "watch.py"
_SIDE = 6324  # 40 megapixels
_one_job = threading.Lock()


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
    """A design of 40 megapixels, by format; the last one takes the most memory."""
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
    inks = BytesIO()
    profile = table_profile(4, random.Random(0))  # as print has one
    design.convert("CMYK").save(inks, "jpeg", quality=90, icc_profile=profile)
    return files | {"jpeg of inks": inks.getvalue()}


def honest(pictures: dict[str, bytes], accepts: tuple[str, ...]) -> list[Maker]:
    return [
        partial(Request, f"honest {kind}", PREDICTIONS, accept, [Part("image", file, kind)], kind)
        for kind, file in pictures.items()
        for accept in accepts
    ]


def send(client: httpx2.Client, request: Request) -> Sent:
    """Sends a request, and waits for what it asks to be done: for a job, until it is finished. The
    time counts from when all of it was sent: until then it holds no place."""
    files = [(part.field, (part.file_name, part.content)) for part in request.parts]
    body = httpx2.Request("POST", "http://x", files=files)
    content, kind = memoryview(body.read()), body.headers["Content-Type"]
    headers = {"Accept": request.accept, "Content-Type": kind, "Content-Length": str(len(content))}
    sent = 0.0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for start in range(0, len(content), 2**18):
            yield bytes(content[start : start + 2**18])
        sent = time.perf_counter()

    # A job is at work on one picture at a time, so the next one would wait for this one's.
    with _one_job if request.path == JOBS else nullcontext():
        answer = client.post(request.path, content=pieces(), headers=headers)
        if answer.status_code == 202:
            place = answer.headers["Location"]
            while client.get(place).json()["state"] != "finished":
                time.sleep(0.02)
        ended = time.perf_counter()
        if answer.status_code == 202:
            assert client.delete(place).status_code == 204
    return Sent(replace(request, parts=()), answer.status_code, ended - sent, answer)


def send_all(url: str, makers: list[Maker]) -> list[Sent]:
    """CONCURRENCY at a time."""
    with httpx2.Client(base_url=url, timeout=300) as client, ThreadPoolExecutor(CONCURRENCY) as at:
        return list(at.map(lambda make: send(client, make()), makers))


@contextmanager
def watching(server) -> Iterator[dict[str, float]]:
    """Sets `silent` (seconds) and `peak` (the most bytes that the service and the processes that it
    decodes in had at one time) when the block ends."""
    seen = {"peak": 0.0}
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            seen["peak"] = max(seen["peak"], resident(server.process.pid))

    watch = subprocess.Popen(
        [sys.executable, str(_WATCH), server.url.rpartition(":")[2]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        output, _ = watch.communicate("")
        seen["silent"] = float(output)
        ended.set()
        looking.join()


def resident(process: int) -> int:
    """Bytes that a process and its children have in memory, whichever of its threads began them."""
    return sum(memory(each, "VmRSS") for each in family(process))


def most_at_once(process: int) -> int:
    """Bytes that a process and its children had at most, as if all peaks were at one time: what
    honest pictures may take when they coincide."""
    return sum(memory(each, "VmHWM") for each in family(process))


def family(process: int) -> list[str]:
    found = [str(process)]
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # the thread is gone meanwhile
            found += file.read_text().split()
    return found


def memory(process: str, what: str) -> int:
    with suppress(OSError):
        for line in Path("/proc", process, "status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) * 1024
    return 0  # it is gone


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


@pytest.mark.alone
def test_hostile_requests_cost_no_more_than_large_honest_ones(server):
    accepts = ACCEPTS if COUNT > 100 else ACCEPTS[:2]
    send_all(server.url, honest(honest_pictures(), accepts[:1]))  # caches and pools fill first
    usual = []
    with watching(server) as honestly:
        for each in honest(honest_pictures(), accepts):
            usual += send_all(server.url, [each] * CONCURRENCY)
    most = most_at_once(server.process.pid)
    assert all(sent.status == 200 for sent in usual)
    took: defaultdict[tuple[str, str], float] = defaultdict(float)
    for sent in usual:
        key = sent.request.like, sent.request.accept
        took[key] = max(took[key], sent.seconds)
    # With a large picture in the other place, as long pages have hostile ones there.
    beside = honest({"jpeg": honest_pictures()["jpeg"]}, ACCEPTS[1:2])
    with watching(server):
        alone = send_all(server.url, [*beside, *[one_screen] * 20])
    screen = max(sent.seconds for sent in alone if sent.request.kind == "one screen")
    with watching(server) as hostile:
        answers = send_all(server.url, requests(COUNT, SEED, accepts))

    def limit(sent: Sent) -> float:
        if sent.request.screens:
            return TIMES_A_SCREEN * sent.request.screens * screen
        return max(TIMES * took.get((sent.request.like, sent.request.accept), 0.0), AT_LEAST)

    worst = max(answers, key=lambda sent: sent.seconds / limit(sent))
    print(
        json.dumps(
            {
                "requests": len(answers),
                "seed": SEED,
                "honest seconds": {" ".join(key): round(value, 2) for key, value in took.items()},
                "slowest": f"{worst.request.kind}: {worst.seconds:.2f} s, may take "
                f"{limit(worst):.2f}",
                "long pages": [
                    f"{s.seconds:.2f} s, may take {limit(s):.2f}"
                    for s in answers
                    if s.request.screens
                ],
                "silent s": {"honest": honestly["silent"], "hostile": hostile["silent"]},
                "peak MiB": {"honest": most >> 20, "hostile": int(hostile["peak"]) >> 20},
            },
            indent=2,
        )
    )
    assert not [
        (s.request.kind, s.status, s.answer.text[:300]) for s in answers if not is_answer(s)
    ]
    slow = [s for s in answers if s.seconds > limit(s)]
    assert not [(s.request.kind, s.status, s.seconds) for s in slow]
    assert hostile["silent"] <= SILENT
    assert hostile["peak"] <= most
    assert not [line for line in server.log() if line["level"] not in {"info", "debug"}]
