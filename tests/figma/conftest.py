"""Runs the built Figma plugin in Chromium: its main thread against the stand-in for Figma of
figma-plugin/tests/fake, its window in a sandboxed frame of origin null, against a real service that
lets such frames in as the operator's guide says."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from PIL import Image

from gazecast.cli.serve import listen
from gazecast.model.vocabulary import WINDOWS
from gazecast.serve.app import create_app
from gazecast.serve.security.keys import hash_key
from gazecast.serve.settings import Settings

PLUGIN = Path(__file__).parents[2] / "figma-plugin"
KEY = "gzc_of-a-designer"

Spec = dict[str, Any]


@dataclass
class Running:
    """A service over TCP. requests: the images that it was asked to predict, as arrays."""

    url: str
    port: int
    predicted: list[np.ndarray]


class DarkPredictor:
    """Looks at what is dark, so that what is seen, and what a change does, is known.

    may_answer: cleared, predictions wait for it. started: set when one begins.
    """

    def __init__(self, fixed: Any) -> None:
        self._fixed = fixed
        self.info = fixed.info
        self.warm_up = fixed.warm_up
        self.predicted: list[np.ndarray] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.started = threading.Event()

    def predict(self, picture, window="3s", domain="auto"):
        prediction = self._fixed.predict(picture, window, domain)
        self.predicted.append(picture.rgb)
        self.started.set()
        assert self.may_answer.wait(60)
        ratio = min(1.0, 160 / max(picture.width, picture.height))
        size = [max(1, round(side * ratio)) for side in (picture.width, picture.height)]
        grey = Image.fromarray(picture.rgb).convert("L").resize(size, Image.Resampling.BOX)
        dark = (255.0 - np.asarray(grey)) ** 2 + 40.0
        density = (dark / dark.sum()).astype(np.float32)
        return replace(prediction, densities=dict.fromkeys(WINDOWS, density))


@pytest.fixture
def dark(fixed_predictor) -> DarkPredictor:
    return DarkPredictor(fixed_predictor)


@pytest.fixture(autouse=True, scope="session")
def _data_folder(tmp_path_factory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAZECAST_DATA_DIR", str(tmp_path_factory.mktemp("state")))
        yield


@contextmanager
def _running(predictor: Any, **settings: Any) -> Iterator[Running]:
    deployed = {"keys": {"designer": hash_key(KEY)}, "cors_origins": ("null",)}
    app = create_app(Settings(**{**deployed, **settings}), predictor)
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Running(f"http://127.0.0.1:{port}", port, getattr(predictor, "predicted", []))
        server.should_exit = True
        thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., Running]]:
    """Starts services with a predictor and further settings."""
    with ExitStack() as stack:
        yield lambda predictor, **settings: stack.enter_context(_running(predictor, **settings))


@pytest.fixture
def service(serve, dark) -> Running:
    return serve(dark)


class _Page(BaseHTTPRequestHandler):
    """An empty page; the address is written into what lets it into the network."""

    def do_GET(self):
        content = b"<!doctype html><title>Figma, as far as the plugin knows</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def page_url(answering) -> Iterator[str]:
    with answering(_Page) as url:
        yield url


@pytest.fixture(scope="session")
def fake_figma(tmp_path_factory) -> str:
    """The script of the stand-in for Figma."""
    if not (PLUGIN / "node_modules").is_dir():
        pytest.skip("the plugin's packages are not installed: run figma-plugin/check.sh")
    file = tmp_path_factory.mktemp("figma") / "fake.js"
    subprocess.run(["node", PLUGIN / "build.mjs", "--fake", file], check=True)
    return file.read_text("utf-8")


@pytest.fixture(scope="module")
def browser(chromium):
    with chromium() as browser:
        yield browser


@dataclass
class Plugin:
    """The plugin, started. page: Figma's, where the document is. window: the plugin's frame."""

    page: Any
    window: Any
    errors: list[str] = field(default_factory=list)

    def document(self, node: str = "") -> Any:
        """Everything about the document, or about a node of it."""
        found = f"fake.named({json.dumps(node)})" if node else "fake.root"
        return self.page.evaluate(f"{found}.describe()")

    def id_of(self, node: str) -> str:
        return self.page.evaluate("name => fake.named(name).id", node)

    def names(self) -> list[str]:
        """What is on the open page itself."""
        return self.page.evaluate("fake.currentPage.children.map(({name}) => name)")

    def select(self, *nodes: str) -> None:
        self.page.evaluate("names => fake.select(...names)", list(nodes))

    def image_of(self, node: str) -> np.ndarray:
        """The picture that a node is filled with: uint8 (height, width, 4)."""
        content = base64.b64decode(self.page.evaluate("name => imageOf(name)", node))
        return np.asarray(Image.open(BytesIO(content)).convert("RGBA"))

    def button(self, name: str) -> Any:
        return self.window.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()
        # What is pressed is shown anew only when it is let go.
        self.window.evaluate("new Promise(resolve => setTimeout(resolve))")

    def rows(self) -> list[list[str]]:
        """The table's rows as texts."""
        return self.window.evaluate(
            "[...document.querySelectorAll('tbody tr')].map("
            "  row => [...row.cells].map(cell => cell.innerText.trim()))"
        )

    def wait_done(self) -> None:
        """Until the plugin is not at work."""
        self.window.wait_for_function(
            "document.querySelector('main') && !document.querySelector('progress')"
        )

    def error(self) -> str:
        """What the plugin says went wrong."""
        return self.window.get_by_role("alert").inner_text()


@pytest.fixture
def open_plugin(browser, fake_figma, page_url) -> Iterator[Callable[..., Plugin]]:
    """Starts the plugin on a document.

    children: of the first page. server: address in the settings; no key where key is empty.
    """
    with ExitStack() as stack:

        def open_(
            children: list[Spec],
            *selected: str,
            server: str = "http://127.0.0.1:9",
            key: str = KEY,
            command: str = "analyse",
            pictures: dict[str, bytes] | None = None,
            theme: str = "",
            **settings: Any,
        ) -> Plugin:
            context = stack.enter_context(
                browser.new_context(viewport={"width": 1100, "height": 760})
            )
            context.set_default_timeout(60_000)
            page = context.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(page_url)
            page.evaluate(fake_figma)
            defaults = {"window": "3s", "domain": "auto", "depth": 3, "minimumSize": 12}
            stored = {"server": server, "key": key, **defaults, **settings}
            urls = {
                name: "data:image/png;base64," + base64.b64encode(content).decode()
                for name, content in (pictures or {}).items()
            }
            page.evaluate(
                "setup => startPlugin(setup)",
                {
                    "pages": [
                        {"name": "Page 1", "children": children},
                        {"name": "Page 2", "children": []},
                    ],
                    "command": command,
                    "stored": {"settings": stored},
                    "selected": list(selected),
                    "pictures": urls,
                    "theme": theme,
                    "code": (PLUGIN / "dist" / "code.js").read_text("utf-8"),
                    "html": (PLUGIN / "dist" / "ui.html").read_text("utf-8"),
                },
            )
            frame = page.frames[1]
            frame.wait_for_selector("main")
            assert frame.evaluate("self.origin") == "null"
            return Plugin(page, frame, errors)

        yield open_
