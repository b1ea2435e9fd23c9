"""Whether the service runs, whether it is ready, and what it says about itself."""

from __future__ import annotations

import threading
import time

from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings


def _wait_until_ready(client, seconds=5.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if client.get("/readyz").status_code == 200:
            return True
        time.sleep(0.01)
    return False


def test_ready_only_after_the_warm_up(fixed_predictor):
    may_end = threading.Event()
    fixed_predictor.warm_up = may_end.wait
    with TestClient(create_app(Settings(), fixed_predictor)) as client:
        try:
            assert client.get("/healthz").status_code == 200
            before = client.get("/readyz")
        finally:
            may_end.set()
        assert before.status_code == 503
        assert before.headers["content-type"] == "application/problem+json"
        assert _wait_until_ready(client)


def test_a_failed_warm_up_is_logged_and_never_ready(fixed_predictor, caplog):
    def fail():
        raise RuntimeError("no such instruction")

    fixed_predictor.warm_up = fail
    with TestClient(create_app(Settings(), fixed_predictor)) as client:
        assert not _wait_until_ready(client, seconds=0.2)
        assert client.get("/healthz").status_code == 200
    assert "no such instruction" in caplog.text


def test_a_running_prediction_does_not_block_the_service(fixed_predictor, encode_image):
    started, may_end = threading.Event(), threading.Event()
    predict = fixed_predictor.predict

    def wait(*arguments):
        started.set()
        may_end.wait(10)
        return predict(*arguments)

    with TestClient(create_app(Settings(), fixed_predictor)) as client:
        assert _wait_until_ready(client)
        fixed_predictor.predict = wait
        request = threading.Thread(
            target=client.post,
            args=["/v1/predictions"],
            kwargs={"files": {"image": encode_image()}},
        )
        request.start()
        try:
            assert started.wait(5)
            assert client.get("/healthz").status_code == 200
        finally:
            may_end.set()
            request.join()


def test_no_more_predictions_at_once_than_set(fixed_predictor, encode_image):
    predict, lock, running, most = fixed_predictor.predict, threading.Lock(), 0, 0

    def count(*arguments):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return predict(*arguments)

    fixed_predictor.predict = count
    image = encode_image()
    with TestClient(create_app(Settings(concurrency=2), fixed_predictor)) as client:
        requests = [
            threading.Thread(
                target=client.post, args=["/v1/predictions"], kwargs={"files": {"image": image}}
            )
            for _ in range(6)
        ]
        for request in requests:
            request.start()
        for request in requests:
            request.join()
    assert most == 2


def test_the_model_is_described_in_full(client):
    answer = client.get("/v1/model").json()
    assert answer["sha256"] == "0" * 64
    assert answer["datasets"][0]["licence"] == "CC0"
    assert answer["domains"]["mobile"].startswith("not validated on mobile")


def test_the_index_leads_everywhere(client):
    links = client.get("/").json()["links"]
    assert links.pop("predict") == "POST /v1/predictions"
    assert links.pop("compare") == "POST /v1/comparisons"
    assert all(client.get(path).status_code in {200, 503} for path in links.values())
