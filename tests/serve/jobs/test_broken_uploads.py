"""What services that share a data folder do with the uploads of one that was killed amid them."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest

HEAD = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
TAIL = b"\r\n--b--\r\n"


@pytest.fixture
def half_sent(folder, wait_for, encode_image):
    """Sends half a job; gives the name of its folder, and a way to send the rest."""

    @contextmanager
    def half_sent(server):
        image = encode_image(400, 300)
        body = HEAD + image + TAIL
        address = urlsplit(server.url)
        before = {path.name for path in folder.glob("uploads/*")}
        with socket.create_connection((address.hostname, address.port), timeout=60) as sender:
            sender.sendall(
                b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body[: len(body) // 2])
            )
            file = wait_for(
                lambda: [
                    path
                    for path in folder.glob("uploads/*/received")
                    if path.parent.name not in before
                ],
                bool,
            )[0]

            def send_rest():
                sender.sendall(body[len(body) // 2 :])
                return sender.makefile("rb").read().decode()

            yield file.parent, send_rest

    return half_sent


def test_uploads_of_a_killed_service_go_and_those_of_a_living_one_stay(
    start_server, folder, half_sent, wait_for, encode_image
):
    # No picture is done in the time of this test.
    killed = start_server(seconds=3600, data_dir=folder, concurrency=1)
    stored = httpx2.post(f"{killed.url}/v1/jobs", files={"files": encode_image()}, timeout=60)
    path = stored.headers["location"]
    with half_sent(killed) as (partial, _):
        killed.process.kill()
        killed.process.wait()
    assert (partial / "received").exists()

    living = start_server(data_dir=folder)
    with half_sent(living) as (arriving, send_rest):
        wait_for(partial.exists, lambda there: not there, seconds=20)
        with half_sent(living) as (broken_off, _):
            third = start_server(data_dir=folder)
            # What the killed one had stored is kept, and finished.
            wait_for(
                lambda: httpx2.get(f"{third.url}{path}", timeout=60).json()["items"]["done"], bool
            )
            assert (arriving / "received").exists()
            assert (broken_off / "received").exists()
        wait_for(broken_off.exists, lambda there: not there)  # its sender hung up
        answer = send_rest()
    assert answer.startswith("HTTP/1.1 202")
    job = f"/v1/jobs/{arriving.name}"
    finished = wait_for(
        lambda: httpx2.get(f"{third.url}{job}", timeout=60).json(),
        lambda job: job["state"] == "finished",
    )
    assert finished["items"]["done"] == 1
    left = [path for path in folder.rglob("uploads/*/*") if path.is_file()]
    assert left == []
