"""The bounded queue before the predictor."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

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


# ---- Long pages: one work, many predictions ----------------------------------------------------

SCREENS = {"viewport_height": "100"}  # five of them on the page


@pytest.fixture
def page(encode_image):
    return encode_image(40, 400)


@pytest.fixture
def starting(gate, encode_image, page):
    """Starts a service of one place, with pictures and pages under way: a letter each, p and l."""
    with ExitStack() as stack:

        def start(under_way, queue_length):
            settings = Settings(concurrency=1, queue_length=queue_length)
            client = stack.enter_context(TestClient(create_app(settings, gate)))
            threads = stack.enter_context(ThreadPoolExecutor(8))
            stack.callback(gate.open.set)
            while client.get("/readyz").status_code != 200:
                time.sleep(0.01)
            taken = 0
            for letter in under_way:
                image = {"p": encode_image(), "l": page}[letter]
                data = SCREENS if letter == "l" else {}
                threads.submit(client.post, PATH, files={"image": image}, data=data)
                if not taken:
                    assert gate.held.acquire(timeout=5)
                taken += 5 if letter == "l" else 1
                _wait_for(client, f"gazecast_queue_length {taken - 1}.0")
            return client

        yield start


def test_a_long_page_waits_as_its_screens(starting, encode_image):
    client = starting("plppp", queue_length=8)  # each is waited for
    answer = client.post(PATH, files={"image": encode_image()})
    assert answer.status_code == 503


@pytest.mark.parametrize("under_way", ["", "p"])
def test_a_page_longer_than_the_queue_is_let_in_while_nothing_waits(starting, under_way):
    starting(f"{under_way}l", queue_length=3)


def test_a_page_longer_than_the_queue_is_refused_while_something_waits(starting, page):
    client = starting("pp", queue_length=3)
    answer = client.post(PATH, files={"image": page}, data=SCREENS)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


def test_nothing_waits_where_nothing_may(starting, encode_image, page):
    client = starting("p", queue_length=0)
    for image, data in ((encode_image(), {}), (page, SCREENS)):
        assert client.post(PATH, files={"image": image}, data=data).status_code == 503


def test_a_page_at_work_is_told_with_the_time_that_its_screens_take(starting, gate, encode_image):
    client = starting("l", queue_length=3)
    answer = client.post(PATH, files={"image": encode_image()})
    assert answer.status_code == 503
    takes = 5 * gate.first_took
    assert takes <= int(answer.headers["retry-after"]) <= takes + 2


def test_a_page_in_a_job_counts_as_its_screens(starting, page):
    client = starting("", queue_length=3)
    files = {"files": ("page.png", page)}
    assert client.post("/v1/jobs", files=files, data=SCREENS).status_code == 202
    _wait_for(client, "gazecast_queue_length 4.0")


def test_what_does_not_wait_may_be_a_page_that_is_refused(starting, page):
    client = starting("p", queue_length=3)
    answer = client.post(PATH, files={"image": page}, data={"viewport_height": "2"})
    assert answer.json()["type"].endswith(":invalid-long-page")
