"""A server that is told to stop finishes what it took."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=30) as client:
        yield client


def _post(http, server, image):
    return http.post(f"{server.url}/v1/predictions", files={"image": image})


def _wait_for_queue(http, server, length):
    deadline = time.monotonic() + 20
    while f"gazecast_queue_length {length}.0" not in http.get(f"{server.url}/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_taken_requests_are_answered_and_new_ones_refused(start_server, http, encode_image, number):
    server = start_server(seconds=1.5, concurrency=2)
    image = encode_image()
    with ThreadPoolExecutor(5) as threads:
        answers = [threads.submit(_post, http, server, image) for _ in range(5)]
        _wait_for_queue(http, server, 3)
        server.process.send_signal(number)
        time.sleep(0.5)
        with pytest.raises(httpx2.ConnectError):
            _post(http, server, image)
        assert not all(answer.done() for answer in answers)
        assert [answer.result().status_code for answer in answers] == [200] * 5
    assert server.process.wait(10) in {0, -number}
    assert server.log()[-1]["event"].startswith("Finished server process")


def test_what_takes_too_long_is_cut_off(start_server, http, encode_image):
    server = start_server(seconds=3, concurrency=1, shutdown_seconds=1)
    image = encode_image()
    with ThreadPoolExecutor(3) as threads:
        answers = [threads.submit(_post, http, server, image) for _ in range(3)]
        _wait_for_queue(http, server, 2)
        server.process.terminate()
        server.process.wait(8)  # all three would take nine seconds
        results = [answer.exception() or answer.result().status_code for answer in answers]
    assert sum(result != 200 for result in results) >= 2
