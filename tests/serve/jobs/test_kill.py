"""A server that is killed loses no job and stores no result twice."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

HERE = Path(__file__).parent
# One job in ten has two items.
ITEMS = [1 + (number % 10 == 0) for number in range(200)]


@pytest.fixture
def server(folder, tmp_path, wait_for):
    """A client of a server that works on so many pictures, and is killed in the end."""

    @contextmanager
    def server(pictures: int):
        port_file = tmp_path / "port"
        port_file.unlink(missing_ok=True)
        process = subprocess.Popen(
            [
                *(sys.executable, HERE / "held_server.py", HERE.parents[1] / "conftest.py"),
                *(port_file, str(pictures)),
            ],
            env={**os.environ, "GAZECAST_DATA_DIR": str(folder), "GAZECAST_MAX_JOBS": "1000"}
            | {"GAZECAST_CONCURRENCY": "3"},
        )
        try:
            wait_for(port_file.exists, bool)
            port = wait_for(port_file.read_text, bool)
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield client
        finally:
            process.kill()  # SIGKILL: nothing in the server gets to run
            process.wait()

    return server


def stored(folder) -> Counter[tuple[str, int]]:
    """How many results there are of each item (job, position)."""
    connection = sqlite3.connect(folder / "jobs.sqlite3")
    rows = connection.execute(
        "SELECT job_id, position FROM results JOIN items ON items.id = results.item_id"
    ).fetchall()
    connection.close()
    return Counter(rows)


def test_kills_lose_nothing_and_store_nothing_twice(
    server, folder, wait_for, encode_image, uploads
):
    files = [("files", (f"{n}.png", encode_image())) for n in range(max(ITEMS))]
    with server(pictures=50) as client:
        jobs = [client.post("/v1/jobs", files=files[:n]).headers["location"] for n in ITEMS]
        wait_for(lambda: len(stored(folder)), lambda count: count >= 50)
    assert len(stored(folder)) == 50  # the rest is unfinished, two of them at work in the kill
    with server(pictures=100):
        wait_for(lambda: len(stored(folder)), lambda count: count >= 150)
    with server(pictures=10_000) as client:
        wait_for(lambda: len(stored(folder)), lambda count: count == sum(ITEMS), seconds=180)
        for path, items in zip(jobs, ITEMS, strict=True):
            job = client.get(path).json()
            assert job["state"] == "finished"
            assert job["items"]["done"] == items
            lines = [
                json.loads(line) for line in client.get(job["links"]["results"]).text.splitlines()
            ]
            assert [line["name"] for line in lines] == ["0.png", "1.png"][:items]
        # No image is left; the last one goes just after its result is stored.
        wait_for(lambda: {path.count("/") for path in uploads()}, lambda depths: depths == {1})
    everything = {
        (path.rpartition("/")[2], n): 1
        for path, items in zip(jobs, ITEMS, strict=True)
        for n in range(items)
    }
    assert stored(folder) == everything


def test_an_image_that_ends_the_server_again_and_again_is_given_up(server, wait_for, encode_image):
    with server(pictures=0) as client:
        path = client.post("/v1/jobs", files={"files": encode_image()}).headers["location"]
        wait_for(lambda: client.get(path).json()["items"]["running"], bool)
    for _ in range(2):
        with server(pictures=0) as client:
            wait_for(lambda: client.get(path).json()["items"]["running"], bool)
    with server(pictures=0) as client:
        wait_for(lambda: client.get(path).json()["items"]["failed"], bool)
        assert "urn:gazecast:problem:gave-up" in client.get(f"{path}/results").text
