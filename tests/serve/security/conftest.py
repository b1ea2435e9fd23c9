"""What the tests of security share: services with any settings, at a host name of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.security.keys import hash_key
from gazecast.serve.settings import Settings

StartService = Callable[..., TestClient]


@pytest.fixture
def key() -> str:
    return "gzc_of-a-test"


@pytest.fixture
def start(fixed_predictor) -> Iterator[StartService]:
    """Starts a service with these settings; the client is at http://localhost:8000."""
    with ExitStack() as stack:

        def start(**settings):
            app = create_app(Settings(**{"allowed_hosts": (), **settings}), fixed_predictor)
            client = TestClient(app, "http://localhost:8000", raise_server_exceptions=False)
            return stack.enter_context(client)

        yield start


@pytest.fixture
def keyless(start) -> TestClient:
    """A service on a loopback address, as `gazecast serve` starts it."""
    return start()


@pytest.fixture
def keyed(start, key) -> TestClient:
    """A service on all addresses with one key."""
    return start(host="0.0.0.0", keys={"test": hash_key(key)})


@pytest.fixture(scope="session")
def assert_problem() -> Callable[..., None]:
    def check(answer, status: int, slug: str) -> None:
        assert (answer.status_code, answer.headers["content-type"]) == (
            status,
            "application/problem+json",
        )
        assert answer.json()["type"] == f"urn:gazecast:problem:{slug}"
        assert answer.json()["remedy"]

    return check
