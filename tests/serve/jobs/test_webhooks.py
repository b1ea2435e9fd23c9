"""Webhooks: signed, sent again until taken, and only to where they may go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time

import pytest
import trustme

from gazecast.serve.jobs import webhooks, worker
from gazecast.serve.jobs.webhooks import WebhookError, check_url, is_public

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def authority(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return authority


@pytest.fixture
def receiver(authority):
    """An https server; it answers with `statuses`, then with 204, and keeps what it got. Before
    each answer comes `100 Continue`, `interim` times."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.received.append((self.path, dict(self.headers.lower_items()), body))
            for _ in range(self.server.interim):
                self.send_response_only(100)
                self.end_headers()
            self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Message(http.client.HTTPMessage):
        def lower_items(self):
            return [(name.lower(), value) for name, value in self.items()]

    Handler.MessageClass = Message
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.received, server.statuses, server.interim = [], [], 0
    server.handle_error = lambda *_: None
    server.url = f"https://localhost:{server.server_port}/hook?x=1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(worker, "_POLL_SECONDS", 0.05)
    monkeypatch.setattr(worker, "RETRY_SECONDS", (0.05, 0.05))


@pytest.fixture
def told(send, wait_for, encode_image, quick):
    """What became of the webhook of a new job."""

    def told(service, url):
        path = send(service, ("secret.png", encode_image()), webhook=url).headers["location"]
        return wait_for(
            lambda: service.get(path).json(), lambda job: job["webhook"]["state"] != "waiting"
        )

    return told


@pytest.fixture
def trusting(tmp_path):
    return {
        "webhook_secret": SECRET,
        "webhook_private": True,
        "webhook_ca": tmp_path / "ca.pem",
    }


def test_the_end_of_a_job_is_told_and_signed(start, told, receiver, trusting):
    job = told(start(**trusting), receiver.url)
    assert job["webhook"] == {"state": "delivered", "attempts": 1, "error": None}
    ((path, headers, body),) = receiver.received
    assert path == "/hook?x=1"
    message = json.loads(body)
    assert message["type"] == "job.finished"
    assert message["data"] == {"id": job["id"], "done": 1, "failed": 0}
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 60
    # As standardwebhooks.com says, written out once more.
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert b"secret" not in body


def test_it_is_sent_until_taken_with_the_same_id(start, told, receiver, trusting):
    receiver.statuses[:] = [500, 429]
    job = told(start(**trusting), receiver.url)
    assert job["webhook"] == {"state": "delivered", "attempts": 3, "error": None}
    assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 1


def test_it_is_given_up_in_the_end(start, told, receiver, trusting):
    receiver.statuses[:] = [500] * 9
    hook = told(start(**trusting), receiver.url)["webhook"]
    assert (hook["state"], hook["attempts"]) == ("failed", 3)
    assert "500" in hook["error"]


def test_redirects_are_not_followed(start, told, receiver, trusting):
    receiver.statuses[:] = [307] * 9
    hook = told(start(**trusting), receiver.url)["webhook"]
    assert "307" in hook["error"]
    assert {path for path, _, _ in receiver.received} == {"/hook?x=1"}


def test_a_name_with_a_private_address_is_not_called(start, told, receiver, trusting):
    hook = told(start(**trusting | {"webhook_private": False}), receiver.url)["webhook"]
    assert "not on the internet" in hook["error"]
    assert receiver.received == []


def test_an_untrusted_certificate_is_told(start, told, receiver, trusting):
    hook = told(start(**trusting | {"webhook_ca": None}), receiver.url)["webhook"]
    assert "certificate" in hook["error"]
    assert receiver.received == []


def test_a_certificate_for_another_name_is_told(start, told, receiver, trusting):
    url = receiver.url.replace("localhost", "127.0.0.1")
    assert "certificate" in told(start(**trusting), url)["webhook"]["error"]


def test_a_receiver_that_is_not_there_is_told(start, told, trusting, authority):
    hook = told(start(**trusting), "https://localhost:1/")["webhook"]
    assert "cannot be reached" in hook["error"]


def test_a_receiver_that_says_nothing_holds_up_for_so_long(
    start, told, trusting, authority, monkeypatch
):
    import socket

    monkeypatch.setattr(webhooks, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}/"
        assert "no answer" in told(start(**trusting), url)["webhook"]["error"]


def test_a_few_interim_answers_are_passed_over(start, told, receiver, trusting):
    receiver.interim = 5
    assert told(start(**trusting), receiver.url)["webhook"]["state"] == "delivered"


@pytest.mark.parametrize("interim", [6, 1_000_000])
def test_a_receiver_that_answers_100_without_end_is_given_up(
    start, told, receiver, trusting, interim
):
    receiver.interim = interim
    started = time.monotonic()
    hook = told(start(**trusting), receiver.url)["webhook"]
    assert hook["state"] == "failed"
    assert "more than 5 interim answers" in hook["error"]
    # Each of three attempts is given up at once, not when its time is over.
    assert time.monotonic() - started < webhooks.TIMEOUT_SECONDS


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://user:password@example.com/",
        "https://",
        "https://example.com:99999/",
        "https://example.com/\r\nX: y",
        "file:///etc/passwd",
    ],
)
def test_a_url_that_may_not_be_called_is_refused(start, send, encode_image, url):
    service = start(webhook_secret=SECRET)
    answer = send(service, ("a.png", encode_image()), webhook=url)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:gazecast:problem:invalid-webhook"


# Where each network outside the internet begins and ends.
NOT_PUBLIC = {
    "this network": ("0.0.0.0", "0.255.255.255"),
    "private, class A": ("10.0.0.0", "10.255.255.255"),
    "carrier's NAT": ("100.64.0.0", "100.127.255.255", "100.100.100.200"),
    "loopback": ("127.0.0.0", "127.0.0.1", "127.255.255.255"),
    "Azure's platform": ("168.63.129.16",),
    "link-local": ("169.254.0.0", "169.254.169.254", "169.254.255.255"),
    "private, class B": ("172.16.0.0", "172.31.255.255"),
    "protocol assignments": ("192.0.0.0", "192.0.0.9", "192.0.0.192", "192.0.0.255"),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.255"),
    "6to4's relays": ("192.88.99.0", "192.88.99.1", "192.88.99.255"),
    "private, class C": ("192.168.0.0", "192.168.255.255"),
    "benchmarks": ("198.18.0.0", "198.19.255.255"),
    "multicast": ("224.0.0.1", "239.255.255.255"),
    "reserved": ("240.0.0.0", "255.255.255.255"),
    "IPv6 loopback and none": ("::", "::1"),
    "IPv4-compatible": ("::8.8.8.8", "::10.0.0.1", "::255.255.255.255"),
    "IPv4-mapped": ("::ffff:127.0.0.1", "::ffff:168.63.129.16", "::ffff:192.88.99.1"),
    "IPv4-translated": ("::ffff:0:8.8.8.8", "::ffff:0:10.0.0.1"),
    "NAT64 of something private": ("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::192.0.0.1"),
    "NAT64 of one's own": ("64:ff9b:1::", "64:ff9b:1::8.8.8.8", "64:ff9b:1:ffff::1"),
    "discarded": ("100::1", "100:0:0:1::1"),
    "IPv6 protocol assignments": ("2001::1", "2001:0:5ef5:79fd::1", "2001:2::1", "2001:1ff::1"),
    "6to4 of something private": ("2002:7f00:1::", "2002:a00:1::1", "2002:a83f:8110::1"),
    "IPv6 documentation": ("2001:db8::1", "3fff::1", "3fff:fff:ffff::1"),
    "segment routing": ("5f00::1", "5f00:ffff::1"),
    "not handed out": ("1fff::1", "4000::1", "8000::1", "fbff::1"),
    "unique local": ("fc00::1", "fd00:ec2::254", "fdff::1"),
    "IPv6 link-local": ("fe80::1", "fe80::1%eth0", "febf::1"),
    "site-local": ("fec0::1", "fec0:0:0:ffff::1", "feff::1"),
    "IPv6 multicast": ("ff00::1", "ff02::1", "ff0e::1"),
}


@pytest.mark.parametrize("kind", NOT_PUBLIC)
def test_addresses_outside_the_internet(kind):
    assert [address for address in NOT_PUBLIC[kind] if is_public(address)] == []


# Public resolvers and hosts, and the neighbours of networks that are not public.
PUBLIC = {
    "IPv4": ("1.0.0.0", "8.8.8.8", "93.184.215.14", "223.255.255.255"),
    "next to private": ("9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0"),
    "next to link-local and loopback": ("126.255.255.255", "128.0.0.0", "169.253.255.255"),
    "next to small networks": ("168.63.129.15", "168.63.129.17", "192.0.1.0", "192.88.100.0"),
    "next to carrier's NAT": ("100.63.255.255", "100.128.0.0"),
    "IPv4-mapped": ("::ffff:8.8.8.8",),
    "NAT64": ("64:ff9b::8.8.8.8", "64:ff9b::5db8:d70e"),
    "6to4": ("2002:808:808::1",),
    "IPv6": ("2606:2800:21f::1", "2001:4860:4860::8888", "2a00:1450:4001::1", "2c0f:f248::1"),
    "next to IPv6's own": ("2001:200::1", "2001:db7::1", "2001:db9::1", "3fff:1000::1"),
}


@pytest.mark.parametrize("kind", PUBLIC)
def test_addresses_on_the_internet(kind):
    assert [address for address in PUBLIC[kind] if not is_public(address)] == []


def test_a_url_without_a_path_is_one():
    assert check_url("https://example.com").hostname == "example.com"
    with pytest.raises(WebhookError):
        check_url("https://ex ample.com")


@pytest.mark.parametrize("secret", ["", "short", "whsec_", "whsec_c2hvcnQ=", "x" * 40 + "!"])
def test_a_weak_secret_is_refused(start, secret):
    with pytest.raises(ValueError, match="whsec_"):
        start(webhook_secret=secret)
