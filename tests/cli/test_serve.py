"""`gazecast serve`: where it listens, and the real thing once through."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.cli.serve import listen


def test_a_used_port_is_told(monkeypatch, fixed_predictor):
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda *_, **__: fixed_predictor)
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["serve", "--port", str(port)])
    assert result.exit_code == 1
    assert f"Port {port} on 127.0.0.1 is in use" in result.output
    assert "--port" in result.output


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_ours_is_told(monkeypatch, fixed_predictor, host):
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda *_, **__: fixed_predictor)
    result = CliRunner().invoke(app, ["serve", "--host", host])
    assert result.exit_code == 1
    assert f"Cannot listen on {host}" in result.output


def test_a_wrong_setting_is_told(monkeypatch):
    monkeypatch.setenv("GAZECAST_CONCURRENCY", "none")
    result = CliRunner().invoke(app, ["serve"])
    assert result.exit_code == 1
    assert "concurrency" in result.output


@pytest.fixture
def service():
    """The address of a service with the shipped model, in a process of its own."""
    command = [sys.executable, "-c", "from gazecast.cli.main import app; app()"]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    with process, process.stderr:
        first_line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", first_line)
        assert found, first_line + process.stderr.read()
        yield found[0]
        process.send_signal(signal.SIGINT)
        log = process.stderr.read()
    assert process.returncode == 0, log


def test_serves_the_shipped_model_over_http(service, encode_image):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="image"; filename="page.png"\r\n\r\n'
        + encode_image()
        + b"\r\n--b--\r\n"
    )
    request = urllib.request.Request(
        f"{service}/v1/predictions",
        data=body,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        prediction = json.load(answer)
    with urllib.request.urlopen(f"{service}/v1/model", timeout=10) as answer:
        assert json.load(answer)["sha256"] == prediction["model"]["sha256"]


def test_an_answer_over_http_can_be_a_problem(service):
    with pytest.raises(urllib.error.HTTPError) as failed:
        urllib.request.urlopen(f"{service}/v2", timeout=10)
    with failed.value as answer:
        assert answer.code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
