"""Regions by mouse and by keyboard, their table, and JSON in and out."""

from __future__ import annotations

import json
import re

import httpx2
import pytest
from playwright.sync_api import expect


def _at(page, x, y):
    """px of a place of the picture, 0 to 1."""
    box = page.locator(".look img.design").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def _drag(page, start, end):
    page.mouse.move(*_at(page, *start))
    page.mouse.down()
    page.mouse.move(*_at(page, *((a + b) / 2 for a, b in zip(start, end, strict=True))))
    page.mouse.move(*_at(page, *end))
    page.mouse.up()


def _export(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    return json.loads(download.value.path().read_text())


def _draw(page, start=(0.1, 0.2), end=(0.5, 0.6)):
    page.get_by_role("button", name="Draw a rectangle").click()
    _drag(page, start, end)


@pytest.fixture
def page(look_at):
    return look_at


def test_a_rectangle_is_drawn_named_and_measured(page, shown, small_picture, fixed_service):
    _draw(page)
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_be_focused()  # written at once
    page.keyboard.type("headline")
    page.keyboard.press("Enter")
    shown(page)
    (region,) = _export(page)
    assert region == {
        "name": "headline",
        "x": pytest.approx(0.1, abs=0.01),
        "y": pytest.approx(0.2, abs=0.01),
        "width": pytest.approx(0.4, abs=0.01),
        "height": pytest.approx(0.4, abs=0.01),
    }
    answer = httpx2.post(
        f"{fixed_service.url}/v1/predictions",
        files={"image": small_picture},
        data={"regions": json.dumps([region])},
    ).json()["regions"][0]
    row = page.locator(".regions-panel tbody tr")
    expect(row.locator(".value")).to_have_text(f"{round(100 * answer['share'])} %")
    expect(row.locator(".interval")).to_contain_text(
        f"to {round(100 * answer['interval']['high'])} %"
    )
    expect(row).to_contain_text(f"{answer['intensity']:.1f}\u00d7")
    expect(row).to_contain_text(f"{round(100 * answer['seen']['3s'])} %")


def test_moving_resizing_and_deleting_by_mouse(page, shown):
    _draw(page)
    page.keyboard.press("Escape")
    shown(page)
    _drag(page, (0.3, 0.4), (0.4, 0.5))  # its middle
    (moved,) = _export(page)
    assert (moved["x"], moved["y"]) == pytest.approx((0.2, 0.3), abs=0.015)
    assert (moved["width"], moved["height"]) == pytest.approx((0.4, 0.4), abs=0.015)
    _drag(page, (0.6, 0.7), (0.8, 0.9))  # its lower right corner
    (resized,) = _export(page)
    assert (resized["x"], resized["y"]) == pytest.approx((0.2, 0.3), abs=0.015)
    assert (resized["width"], resized["height"]) == pytest.approx((0.6, 0.6), abs=0.015)
    _drag(page, (0.5, 0.6), (5, 5))  # far out: it stays inside the picture
    (inside,) = _export(page)
    assert inside["x"] + inside["width"] == pytest.approx(1, abs=1e-6)
    page.get_by_role("button", name="Remove region").click()
    expect(page.locator(".regions .region")).to_have_count(0)


def test_a_drag_on_what_is_not_selected_pans(page, shown):
    _draw(page)
    page.locator(".look .viewer").focus()
    page.keyboard.press("Escape")
    page.mouse.click(*_at(page, 0.9, 0.9))
    expect(page.locator(".region.selected")).to_have_count(0)
    shown(page)
    page.keyboard.press("+")
    page.keyboard.press("+")
    before = page.locator(".look img.design").bounding_box()
    _drag(page, (0.4, 0.4), (0.45, 0.45))
    after = page.locator(".look img.design").bounding_box()
    assert after["x"] > before["x"]
    assert _export(page)[0]["x"] == pytest.approx(0.1, abs=0.01)


def test_a_polygon_by_mouse(page, shown):
    page.get_by_role("button", name="Draw a polygon").click()
    for corner in ((0.2, 0.2), (0.6, 0.25), (0.5, 0.7)):
        page.mouse.click(*_at(page, *corner))
    page.mouse.click(*_at(page, 0.2, 0.2))  # the first one closes it
    shown(page)
    (region,) = _export(page)
    assert [tuple(point) for point in region["points"]] == [
        pytest.approx(corner, abs=0.01) for corner in ((0.2, 0.2), (0.6, 0.25), (0.5, 0.7))
    ]
    _drag(page, (0.5, 0.7), (0.4, 0.8))  # a corner
    shown(page)
    assert _export(page)[0]["points"][2] == pytest.approx((0.4, 0.8), abs=0.015)


def test_an_outline_that_crosses_itself_is_refused(page):
    page.get_by_role("button", name="Draw a polygon").click()
    for corner in ((0.2, 0.2), (0.6, 0.6), (0.6, 0.2), (0.2, 0.6)):
        page.mouse.click(*_at(page, *corner))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("crosses itself")
    expect(page.locator(".regions .region")).to_have_count(0)


def test_a_rectangle_by_keyboard_alone(page, shown):
    page.get_by_role("button", name="Draw a rectangle").focus()
    page.keyboard.press("Enter")
    region = page.get_by_role("button", name=re.compile("^region, rectangle"))
    expect(region).to_be_focused()
    shown(page)
    before = _export(page)[0]
    region.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(region).to_be_focused()
    shown(page)
    after = _export(page)[0]
    assert after["x"] > before["x"]
    assert after["y"] > before["y"]
    assert after["width"] > before["width"]
    assert after["height"] == pytest.approx(before["height"])
    region.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("price")
    page.keyboard.press("Enter")
    shown(page)
    page.get_by_role("button", name=re.compile("^price, rectangle")).focus()
    page.keyboard.press("Delete")
    expect(page.locator(".regions .region")).to_have_count(0)
    expect(page.locator(".look .viewer")).to_be_focused()


def test_a_polygon_by_keyboard_alone(page, shown):
    page.locator(".look .viewer").focus()
    page.keyboard.press("p")
    corner = page.get_by_role("button", name=re.compile("^Corner 3 of 4"))
    shown(page)
    before = _export(page)[0]["points"]
    corner.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # one more, after it
    expect(page.get_by_role("button", name=re.compile("^Corner 3 of 5"))).to_be_focused()
    page.keyboard.press("Delete")
    shown(page)
    after = _export(page)[0]["points"]
    assert len(after) == 4
    assert after[:2] == before[:2]


def test_the_table_sorts_and_copies(open_page, fixed_service, drop, shown, small_picture, tmp_path):
    page = open_page(fixed_service.url, permissions=["clipboard-read", "clipboard-write"])
    drop(page, ("small.png", "image/png", small_picture))
    shown(page)
    file = tmp_path / "regions.json"
    regions = [
        {"name": "b", "x": 0.3, "y": 0.2, "width": 0.4, "height": 0.4},
        {"name": "a", "x": 240, "y": 150, "width": 240, "height": 150, "unit": "px"},
        {"name": "c", "points": [[0, 0], [0.2, 0], [0, 0.2]]},
    ]
    file.write_text(json.dumps(regions))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import", exact=True).click()
    chooser.value.set_files(file)
    # The page reads the file first, so that it may seem idle before it measures.
    expect(page.locator(".regions-panel .value")).to_have_count(3)

    def listed(*names):
        fields = page.locator("input.region-name")
        expect(fields).to_have_count(len(names))
        for number, name in enumerate(names):
            expect(fields.nth(number)).to_have_value(name)

    listed("b", "a", "c")  # the largest share first
    header = page.get_by_role("columnheader", name="Region")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    listed("a", "b", "c")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    listed("c", "b", "a")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Table copied").first).to_be_visible()
    lines = [
        line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").split("\n")
    ]
    assert lines[0] == ["Region", "Share", "Low", "High", "Intensity", "Seen by 3 s"]
    assert [line[0] for line in lines[1:]] == ["c", "b", "a"]
    share, low, high = map(float, lines[2][1:4])
    assert low <= share <= high
    exported = _export(page)
    assert exported[1] == {"name": "a", "x": 0.5, "y": 0.5, "width": 0.5, "height": 0.5}
    assert exported[2] == regions[2]


def test_a_name_that_is_a_formula_is_copied_as_text_and_exported_as_it_is(
    open_page, fixed_service, drop, shown, small_picture, tmp_path
):
    page = open_page(fixed_service.url, permissions=["clipboard-read", "clipboard-write"])
    drop(page, ("small.png", "image/png", small_picture))
    shown(page)
    region = {"name": '=HYPERLINK("//x")', "x": 0.3, "y": 0.2, "width": 0.4, "height": 0.4}
    file = tmp_path / "regions.json"
    file.write_text(json.dumps([region]))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import", exact=True).click()
    chooser.value.set_files(file)
    expect(page.locator(".regions-panel .value")).to_have_count(1)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Table copied").first).to_be_visible()
    _, line = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert line.startswith("'=HYPERLINK(")
    assert _export(page) == [region]


def test_the_table_is_copied_once_all_of_it_is_measured(page, shown):
    asked = []

    def hold(route):
        asked.append(route)

    page.route("**/v1/predictions", hold)
    _draw(page)
    page.keyboard.press("Enter")
    copy = page.get_by_role("button", name="Copy", exact=True)
    expect(page.locator(".regions-panel tbody tr")).to_have_count(1)
    expect(copy).to_be_disabled()
    while not asked:
        page.wait_for_timeout(10)
    expect(copy).to_be_disabled()
    asked[0].continue_()
    shown(page)
    expect(copy).to_be_enabled()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "The file is no JSON."),
        ("{}", "The file holds no list."),
        ('[{"x": 1}]', "Region 1 has no name."),
        ('[{"name": "a", "x": 0.5, "y": 0, "width": 0.7, "height": 1}]', "reaches out"),
        ('[{"name": "a", "x": 0.5, "y": 0, "width": 0, "height": 1}]', "is empty"),
        ('[{"name": "a", "points": [[0, 0], [1, 1]]}]', "at least three points"),
    ],
)
def test_a_file_that_holds_no_regions_is_told(page, tmp_path, content, told):
    file = tmp_path / "regions.json"
    file.write_text(content)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import", exact=True).click()
    chooser.value.set_files(file)
    expect(page.get_by_role("alert")).to_contain_text(told)
    expect(page.locator(".regions .region")).to_have_count(0)


def test_regions_are_found_and_may_be_changed(studio, drop, shown, landing_page):
    page = studio
    drop(page, landing_page)
    shown(page)
    expect(page.locator(".region.automatic")).not_to_have_count(0)
    page.get_by_role("button", name="Clear", exact=True).click()
    shown(page)
    page.get_by_role("button", name="Find", exact=True).click()
    shown(page)
    rows = page.locator(".regions-panel tbody tr")
    expect(rows).not_to_have_count(0)
    count = rows.count()
    name = page.locator("input.region-name").first
    name.fill("hero")
    name.press("Enter")
    shown(page)
    expect(rows).to_have_count(count)
    assert "hero" in [region["name"] for region in _export(page)]


def test_a_goal_brings_a_finding(page, shown):
    _draw(page, (0.75, 0.75), (0.95, 0.95))
    page.keyboard.press("Enter")
    _draw(page, (0.2, 0.2), (0.7, 0.6))
    page.keyboard.press("Enter")
    shown(page)
    page.get_by_role("button", name="Goal: region", exact=True).click()
    shown(page)
    page.get_by_role("tab", name="Findings").click()
    expect(page.locator(".findings li").first).to_contain_text("'region'")


def test_a_change_while_the_service_is_at_work_is_measured_too(page, shown):
    """The answer to what was asked before must not be shown as that of what is there now."""
    _draw(page, (0.1, 0.1), (0.9, 0.9))
    page.keyboard.press("Enter")
    region = page.get_by_role("button", name=re.compile("^region, rectangle"))
    region.focus()
    for _ in range(12):
        page.keyboard.press("Shift+ArrowLeft")
    shown(page)
    (there,) = _export(page)
    label = page.locator(".region .label").text_content()
    share = page.locator(".regions-panel .value").text_content()
    assert there["width"] < 0.75
    assert label.endswith(share)
