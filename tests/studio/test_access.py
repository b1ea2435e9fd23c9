"""axe-core on each view, light and dark."""

from __future__ import annotations

from importlib import resources

import pytest
from playwright.sync_api import expect

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """
async tags => {
    const {violations} = await axe.run({runOnly: {type: "tag", values: tags}});
    return violations.map(({id, help, nodes}) => ({
        id, help, nodes: nodes.map(node => `${node.html.slice(0, 160)} ${node.failureSummary}`),
    }));
}
"""


@pytest.fixture(params=["light", "dark"])
def page(request, open_page, fixed_service):
    # The policy of the page lets no test script in.
    return open_page(fixed_service.url, color_scheme=request.param, bypass_csp=True)


@pytest.fixture
def check():
    def check(page, what: str) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)
        assert page.evaluate(CHECK, TAGS) == [], what

    return check


def test_start_and_dialogues(page, check):
    page.get_by_role("button", name="Poster", exact=True).wait_for()
    check(page, "start")
    page.get_by_role("button", name="API key").click()
    check(page, "key")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keyboard").click()
    check(page, "keyboard")


def test_each_view_and_panel(page, check, shown):
    page.get_by_role("button", name="Landing page", exact=True).click()
    shown(page)
    check(page, "heatmap, regions")
    page.get_by_role("row").filter(has=page.get_by_role("button", name="Goal: face")).click()
    expect(page.locator(".region.selected")).to_have_count(1)
    for view, tab in (
        ("Focus", "Order"),
        ("Contours", "Scores"),
        ("First glances", "Findings"),
        ("Design", "Take away"),
    ):
        page.get_by_role("radio", name=view).check()
        page.get_by_role("tab", name=tab).click()
        check(page, f"{view}, {tab}")


def test_comparing_and_forgetting(page, check, shown, drop, small_picture):
    for name in ("a.png", "b.png"):
        drop(page, (name, "image/png", small_picture))
        shown(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(".verdict").wait_for()
    for layout in ("Side by side", "Swipe", "Difference"):
        page.get_by_role("radio", name=layout).check()
        check(page, layout)
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_role("tab", name="Take away").click()
    page.get_by_role("button", name="Forget everything").click()
    check(page, "forgetting")


def test_ranking_and_trouble(page, check, drop):
    page.get_by_label("Let me say what should be seen first").check()
    page.get_by_role("button", name="Poster", exact=True).click()
    page.get_by_role("button", name="headline", exact=True).click()
    check(page, "ranking")
    drop(page, ("notes.txt", "text/plain", b"no picture"))
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "message")
