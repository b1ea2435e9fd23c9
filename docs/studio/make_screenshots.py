"""Makes the pictures of the web studio in this folder, from the studio's own examples.

Run ``python docs/studio/make_screenshots.py``. It starts the service with the shipped model, and
needs Chromium and the Playwright package. Each view is shown light and dark, on a desktop and on a
phone: ``VIEW.DEVICE.SCHEME.png``.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from gazecast.cli.serve import listen
from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"

DEVICES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
COLOURS = {"desktop": 160, "phone": 128}


@contextmanager
def service() -> Iterator[str]:
    """The address of a running service."""
    with tempfile.TemporaryDirectory() as folder, listen("127.0.0.1", 0) as listener:
        app = create_app(Settings(data_dir=Path(folder)))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def ready(page: Page) -> None:
    page.wait_for_selector("#studio[data-status=ready]", timeout=120_000)
    page.mouse.move(0, 0)  # nothing is pointed at


def view(page: Page, name: str, tab: str) -> None:
    page.get_by_role("radio", name=name).check()
    page.get_by_role("tab", name=tab).click()
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")


def start(page: Page) -> None:
    expect(page.locator(".example img")).to_have_count(4)
    page.evaluate(
        "Promise.all([...document.images].map(image => image.decode().catch(() => null)))"
    )


def ranking(page: Page) -> None:
    page.get_by_label("Let me say what should be seen first").check()
    page.get_by_role("button", name="Landing page", exact=True).click()
    for name in ("headline", "primary button", "face"):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("button", name="Reveal prediction")).to_be_enabled(timeout=120_000)
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")


def heatmap(page: Page) -> None:
    page.get_by_role("button", name="Reveal prediction").click()
    expect(page.locator(".agreement")).to_be_visible(timeout=120_000)
    ready(page)
    view(page, "Heatmap", "Regions")


def region(page: Page) -> None:
    page.get_by_role("row").filter(has=page.get_by_role("button", name="Goal: face")).click()
    view(page, "Heatmap", "Regions")


def focus(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator(".stage").first.click(position={"x": 5, "y": 5})
    view(page, "Focus", "Scores")


def contours(page: Page) -> None:
    view(page, "Contours", "Order")


def first_glances(page: Page) -> None:
    view(page, "First glances", "Findings")


def take_away(page: Page) -> None:
    view(page, "Design", "Take away")


def compare(page: Page) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(".topbar .primary").click()
    chooser.value.set_files(EXAMPLES / "landing-page-b.png")
    page.get_by_role("button", name="Remove landing-page-b.png").wait_for()
    page.get_by_role("button", name="Skip", exact=True).click()  # ranking
    ready(page)
    page.get_by_role("tab", name="Regions").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(EXAMPLES / "landing-page-b.regions.json")
    page.get_by_role("button", name="Goal: face").wait_for()
    page.get_by_role("radio", name="Heatmap").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_label("Should be seen", exact=True).select_option("primary button")
    verdict(page)


def swipe(page: Page) -> None:
    page.get_by_role("radio", name="Swipe").check()
    verdict(page)


def difference(page: Page) -> None:
    page.get_by_role("radio", name="Difference").check()
    verdict(page)


def verdict(page: Page) -> None:
    page.wait_for_selector('.verdict[data-verdict="leads"]:not([aria-busy])', timeout=120_000)
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")


def panel(page: Page) -> None:
    """On a phone the numbers lie below the design."""
    view(page, "Heatmap", "Regions")
    page.locator(".panel").evaluate("panel => scrollTo(0, panel.offsetTop - 60)")


STEPS: tuple[Callable[[Page], None], ...] = (
    start,
    ranking,
    heatmap,
    region,
    focus,
    contours,
    first_glances,
    take_away,
)
COMPARED: tuple[Callable[[Page], None], ...] = (compare, swipe, difference)


def save(page: Page, name: str, colours: int) -> None:
    with Image.open(BytesIO(page.screenshot(animations="disabled"))) as shot:
        few = shot.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        few.save(HERE / f"{name}.png", optimize=True)
    print(f"{name}.png {(HERE / f'{name}.png').stat().st_size:,} bytes")


def main() -> None:
    """Writes all pictures."""
    with service() as url, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for device, options in DEVICES.items():
            steps = (*STEPS, *([panel] if device == "phone" else []), *COMPARED)
            for scheme in ("light", "dark"):
                page = browser.new_page(color_scheme=scheme, reduced_motion="reduce", **options)
                page.set_default_timeout(60_000)
                page.goto(url)
                for step in steps:
                    step(page)
                    save(page, f"{step.__name__}.{device}.{scheme}", COLOURS[device])
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
