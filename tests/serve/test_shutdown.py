"""A server that is told to stop finishes what it took."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest


def _post(server, image):
    return httpx2.post(f"{server.url}/v1/predictions", files={"image": image}, timeout=30)


def _wait_until_taken(server, predictions):
    """Until so many are at work or wait; the service works on two at a time."""
    deadline = time.monotonic() + 20
    while (
        f"gazecast_queue_length {predictions - 2}.0" not in httpx2.get(f"{server.url}/metrics").text
    ):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_taken_requests_are_answered_and_new_ones_refused(start_server, encode_image, number):
    server = start_server(seconds=0.7, concurrency=2)
    image = encode_image()
    with ThreadPoolExecutor(5) as threads:
        answers = [threads.submit(_post, server, image) for _ in range(5)]
        _wait_until_taken(server, 5)
        server.process.send_signal(number)
        time.sleep(0.5)
        with pytest.raises(httpx2.ConnectError):
            _post(server, image)
        assert not any(answer.done() and answer.exception() for answer in answers)
        assert [answer.result().status_code for answer in answers] == [200] * 5
    assert server.process.wait(10) in {0, -number}
    assert server.log()[-1]["event"].startswith("Finished server process")


def test_what_takes_too_long_is_cut_off(start_server, encode_image):
    server = start_server(seconds=0.7, concurrency=2, shutdown_seconds=1)
    image = encode_image()
    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(_post, server, image) for _ in range(8)]
        _wait_until_taken(server, 8)
        server.process.terminate()
        server.process.wait(10)
        results = [answer.exception() or answer.result().status_code for answer in answers]
    assert 200 in results
    assert any(isinstance(result, httpx2.TransportError) or result == 500 for result in results)
