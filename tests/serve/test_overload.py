"""The bounded queue before the predictor."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

PATH = "/v1/predictions"


class Gate:
    """A predictor that holds each prediction until it is opened."""

    def __init__(self, predictor):
        self.info, self._predict = predictor.info, predictor.predict
        self.held = threading.Semaphore(0)
        self.open = threading.Event()

    def warm_up(self):
        began = time.monotonic()
        time.sleep(0.5)  # the first time that is measured
        self.first_took = time.monotonic() - began

    def predict(self, *arguments):
        self.held.release()
        assert self.open.wait(20)
        return self._predict(*arguments)


@pytest.fixture
def gate(fixed_predictor):
    return Gate(fixed_predictor)


@pytest.fixture
def full(gate, encode_image):
    """A client of a service that works on one prediction while three wait, and their answers."""
    settings = Settings(concurrency=1, queue_length=3)
    with TestClient(create_app(settings, gate)) as client, ThreadPoolExecutor(4) as threads:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.01)
        image = encode_image()
        answers = [threads.submit(client.post, PATH, files={"image": image}) for _ in range(4)]
        try:
            assert gate.held.acquire(timeout=5)
            _wait_for(client, "gazecast_queue_length 3.0")
            yield client, answers
        finally:
            gate.open.set()


def _wait_for(client, line, seconds=5.0):
    deadline = time.monotonic() + seconds
    while line not in client.get("/metrics").text.splitlines():
        assert time.monotonic() < deadline, line
        time.sleep(0.01)


def test_full_is_told_with_the_time_the_queue_takes(full, gate, encode_image):
    client, _ = full
    answer = client.post(PATH, files={"image": encode_image()})
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:gazecast:problem:overloaded"
    # Four pieces of work of half a second each, one at a time; a busy machine adds to the first.
    takes = 4 * gate.first_took
    assert takes <= int(answer.headers["retry-after"]) <= takes + 2


def test_full_is_told_before_the_body_is_understood(full):
    client, _ = full
    answer = client.post(PATH, content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert answer.status_code == 503


def test_what_was_taken_is_answered_and_then_there_is_room(full, gate, encode_image):
    client, answers = full
    gate.open.set()
    assert [answer.result(10).status_code for answer in answers] == [200] * 4
    assert client.post(PATH, files={"image": encode_image()}).status_code == 200


def test_the_rest_of_the_service_answers_meanwhile(full):
    client, _ = full
    for path in ("/healthz", "/readyz", "/v1/model", "/metrics"):
        assert client.get(path).status_code == 200


def test_refused_pictures_do_not_fill_the_queue(client, bad_images):
    for _ in range(100):
        assert client.post(PATH, files={"image": bad_images["corrupt"]}).status_code == 422
    assert "gazecast_queue_length 0.0" in client.get("/metrics").text
