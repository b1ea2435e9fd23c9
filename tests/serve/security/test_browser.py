"""What pages in a real browser can get from a service on a loopback address.

Every attack is also run by a page that the service lets in: an attack that fails there as well
would show nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace

import httpx2
import pytest
import uvicorn

from gazecast.cli.serve import listen
from gazecast.serve.app import create_app
from gazecast.serve.security.keys import hash_key
from gazecast.serve.settings import Settings

PATHS = (
    "/",
    "/healthz",
    "/v1/model",
    "/openapi.json",
    "/metrics",
    "/v1/jobs",
)

# Runs in a page and returns what it could read. A canvas makes a real image, so that a request
# that comes through is predicted.
TRY_EVERYTHING = """
async ({service, paths, headers}) => {
    const read = [];
    const attempt = async (name, method, path, options) => {
        try {
            const answer = await fetch(service + path, {method, ...options});
            const text = await answer.text();
            if (answer.type !== "opaque" || text) read.push(`${name} ${path} ${answer.status}`);
        } catch (error) {}
    };
    const canvas = new OffscreenCanvas(60, 40);
    canvas.getContext("2d").fillRect(10, 10, 20, 20);
    const blob = await canvas.convertToBlob();
    for (const path of paths) {
        await attempt("GET", "GET", path, {headers});
        await attempt("GET no-cors", "GET", path, {mode: "no-cors"});
        await attempt("DELETE", "DELETE", path, {headers});
    }
    for (const [path, field] of [["/v1/predictions", "image"], ["/v1/jobs", "files"]]) {
        const form = new FormData();
        form.append(field, blob, "a.png");
        await attempt("POST", "POST", path, {body: form, headers});
        await attempt("POST no-cors", "POST", path, {body: form, mode: "no-cors"});
        await attempt("POST with cookies", "POST", path, {body: form, credentials: "include"});
    }
    return read;
}
"""

# Runs in a page and returns which elements another origin's answer loaded or showed anything in.
TRY_ELEMENTS = """
async ({service, paths}) => {
    const shown = [];
    for (const path of paths) {
        for (const [tag, attribute] of [["img", "src"], ["script", "src"], ["object", "data"]]) {
            const element = document.createElement(tag);
            element[attribute] = service + path;
            const loaded = new Promise(resolve => {
                element.onload = () => resolve(true);
                element.onerror = () => resolve(false);
                setTimeout(() => resolve(false), 1000);
            });
            document.body.append(element);
            if (await loaded) shown.push(`${tag} ${path}`);
        }
    }
    return shown;
}
"""


class _Page(BaseHTTPRequestHandler):
    """An empty page, or at /framed one with a sandboxed frame, whose origin is null."""

    def do_GET(self):
        framed = '<iframe sandbox="allow-scripts" srcdoc="<p>framed</p>"></iframe>'
        content = f"<!doctype html>{framed if self.path == '/framed' else ''}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def page_origin(answering) -> Iterator[str]:
    """Where the attacking pages are served: another port is another origin."""
    with answering(_Page) as url:
        yield url


@pytest.fixture(scope="module")
def browser(chromium):
    with chromium("--host-resolver-rules=MAP attacker.example 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def page(browser):
    # Own pages may run nothing, by the policy in the answers; here they are to run the attacks.
    with browser.new_context(bypass_csp=True) as context:
        yield context.new_page()


@contextmanager
def _running(predictor, **settings):
    """A service over TCP: its url, and a list that grows with every prediction it makes."""
    predictions = []

    class Noting:
        info = predictor.info
        warm_up = predictor.warm_up

        def predict(self, *arguments):
            predictions.append(arguments)
            return predictor.predict(*arguments)

    app = create_app(Settings(**{"allowed_hosts": (), **settings}), Noting())
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield SimpleNamespace(url=f"http://127.0.0.1:{port}", port=port, predictions=predictions)
        server.should_exit = True
        thread.join()


def _try_everything(frame, service, *, key=None, paths=PATHS):
    headers = {"X-API-Key": key} if key else {}
    return frame.evaluate(
        TRY_EVERYTHING, {"service": service.url, "paths": paths, "headers": headers}
    )


@contextmanager
def _job(service, png):
    """The paths of a finished job, and a function that tells whether it is still there."""
    with httpx2.Client(base_url=service.url) as client:
        job = client.post("/v1/jobs", files={"files": ("a.png", png)}).json()
        path = job["links"]["self"]
        while client.get(path).json()["state"] != "finished":
            time.sleep(0.05)
        service.predictions.clear()
        yield [path, job["links"]["results"]], lambda: client.get(path).status_code == 200


def _sandboxed(page, origin):
    page.goto(f"{origin}/framed")
    frame = page.frames[1]
    assert frame.evaluate("self.origin") == "null"
    return frame


def test_another_origin_reads_nothing_and_predicts_nothing(page, page_origin, fixed_predictor):
    with _running(fixed_predictor) as service:
        page.goto(page_origin)
        assert _try_everything(page, service) == []
        assert service.predictions == []


def test_a_sandboxed_frame_reads_nothing_and_predicts_nothing(page, page_origin, fixed_predictor):
    with _running(fixed_predictor) as service:
        assert _try_everything(_sandboxed(page, page_origin), service) == []
        assert service.predictions == []


@pytest.mark.parametrize("sandboxed", [False, True])
def test_nobody_else_reads_or_erases_a_job(
    page, page_origin, fixed_predictor, encode_image, sandboxed
):
    with _running(fixed_predictor) as service, _job(service, encode_image()) as (paths, exists):
        page.goto(page_origin)
        frame = _sandboxed(page, page_origin) if sandboxed else page
        assert _try_everything(frame, service, paths=paths) == []
        assert service.predictions == []  # no job was made, either
        assert exists()
        page.goto(service.url)  # the same attack from within, to know that it is one
        read = _try_everything(page, service, paths=paths)
        assert f"GET {paths[0]} 200" in read
        assert "POST /v1/jobs 202" in read
        assert not exists()


def test_the_same_attacks_succeed_from_the_service_itself(page, fixed_predictor):
    with _running(fixed_predictor) as service:
        page.goto(service.url)
        read = _try_everything(page, service)
        assert {f"GET {path} 200" for path in ("/", "/v1/model", "/metrics")} <= set(read)
        assert "POST /v1/predictions 200" in read
        assert service.predictions


def test_the_same_attacks_succeed_from_a_listed_origin(page, page_origin, fixed_predictor):
    with _running(fixed_predictor, cors_origins=(page_origin,)) as service:
        page.goto(page_origin)
        read = _try_everything(page, service)
        assert "GET /v1/model 200" in read
        assert "POST /v1/predictions 200" in read
        assert not any("cookies" in name for name in read)


def test_a_plugin_with_a_key_gets_its_predictions(page, page_origin, fixed_predictor):
    keys = {"plugin": hash_key("one")}
    with _running(fixed_predictor, cors_origins=("null",), keys=keys) as service:
        frame = _sandboxed(page, page_origin)
        assert "POST /v1/predictions 200" in _try_everything(frame, service, key="one")


def test_a_sandboxed_frame_without_the_plugins_key_gets_none(page, page_origin, fixed_predictor):
    keys = {"plugin": hash_key("one")}
    with _running(fixed_predictor, cors_origins=("null",), keys=keys) as service:
        frame = _sandboxed(page, page_origin)
        for key in (None, "another"):
            read = _try_everything(frame, service, key=key)
            # Refusals it may read, and the probes, which tell nothing.
            assert all(name.endswith(" 401") or "/healthz " in name for name in read)
        assert service.predictions == []


@pytest.mark.parametrize("sandboxed", [False, True])
def test_no_element_shows_an_answer(page, page_origin, fixed_predictor, sandboxed):
    with _running(fixed_predictor) as service:
        page.goto(page_origin)
        frame = _sandboxed(page, page_origin) if sandboxed else page
        shown = frame.evaluate(TRY_ELEMENTS, {"service": service.url, "paths": PATHS})
        assert shown == []


def test_a_form_sent_by_another_origin_is_refused(page, page_origin, fixed_predictor):
    with _running(fixed_predictor) as service:
        page.goto(page_origin)
        with page.expect_navigation() as navigation:
            page.evaluate(
                """url => {
                    const form = document.createElement("form");
                    Object.assign(form, {
                        action: url, method: "post", enctype: "multipart/form-data"
                    });
                    document.body.append(form);
                    form.submit();
                }""",
                f"{service.url}/v1/predictions",
            )
        assert navigation.value.status == 403


def test_a_window_opened_by_another_origin_is_out_of_its_reach(page, page_origin, fixed_predictor):
    with _running(fixed_predictor) as service:
        page.goto(page_origin)
        with page.expect_popup() as opened:
            page.evaluate("url => { window.opened = open(url) }", f"{service.url}/v1/model")
        opened.value.wait_for_load_state()
        assert opened.value.evaluate("window.opener") is None
        page.wait_for_function("window.opened.closed")  # as far as this page can tell


def test_a_name_that_was_pointed_at_the_service_is_not_answered(page, fixed_predictor):
    """DNS rebinding: to the browser, the service is the attacker's own origin."""
    with _running(fixed_predictor) as service:
        rebound = SimpleNamespace(url=f"http://attacker.example:{service.port}")
        assert page.goto(rebound.url).status == 421
        read = _try_everything(page, rebound)
        assert read
        assert all(name.endswith(" 421") for name in read)
        assert service.predictions == []
