"""What hostile requests cost a running service with the shipped model, beside honest pictures of 40
megapixels in the same run. `make hostile` sends 240 requests, the gate fewer, of each class;
HOSTILE_REQUESTS and HOSTILE_SEED say otherwise.

As many requests as the service has places are under way at any time, honest ones too, so that both
are timed alike. What makes them does so while none is, as it takes cores too.
"""

from __future__ import annotations

import json
import os
import random
import statistics
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
AT_A_TIME = 12
"""Requests that are made before they are sent: as many have 64 MB."""

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
    """A design of 40 megapixels, by format. The last ones take the most memory: one of inks, as for
    print, and one with a shadow that is transparent."""
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
    clear = BytesIO()
    design.putalpha(Image.linear_gradient("L").resize(design.size))
    design.save(clear, "webp", quality=80, method=0)
    return files | {"jpeg of inks": inks.getvalue(), "clear webp": clear.getvalue()}


def honest(pictures: dict[str, bytes], accept: str) -> list[Maker]:
    return [
        partial(Request, f"honest {kind}", PREDICTIONS, accept, [Part("image", file, kind)], kind)
        for kind, file in pictures.items()
    ]


def send(client: httpx2.Client, request: Request, body: httpx2.Request) -> Sent:
    """Sends a request, and waits for what it asks to be done: for a job, until it is finished. The
    time counts from when all of it was sent: until then it holds no place."""
    content, kind = memoryview(body.content), body.headers["Content-Type"]
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
    return Sent(request, answer.status_code, ended - sent, answer)


def made(maker: Maker) -> tuple[Request, httpx2.Request]:
    """A request without its parts, and one with its body."""
    request = maker()
    files = [(part.field, (part.file_name, part.content)) for part in request.parts]
    body = httpx2.Request("POST", "http://x", files=files)
    body.read()
    return replace(request, parts=()), body


def send_all(url: str, makers: list[Maker]) -> list[Sent]:
    """CONCURRENCY at a time."""
    answers = []
    with httpx2.Client(base_url=url, timeout=300) as client, ThreadPoolExecutor(CONCURRENCY) as at:
        for start in range(0, len(makers), AT_A_TIME):
            requests = [made(maker) for maker in makers[start : start + AT_A_TIME]]
            answers += at.map(lambda each: send(client, *each), requests)
    return answers


@contextmanager
def watching(server) -> Iterator[dict[str, float]]:
    """Sets `silent` (seconds) and `peak` (the most bytes that the service and the processes that it
    decodes in had in the block, as if all were at their peak at one time) when the block ends."""
    seen = {"peak": 0.0}
    ended = threading.Event()
    for process in family(server.process.pid):
        Path("/proc", process, "clear_refs").write_text("5")  # the peak counts from now on

    def look() -> None:  # as those that are ended take their peak with them
        while not ended.wait(0.05):
            peak = sum(map(most_memory, family(server.process.pid)))
            seen["peak"] = max(seen["peak"], peak)

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


def family(process: int) -> list[str]:
    """A process and its children, whichever of its threads began them."""
    found = [str(process)]
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # the thread is gone meanwhile
            found += file.read_text().split()
    return found


def most_memory(process: str) -> int:
    """Bytes that it had at most."""
    with suppress(OSError):
        for line in Path("/proc", process, "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
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
    accepts = ACCEPTS if COUNT > 100 else ACCEPTS[:1]
    pictures = honest_pictures()
    send_all(server.url, honest(pictures, accepts[0]))  # caches and pools fill first
    usual = []
    with watching(server) as honestly:
        for accept in accepts:
            for each in honest(pictures, accept):
                usual += send_all(server.url, [each] * CONCURRENCY)
    assert all(sent.status == 200 for sent in usual)
    took: defaultdict[tuple[str, str], float] = defaultdict(float)
    for sent in usual:
        key = sent.request.like, sent.request.accept
        took[key] = max(took[key], sent.seconds)
    # With a large picture in the other place, as long pages have hostile ones there.
    beside = honest({"jpeg": pictures["jpeg"]}, "image/png")
    with watching(server):
        alone = send_all(server.url, [*beside, *[one_screen] * (AT_A_TIME - 1)])
    screen = statistics.median(s.seconds for s in alone if s.request.kind == "one screen")
    makers = requests(COUNT, SEED, accepts)
    with watching(server) as hostile:
        answers = send_all(server.url, makers)

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
                "peak MiB": {
                    "honest": int(honestly["peak"]) >> 20,
                    "hostile": int(hostile["peak"]) >> 20,
                },
            },
            indent=2,
        )
    )
    assert not [
        (s.request.kind, s.status, s.answer.text[:300]) for s in answers if not is_answer(s)
    ]
    # The machine may have been at something else, but what a request asks for is the same again.
    slow = [
        [sent, *send_all(server.url, [make] * CONCURRENCY)]
        for make, sent in zip(makers, answers, strict=True)
        if sent.seconds > limit(sent)
    ]
    assert not [
        (times[0].request.kind, times[0].status, [sent.seconds for sent in times])
        for times in slow
        if all(sent.seconds > limit(sent) for sent in times)
    ]
    assert hostile["silent"] <= SILENT
    assert hostile["peak"] <= honestly["peak"]
    assert not [line for line in server.log() if line["level"] not in {"info", "debug"}]
