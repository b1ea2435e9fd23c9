from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where the service keeps jobs; not there yet."""
    return tmp_path / "state"


@pytest.fixture
def start(folder, fixed_predictor) -> Iterator[Callable[..., TestClient]]:
    """Starts a service with these settings; all are stopped in the end."""
    clients = []

    def start(predictor=fixed_predictor, **settings) -> TestClient:
        app = create_app(Settings(**{"data_dir": folder, **settings}), predictor)
        client = TestClient(app)
        client.__enter__()
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def service(start) -> TestClient:
    return start()


@pytest.fixture
def zipped() -> Callable[..., bytes]:
    def zipped(files, compression=zipfile.ZIP_DEFLATED) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", compression) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return file.getvalue()

    return zipped


@pytest.fixture
def send() -> Callable:
    def send(client, *files, **fields):
        """files: (name, content)."""
        return client.post("/v1/jobs", files=[("files", file) for file in files], data=fields)

    return send


@pytest.fixture
def wait_for() -> Callable:
    def wait_for(look, ready, seconds=60.0):
        deadline = time.monotonic() + seconds
        while not ready(seen := look()):
            assert time.monotonic() < deadline, seen
            time.sleep(0.02)
        return seen

    return wait_for


@pytest.fixture
def finish(wait_for) -> Callable:
    def finish(client, answer):
        """The job of this answer once it is finished."""
        assert answer.status_code == 202, answer.text
        path = answer.headers["location"]
        return wait_for(lambda: client.get(path).json(), lambda job: job["state"] == "finished")

    return finish


@pytest.fixture
def results() -> Callable:
    def results(client, job):
        answer = client.get(job["links"]["results"])
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.text.splitlines()]

    return results


@pytest.fixture
def uploads(folder) -> Callable[[], list[str]]:
    """What there is in the folder of images."""
    return lambda: sorted(str(path.relative_to(folder)) for path in folder.glob("uploads/**/*"))
