"""What goes wrong: files, the service, the key."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from gazecast.serve.security.keys import hash_key


class Held:
    """A predictor that holds each prediction until it is let go."""

    def __init__(self, predictor):
        self.info, self.warm_up, self._predict = (
            predictor.info,
            predictor.warm_up,
            predictor.predict,
        )
        self.open = threading.Event()
        self.begun = threading.Event()

    def predict(self, *arguments):
        self.begun.set()
        assert self.open.wait(60)
        return self._predict(*arguments)


@pytest.fixture
def held(drifting_predictor):
    held = Held(drifting_predictor)
    yield held
    held.open.set()


def test_a_file_that_is_no_picture(studio, drop):
    drop(studio, ("notes.txt", "text/plain", b"not a picture"))
    expect(studio.get_by_role("alert")).to_contain_text("notes.txt is no picture that can be read")
    expect(studio.get_by_text("Choose a PNG, JPEG, WebP or SVG file.")).to_be_visible()
    assert studio.locator("#studio").get_attribute("data-status") == "empty"
    studio.get_by_role("button", name="Close message").click()
    expect(studio.get_by_role("alert")).to_have_count(0)


def test_a_damaged_picture_beside_a_good_one(studio, drop, shown, bad_images, small_picture):
    drop(
        studio,
        ("bad.png", "image/png", bad_images["text"]),
        ("good.png", "image/png", small_picture),
    )
    expect(studio.get_by_role("alert")).to_contain_text("bad.png")
    shown(studio)
    expect(studio.get_by_role("heading", name="good.png")).to_be_visible()


def test_what_the_service_refuses_is_told_in_its_words(
    run_service, open_page, drop, page_errors, drifting_predictor, small_picture
):
    page_errors.expect_refusals()
    with run_service(drifting_predictor, max_body_bytes=200) as service:
        page = open_page(service.url)
        drop(page, ("page.png", "image/png", small_picture))
        card = page.locator(".progress-card")
        expect(card).to_contain_text("The request is too large")
        expect(card).to_contain_text("Send a smaller image, as JPEG or WebP")


def test_cancelling_and_asking_again(run_service, open_page, drop, shown, held, small_picture):
    with run_service(held) as service:
        page = open_page(service.url)
        drop(page, ("page.png", "image/png", small_picture))
        assert held.begun.wait(30)
        expect(page.get_by_role("progressbar", name="Predicting")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("page.png is not predicted yet")).to_be_visible()
        held.open.set()
        page.get_by_role("button", name="Predict", exact=True).click()
        shown(page)


@contextmanager
def _process(port: int, seconds: float, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A service in a process of its own, which can be killed."""
    program = Path(__file__).parents[1] / "serve" / "fixed_server.py"
    environment = {**os.environ, "GAZECAST_DATA_DIR": str(folder)}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, program, str(seconds), "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 120
            while not _answers(f"http://127.0.0.1:{port}/readyz"):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield process
        finally:
            process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url).status_code == 200
    except httpx2.TransportError:
        return False


def test_a_service_that_is_gone_in_the_middle(
    open_page, drop, shown, small_picture, page_errors, tmp_path
):
    page_errors.expect_refusals()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _process(port, 120, tmp_path) as service:
        page = open_page(f"http://127.0.0.1:{port}")
        drop(page, ("page.png", "image/png", small_picture))
        expect(page.get_by_role("progressbar", name="Predicting")).to_be_visible()
        service.kill()
        card = page.locator(".progress-card")
        expect(card).to_contain_text("The service does not answer")
        expect(card).to_contain_text("Check that gazecast serve is running")
    with _process(port, 0, tmp_path):  # it is back
        page.get_by_role("button", name="Try again").click()
        shown(page)


def test_numbers_stay_when_the_service_is_gone_later(
    run_service, open_page, drop, shown, drifting_predictor, small_picture, page_errors
):
    page_errors.expect_refusals()
    with run_service(drifting_predictor) as service:
        page = open_page(service.url)
        drop(page, ("page.png", "image/png", small_picture))
        shown(page)
        service.stop()
        page.get_by_role("button", name="Draw a rectangle").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("The numbers are not up to date")
        expect(page.locator(".look canvas.layer")).to_have_count(1)


def test_a_service_with_too_much_to_do(
    run_service, open_page, drop, shown, held, small_picture, page_errors
):
    page_errors.expect_refusals()
    with run_service(held, concurrency=1, queue_length=0) as service:
        page = open_page(service.url)
        drop(page, ("one.png", "image/png", small_picture))
        assert held.begun.wait(30)
        drop(page, ("two.png", "image/png", small_picture))
        card = page.locator(".progress-card")
        expect(card).to_contain_text("Try again")
        expect(card).to_contain_text("too much to do")
        held.open.set()
        page.locator(".thumbnail[data-status=ready]").wait_for()
        page.get_by_role("button", name="Try again").click()
        shown(page)


def test_a_key_is_asked_for_and_kept_for_the_tab(
    run_service, open_page, drop, shown, drifting_predictor, small_picture, page_errors
):
    page_errors.expect_refusals()
    with run_service(drifting_predictor, keys={"me": hash_key("open sesame")}) as service:
        page = open_page(service.url)
        dialogue = page.get_by_role("dialog", name="API key")
        expect(dialogue).to_be_visible()
        dialogue.get_by_role("button", name="Cancel").click()
        drop(page, ("page.png", "image/png", small_picture))
        expect(dialogue).to_be_visible()
        dialogue.get_by_label("Key", exact=True).fill("wrong")
        page.keyboard.press("Enter")
        expect(dialogue).to_contain_text("No such API key is in use")
        dialogue.get_by_label("Key", exact=True).fill("open sesame")
        page.keyboard.press("Enter")
        shown(page)
        page_errors.seen.clear()
        page.reload()
        page.wait_for_selector("#studio[data-status]")
        expect(dialogue).to_be_hidden()
        assert page.evaluate("JSON.stringify(localStorage)").find("sesame") == -1
