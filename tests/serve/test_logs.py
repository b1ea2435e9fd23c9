"""What a running server writes, and what it does not."""

from __future__ import annotations

import time

import httpx2
import pytest

PATH = "/v1/predictions"
SECRET = "quarterly-layoffs"


@pytest.fixture(scope="module")
def server(start_server):
    return start_server()


def lines_of(server, request_id):
    """Of the log, once there is one: it is written after the answer."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if found := [line for line in server.log() if line.get("request_id") == request_id]:
            return found
        time.sleep(0.02)
    return []


def test_a_request_is_one_line_with_its_facts(server, encode_image):
    answer = httpx2.post(f"{server.url}{PATH}", files={"image": encode_image()})
    (line,) = lines_of(server, answer.headers["x-request-id"])
    assert line.pop("seconds") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("request_id")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "gazecast.serve.access",
        "method": "POST",
        "route": PATH,
        "status": 200,
    }


def test_an_id_from_outside_is_taken_over(server):
    answer = httpx2.get(f"{server.url}/v1/model", headers={"X-Request-ID": "trace-1:2.3"})
    assert answer.headers["x-request-id"] == "trace-1:2.3"
    assert lines_of(server, "trace-1:2.3")


@pytest.mark.parametrize("text", ['"} {"event": "forged', "x" * 200])
def test_an_id_that_is_none_is_replaced(server, text):
    answer = httpx2.get(f"{server.url}/v1/model", headers={"X-Request-ID": text})
    assert text not in answer.headers["x-request-id"]
    assert text not in server.log_file.read_text()


def test_uvicorn_writes_the_same_form(server):
    assert any(line["logger"] == "uvicorn.error" for line in server.log())
    assert all({"event", "level", "timestamp"} <= set(line) for line in server.log())


def test_probes_are_not_logged(server):
    for path, request_id in (("/healthz", "probe"), ("/v1/model", "after-the-probe")):
        httpx2.get(f"{server.url}{path}", headers={"X-Request-ID": request_id})
    assert lines_of(server, "after-the-probe")
    assert "probe" not in {line.get("request_id") for line in server.log()}


def test_no_names_no_paths_no_content(server, encode_image, bad_images):
    url = f"{server.url}{PATH}"
    name = f"{SECRET}.png"
    for content in (encode_image(), bad_images["corrupt"], SECRET.encode(), b""):
        httpx2.post(url, files={"image": (name, content)})
    httpx2.post(url, files={"image": encode_image()}, data={SECRET: SECRET, "window": SECRET})
    httpx2.post(url, content=SECRET, headers={"Content-Type": "multipart/form-data; boundary=b"})
    headers = {"Referer": SECRET, "X-Request-ID": "the-last"}
    httpx2.get(f"{server.url}/{SECRET}", params={SECRET: SECRET}, headers=headers)
    assert lines_of(server, "the-last")
    assert SECRET not in server.log_file.read_text()
