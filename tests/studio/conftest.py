"""A real service and a real browser for tests of the web studio.

Any error on a page's console, any broken Content-Security-Policy and any uncaught exception fails
the test that it happens in.
"""

from __future__ import annotations

import runpy
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from PIL import Image

from gazecast.cli.serve import listen
from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"

_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}

DROP = """
async ([selector, files]) => {
    const transfer = new DataTransfer();
    for (const [name, type, data] of files) {
        const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
        transfer.items.add(new File([bytes], name, {type}));
    }
    const target = document.querySelector(selector);
    for (const kind of ["dragenter", "dragover", "drop"]) {
        target.dispatchEvent(
            new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true})
        );
    }
}
"""


@dataclass
class RunningService:
    url: str
    stop: Callable[[], None]


RunService = Callable[..., AbstractContextManager[RunningService]]


@contextmanager
def _run_service(predictor, **settings) -> Iterator[RunningService]:
    app = create_app(Settings(**{"allowed_hosts": (), **settings}), predictor)
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)

        def stop() -> None:
            server.should_exit = True
            thread.join()

        yield RunningService(url, stop)
        stop()


@pytest.fixture(scope="session")
def run_service() -> RunService:
    """`with run_service(predictor, **settings) as service:` a service over TCP, on a port of its
    own."""
    return _run_service


@pytest.fixture(scope="session")
def drifting_predictor():
    """Quick: one bump on any picture, further right in each later window."""
    fixed = runpy.run_path(str(Path(__file__).parents[1] / "conftest.py"))["FixedPredictor"]

    class Drifting(fixed):
        def predict(self, *arguments):
            prediction = super().predict(*arguments)
            step = prediction.density.shape[1] // 6
            densities = {
                window: np.roll(density, i * step, axis=1)
                for i, (window, density) in enumerate(prediction.densities.items())
            }
            return replace(prediction, densities=densities)

    return Drifting()


@pytest.fixture(scope="session")
def fixed_service(drifting_predictor, tmp_path_factory) -> Iterator[RunningService]:
    """A service whose predictor is quick."""
    with _run_service(drifting_predictor, data_dir=tmp_path_factory.mktemp("state")) as service:
        yield service


@pytest.fixture(scope="session")
def shipped_service(tmp_path_factory) -> Iterator[RunningService]:
    """A service with the shipped model."""
    from gazecast.model.predictor import Predictor

    with _run_service(Predictor(), data_dir=tmp_path_factory.mktemp("state")) as service:
        yield service


@pytest.fixture(scope="module")
def browser(chromium):
    with chromium() as browser:
        yield browser


@dataclass
class PageErrors:
    """seen: what went wrong on the test's pages. expected: pieces of text that are meant to."""

    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect_refusals(self) -> None:
        """Lets requests fail: the browser writes each of them to the console."""
        self.expected.append("Failed to load resource")

    def watch(self, page) -> None:
        def note(message) -> None:
            if message.type in {"error", "warning"}:
                self.seen.append(message.text)

        page.on("console", note)
        page.on("pageerror", lambda error: self.seen.append(f"uncaught: {error}"))

    @property
    def unexpected(self) -> list[str]:
        return [each for each in self.seen if not any(text in each for text in self.expected)]


@pytest.fixture
def page_errors() -> Iterator[PageErrors]:
    errors = PageErrors()
    yield errors
    assert errors.unexpected == []


@pytest.fixture
def open_page(browser, page_errors):
    """Makes pages, each with storage of its own: `open_page(url, **context options)`."""
    contexts = []

    def open_page(url: str | None = None, **options):
        options = {"viewport": {"width": 1366, "height": 900}, "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page_errors.watch(page)
        if url is not None:
            page.goto(url)
            page.wait_for_selector("#studio[data-status]")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def studio(open_page, fixed_service):
    """The studio as it opens, on a service with the quick predictor."""
    return open_page(fixed_service.url)


@pytest.fixture
def look_at(studio, drop, shown, small_picture):
    """The studio with a small picture, predicted, without regions."""
    drop(studio, ("small.png", "image/png", small_picture))
    shown(studio)
    clear = studio.get_by_role("button", name="Clear", exact=True)
    if clear.is_visible():
        clear.click()
        shown(studio)
    return studio


@pytest.fixture(scope="session")
def landing_page() -> Path:
    return EXAMPLES / "landing-page.png"


@pytest.fixture
def drop():
    """`drop(page, path or (name, type, bytes), ...)`: as dragging files onto the page."""

    def drop(page, *files, onto: str = "body") -> None:
        sent = []
        for file in files:
            path = isinstance(file, Path)
            name, media_type, data = (
                (file.name, _TYPES[file.suffix], file.read_bytes()) if path else file
            )
            sent.append([name, media_type, b64encode(data).decode()])
        page.evaluate(DROP, [onto, sent])

    return drop


@pytest.fixture
def shown():
    """Waits until the selected design's prediction is on the page, and measured as it is."""

    def shown(page) -> None:
        page.wait_for_selector("#studio[data-status=ready]")

    return shown


@pytest.fixture(scope="session")
def small_picture() -> bytes:
    """A PNG that is quick to predict: two boxes on white."""
    pixels = np.full((300, 480, 3), 255, dtype=np.uint8)
    pixels[40:90, 40:220] = (30, 60, 160)
    pixels[150:260, 260:440] = (200, 80, 40)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
