"""Which names and addresses a service without keys answers to."""

from __future__ import annotations

import asyncio

import pytest

from gazecast.serve.app import create_app
from gazecast.serve.security.hosts import is_loopback
from gazecast.serve.settings import Settings


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8000", "localhost.", "127.0.0.1:9", "127.9.9.9", "[::1]:8000"]
)
def test_loopback_names_are_answered(keyless, host):
    assert keyless.get("/v1/model", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:8000",
        "localhost.attacker.example",
        "127.0.0.1.attacker.example",
        "attacker.example@localhost",
        "localhost:8000:x",
        "192.168.1.5",
        "0.0.0.0",
        "[::2]",
        "2130706433",
        "127.1",
        "::1",
        "",
    ],
)
def test_other_names_are_not(keyless, host, assert_problem):
    for path in ("/", "/healthz", "/v1/model", "/v1/jobs/x"):
        assert_problem(keyless.get(path, headers={"Host": host}), 421, "unknown-host")


def test_two_hosts_are_none(keyless, assert_problem):
    answer = keyless.get("/v1/model", headers=[("Host", "localhost"), ("Host", "attacker.example")])
    assert_problem(answer, 421, "unknown-host")


def test_names_can_be_added(start, assert_problem):
    client = start(allowed_hosts=("gaze.example",))
    for host in ("gaze.example", "GAZE.example:8000", "localhost"):
        assert client.get("/v1/model", headers={"Host": host}).status_code == 200
    other = client.get("/v1/model", headers={"Host": "more.gaze.example"})
    assert_problem(other, 421, "unknown-host")


def test_with_keys_any_name_will_do(keyed, key):
    headers = {"Host": "gaze.example", "X-API-Key": key}
    assert keyed.get("/v1/model", headers=headers).status_code == 200


def test_with_keys_and_names_only_these_will_do(start, assert_problem):
    client = start(host="0.0.0.0", keys={"a": "0" * 64}, allowed_hosts=("gaze.example",))
    answer = client.get("/v1/model", headers={"Host": "attacker.example"})
    assert_problem(answer, 421, "unknown-host")


@pytest.mark.parametrize("name", ["127.0.0.1", "::1", "[::1]", "localhost"])
def test_loopback(name):
    assert is_loopback(name)


@pytest.mark.parametrize("name", ["", "0.0.0.0", "::", "10.0.0.1", "localhost.example", "my-pc"])
def test_not_loopback(name):
    assert not is_loopback(name)


@pytest.mark.parametrize(("address", "status"), [("192.168.1.5", 403), ("127.0.0.1", 200)])
def test_without_keys_only_connections_to_loopback_are_answered(fixed_predictor, address, status):
    """As when the application is run by hand with another --host than its settings say."""
    app = create_app(Settings(allowed_hosts=()), fixed_predictor)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/healthz",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "server": (address, 8000),
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == status
