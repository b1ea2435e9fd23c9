from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings


@pytest.fixture(autouse=True, scope="session")
def _host_of_test_clients() -> Iterator[None]:
    """Lets applications answer to the host name that test clients send."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAZECAST_ALLOWED_HOSTS", "testserver")
        yield


@pytest.fixture(autouse=True, scope="session")
def _data_folder(tmp_path_factory) -> Iterator[None]:
    """Keeps the jobs of tests out of the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAZECAST_DATA_DIR", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def client(fixed_predictor) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(max_regions=3), fixed_predictor)) as client:
        yield client


@dataclass
class RunningServer:
    """`gazecast serve` in a process of its own, with the fixed predictor (see fixed_server.py)
    unless the shipped model is asked for."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> list[dict]:
        """Its log so far."""
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]

    def resident_bytes(self) -> int:
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


StartServer = Callable[..., RunningServer]

_SHIPPED = "from gazecast.cli.main import app; app(['serve'])"


@pytest.fixture(scope="module")
def start_server(tmp_path_factory) -> Iterator[StartServer]:
    """Starts servers that are stopped at the end of the module.

    seconds: that each prediction takes longer. shipped: with the shipped model. Further arguments
    are settings.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(seconds: float = 0.0, shipped: bool = False, **settings: object) -> RunningServer:
        log_file = tmp_path_factory.mktemp("server") / "log"
        variables = {f"GAZECAST_{name.upper()}": str(value) for name, value in settings.items()}
        with log_file.open("wb") as log:
            fixed = [str(Path(__file__).with_name("fixed_server.py")), str(seconds)]
            process = subprocess.Popen(
                [sys.executable, *(["-c", _SHIPPED] if shipped else fixed)],
                stderr=log,
                env={
                    **os.environ,
                    "GAZECAST_PORT": "0",
                    "GAZECAST_DATA_DIR": str(log_file.parent / "data"),
                    **variables,
                },
            )
        started.append(process)
        return RunningServer(_wait_until_ready(process, log_file), process, log_file)

    yield start
    for process in started:
        process.kill()
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], log_file: Path) -> str:
    """The server's address."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        first_line, newline, _ = log_file.read_text().partition("\n")
        if newline:
            url = json.loads(first_line)["url"]
            if httpx2.get(f"{url}/readyz").is_success:
                return url
        time.sleep(0.05)
    raise AssertionError(log_file.read_text())
