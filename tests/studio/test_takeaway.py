"""What is taken away is what the service said; what is kept comes back, and is forgotten."""

from __future__ import annotations

import json
import re
import time
from io import BytesIO, StringIO
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

LEFT = {"name": "left", "x": 0.1, "y": 0.1, "width": 0.4, "height": 0.5}
TRIANGLE = {"name": "triangle", "points": [[0.5, 0.2], [0.9, 0.2], [0.7, 0.8]]}

# All that any database of this site holds.
STORED = """
async () => {
    let count = 0;
    for (const {name} of await indexedDB.databases()) {
        const database = await new Promise((resolve, reject) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        for (const store of database.objectStoreNames) {
            count += await new Promise((resolve, reject) => {
                const request = database.transaction(store).objectStore(store).count();
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
        }
        database.close();
    }
    return count + localStorage.length + sessionStorage.length;
}
"""


# Whether what is kept is as expected: a design that waits for nothing, and how the page was left.
KEPT = """
expected => new Promise(resolve => {
    const opening = indexedDB.open("gazecast-studio");
    opening.onsuccess = () => {
        const stores = opening.result.transaction(["designs", "session"]);
        const designs = stores.objectStore("designs").getAll();
        const session = stores.objectStore("session").getAll();
        stores.oncomplete = () => {
            opening.result.close();
            const kept = {...session.result[0], ...session.result[0]?.compare};
            const isLeft = Object.entries(expected).every(([name, value]) => kept[name] === value);
            resolve(isLeft && designs.result.every(each => each.answer && !each.measuring));
        };
    };
})
"""


def until(is_so) -> None:
    """Waits for what the page writes in its own time; `wait_for_function` waits for no promise."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def saved(page, name: str) -> tuple[str, bytes]:
    page.get_by_role("tab", name="Take away").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def read_in(page, content: bytes) -> None:
    page.get_by_role("tab", name="Regions").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    file = {"name": "regions.json", "mimeType": "application/json", "buffer": content}
    chooser.value.set_files(file)


def has_region(page, name: str) -> None:
    page.get_by_role("tab", name="Regions").click()
    expect(page.get_by_role("button", name=f"Goal: {name}", exact=True)).to_be_visible()


@pytest.fixture
def measured(look_at, shown):
    """A picture with two regions, measured."""
    read_in(look_at, json.dumps([LEFT, TRIANGLE]).encode())
    has_region(look_at, "triangle")
    shown(look_at)
    return look_at


@pytest.fixture
def density(fixed_service, small_picture) -> np.ndarray:
    """What the service itself gives as an array."""
    answer = httpx2.post(
        f"{fixed_service.url}/v1/predictions",
        files={"image": small_picture},
        headers={"Accept": "application/x-npy"},
    )
    return np.load(BytesIO(answer.content), allow_pickle=False)


def test_every_format_holds_what_the_service_said(measured, density):
    page = measured
    rounding = density.max() / 65_535  # densities come to the page in 16 bits
    name, content = saved(page, "Density NPY")
    assert name == "small.3s.npy"
    array = np.load(BytesIO(content), allow_pickle=False)
    assert array.dtype == np.float32
    np.testing.assert_allclose(array, density, atol=rounding)

    name, content = saved(page, "Density CSV")
    assert name == "small.3s.csv"
    table = np.loadtxt(StringIO(content.decode()), delimiter=",")
    np.testing.assert_array_equal(table.astype(np.float32), array)
    assert table.sum() == pytest.approx(1, abs=1e-3)

    name, content = saved(page, "Numbers JSON")
    assert name == "small.json"
    numbers = json.loads(content)
    assert numbers["name"] == "small.png"
    assert [region["name"] for region in numbers["regions"]] == ["left", "triangle"]
    assert {"share", "interval", "seen", "by_window"} <= set(numbers["regions"][0])
    assert {"scores", "findings", "model", "notice", "accuracy"} <= set(numbers)

    name, content = saved(page, "Report HTML")
    assert name == "small.3s.html"
    report = content.decode()
    assert "<title>Attention report: small.png</title>" in report
    assert "<bdi>triangle</bdi></th>" in report

    name, content = saved(page, "Picture PNG")
    assert name == "small.heatmap.3s.png"
    picture = Image.open(BytesIO(content)).convert("RGB")
    assert picture.width == 480
    assert picture.height > 300, "a legend and what it is, below"
    # The bump is at 30 % from the left and 40 % from the top, and far from the bottom right.
    assert picture.getpixel((144, 120)) != (255, 255, 255)
    assert picture.getpixel((475, 295)) == (255, 255, 255)


def test_the_window_and_the_view_are_those_on_the_page(measured, density):
    page = measured
    page.get_by_role("group", name="How to look").get_by_label("First", exact=True).press("End")
    sizes = {}
    for view in ("Focus", "Contours", "First glances", "Design"):
        page.get_by_role("radio", name=view).check()
        name, content = saved(page, "Picture PNG")
        sizes[name] = np.asarray(Image.open(BytesIO(content)).convert("L"))[:300].mean()
    names = [f"small.{view}.5s.png" for view in ("focus", "contours", "order", "design")]
    assert [*sizes] == names
    assert sizes[names[0]] < 0.7 * sizes[names[3]], "all but the focus is dark"
    name, content = saved(page, "Density NPY")
    assert name == "small.5s.npy"
    assert not np.allclose(np.load(BytesIO(content)), density, atol=1e-4)


def test_numbers_read_in_again_give_the_same_regions(measured, shown):
    page = measured
    _, content = saved(page, "Numbers JSON")
    page.get_by_role("tab", name="Regions").click()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_role("button", name="Goal: left")).to_be_hidden()
    read_in(page, content)
    has_region(page, "triangle")
    shown(page)
    _, again = saved(page, "Numbers JSON")
    before, after = (json.loads(each)["regions"] for each in (content, again))
    assert after == before


def test_a_reload_keeps_the_work_and_asks_nothing(measured, shown):
    page = measured
    page.get_by_role("button", name="Goal: left").click()
    page.get_by_role("radio", name="Contours").check()
    expect(page.locator("#studio")).to_have_attribute("data-status", "busy")
    shown(page)
    share = page.get_by_role("row", name=re.compile("left")).inner_text()
    until(lambda: page.evaluate(KEPT, {"view": "contours"}))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    shown(page)
    has_region(page, "triangle")
    expect(page.get_by_role("button", name="Goal: left")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("radio", name="Contours")).to_be_checked()
    expect(page.locator(".ring").first).to_be_attached()
    assert page.get_by_role("row", name=re.compile("left")).inner_text() == share
    assert asked, "the page itself"
    assert [url for url in asked if "/v1/predictions" in url] == []


def test_a_reload_in_a_comparison_comes_back_to_it(measured, drop, shown, small_picture):
    page = measured
    drop(page, ("other.png", "image/png", small_picture))
    shown(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("radio", name="Swipe").check()
    page.locator(".verdict").wait_for()
    until(lambda: page.evaluate(KEPT, {"layout": "swipe", "mode": "compare"}))
    page.reload()
    expect(page.get_by_role("radio", name="Swipe")).to_be_checked()
    page.locator(".verdict").wait_for()


def test_forget_everything_leaves_nothing(measured, drop, shown, small_picture):
    page = measured
    drop(page, ("other.png", "image/png", small_picture))
    shown(page)
    page.evaluate("sessionStorage.setItem('gazecast-key', 'secret')")
    until(lambda: page.evaluate(STORED) == 4)  # two designs, how they were left, the key
    page.get_by_role("tab", name="Take away").click()
    page.get_by_role("button", name="Forget everything").click()
    dialogue = page.get_by_role("dialog", name="Forget everything?")
    dialogue.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("These 2 designs stay")).to_be_visible()

    page.get_by_role("button", name="Forget everything").click()
    dialogue.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_role("heading", name="See where people will look")).to_be_visible()
    expect(page.get_by_text("Everything is forgotten")).to_be_visible()
    assert page.evaluate(STORED) == 0
    page.reload()
    expect(page.get_by_role("heading", name="See where people will look")).to_be_visible()
    assert page.evaluate(STORED) == 0


def test_a_removed_design_is_not_kept(measured):
    page = measured
    until(lambda: page.evaluate(STORED) == 2)  # a design, and how it was left
    page.get_by_role("button", name="Remove small.png").click()
    until(lambda: page.evaluate(STORED) == 0)


def test_a_browser_that_keeps_nothing_says_so(open_page, fixed_service, drop, shown, small_picture):
    page = open_page()
    page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', {value: {open() {"
        "throw new DOMException('no', 'SecurityError')}}})"
    )
    page.goto(fixed_service.url)
    expect(page.get_by_text("This browser does not keep the work")).to_be_visible()
    drop(page, ("small.png", "image/png", small_picture))
    shown(page)
    page.get_by_role("tab", name="Take away").click()
    page.get_by_role("button", name="Forget everything").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget everything").click()
    expect(page.get_by_role("heading", name="See where people will look")).to_be_visible()


def test_a_report_that_fails_is_told(measured, page_errors):
    page = measured
    page_errors.expect_refusals()
    page.route("**/v1/predictions", lambda route: route.abort())
    page.get_by_role("tab", name="Take away").click()
    page.get_by_role("button", name="Report HTML").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("does not answer"))
    expect(page.get_by_role("button", name="Report HTML")).to_be_enabled()
