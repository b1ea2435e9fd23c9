"""What the plugin says when the server cannot, may not or will not answer."""

from __future__ import annotations

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler

import httpx2
import pytest

KEY = "gzc_of-a-designer"

FRAME = {
    **{"type": "FRAME", "name": "Home", "width": 800, "height": 500, "fill": "#ffffff"},
    "children": [
        {"type": "TEXT", "name": "Title", "x": 90, "width": 200, "height": 60, "fill": "#000000"}
    ],
}


def analyse_and_test(plugin):
    """What both ways to reach the server say: an analysis, and the settings' test."""
    plugin.wait_done()
    told = plugin.error()
    plugin.window.get_by_role("tab", name="Settings").click()
    plugin.press("Test connection")
    plugin.window.locator("[role=status] .error").wait_for()
    return told, plugin.window.locator("[role=status]").inner_text()


def test_connection_that_works(open_plugin, service):
    plugin = open_plugin([FRAME], server=f"{service.url}/", command="settings")
    plugin.press("Test connection")
    plugin.window.get_by_text("Connected: model fixed 0.").wait_for()


def test_settings_are_kept_and_taken_without_another_click(open_plugin, service):
    plugin = open_plugin([FRAME], "Home", server="http://127.0.0.1:9", key="")
    # Without a key the settings come first.
    plugin.window.get_by_label("Address of the gazecast server").fill(service.url)
    plugin.window.get_by_label(re.compile("^Key")).fill(KEY)
    plugin.press("Test connection")
    plugin.window.get_by_text("Connected").wait_for()
    stored = plugin.page.evaluate("fake.stored.get('settings')")
    assert (stored["server"], stored["key"]) == (service.url, KEY)
    assert KEY not in str(plugin.document())
    assert plugin.window.get_by_label(re.compile("^Key")).get_attribute("type") == "password"


def test_nothing_there(open_plugin):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        for told in analyse_and_test(open_plugin([FRAME], "Home", server=url)):
            assert told.startswith(f"Nothing answers at {url}. Start the server there")


@pytest.mark.parametrize(
    "settings",
    [{"cors_origins": ()}, {"cors_origins": (), "keys": {}}],
    ids=["a key but not null", "no key, as gazecast serve starts it"],
)
def test_a_server_that_lets_no_plugins_in(open_plugin, serve, dark, settings):
    service = serve(dark, **settings)
    for told in analyse_and_test(open_plugin([FRAME], "Home", server=service.url)):
        assert "it lets no plugins in. Start it with GAZECAST_CORS_ORIGINS=null" in told
    assert service.predicted == []


@pytest.mark.parametrize("key", ["gzc_wrong", ""])
def test_a_wrong_key_or_none(open_plugin, service, key):
    plugin = open_plugin([FRAME], server=service.url, key=key)
    plugin.window.get_by_role("tab", name="Analyse").click()
    plugin.select("Home")
    plugin.press("Analyse")
    for told in analyse_and_test(plugin):
        assert "does not take this key" in told
        assert "gazecast keys add NAME" in told


def test_an_address_in_the_network_without_tls(open_plugin):
    # .invalid is never an address, as a mixed request is never sent.
    for told in analyse_and_test(open_plugin([FRAME], "Home", server="http://gaze.invalid:8000")):
        assert "Put a proxy with TLS before the server, and write https:// here" in told


@pytest.mark.parametrize("address", ["localhost:8000", "gaze", "", "ftp://a.example"])
def test_what_is_no_address(open_plugin, address):
    for told in analyse_and_test(open_plugin([FRAME], "Home", server=address)):
        assert "address" in told


def test_too_large(open_plugin, serve, dark):
    plugin = open_plugin([FRAME], "Home", server=serve(dark, max_body_bytes=1000).url)
    plugin.wait_done()
    assert "larger than 1,000 bytes" in plugin.error()
    assert "GAZECAST_MAX_BODY_BYTES" in plugin.error()


@pytest.fixture
def proxy_that_cuts_uploads(service, answering):
    """Stands before the service: it passes everything on but what is posted."""
    url = service.url

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = {name: self.headers[name] for name in self.headers if name != "Host"}
            answer = httpx2.request(self.command, url + self.path, headers=asked)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in {"transfer-encoding", "date", "server"}:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def do_OPTIONS(self):
            self.do_GET()

        def do_POST(self):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

        def log_message(self, *_):
            pass

    with answering(Proxy) as address:
        yield address


def test_a_proxy_that_cuts_large_uploads_off(open_plugin, proxy_that_cuts_uploads):
    plugin = open_plugin([FRAME], "Home", server=proxy_that_cuts_uploads)
    plugin.wait_done()
    assert "The connection broke while 0.0 MB were sent" in plugin.error()


def test_a_busy_server_is_asked_again(open_plugin, serve, dark, encode_image):
    service = serve(dark, concurrency=1, queue_length=0)
    dark.may_answer.clear()
    with httpx2.Client(base_url=service.url, headers={"X-API-Key": KEY}, timeout=60) as client:
        other = threading.Thread(
            target=lambda: client.post("/v1/predictions", files={"image": encode_image()})
        )
        other.start()
        assert dark.started.wait(60)
        plugin = open_plugin([FRAME], "Home", server=service.url)
        plugin.window.get_by_text("The server is busy; asking again in").wait_for()
        dark.may_answer.set()
        other.join()
        plugin.wait_done()
    assert plugin.window.get_by_role("alert").count() == 0
    assert "Attention · Home" in plugin.names()


class _Busy(BaseHTTPRequestHandler):
    """A gazecast server that has too much to do for a while. (The browser's own interception would
    miss requests of a frame that has just been made.)"""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        problem = {"status": 503, "detail": "There is too much to do.", "remedy": "Ask again."}
        self._answer(503, json.dumps(problem).encode())

    def do_OPTIONS(self):
        self._answer(200, b"")

    def _answer(self, status, content):
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Access-Control-Expose-Headers", "Retry-After")
        self.send_header("Retry-After", "50")
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def test_waiting_for_a_busy_server_can_be_cancelled(open_plugin, answering):
    with answering(_Busy) as url:
        plugin = open_plugin([FRAME], "Home", server=url)
        plugin.window.get_by_text(re.compile(r"asking again in \d+ s")).wait_for()
        plugin.press("Cancel")
        plugin.wait_done()
        assert plugin.window.get_by_role("alert").count() == 0


def test_a_broken_model_is_the_servers_own_words(open_plugin, serve, dark):
    dark.predict = None
    plugin = open_plugin([FRAME], "Home", server=serve(dark).url)
    plugin.wait_done()
    assert "Look into the service's log" in plugin.error()


class _Other(BaseHTTPRequestHandler):
    """A server of something else, open to all pages."""

    def do_GET(self):
        content = b"<h1>Welcome</h1>"
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, *_):
        pass


def test_another_server(open_plugin, answering):
    with answering(_Other) as url:
        for told in analyse_and_test(open_plugin([FRAME], "Home", server=url)):
            assert "is not a gazecast server" in told


def test_a_frame_deleted_in_the_middle(open_plugin, service, dark):
    plugin = open_plugin([FRAME], server=service.url)
    dark.may_answer.clear()
    plugin.select("Home")
    plugin.press("Analyse")
    assert dark.started.wait(60)
    plugin.page.evaluate("fake.named('Home').remove()")
    dark.may_answer.set()
    plugin.wait_done()
    assert "was deleted" in plugin.error()
    assert plugin.names() == []
