"""Two designs against each other, in a browser against the service."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

EXAMPLES = Path(__file__).parents[2] / "examples"

TOP_LEFT = {"name": "button", "x": 0.1, "y": 0.2, "width": 0.4, "height": 0.4}
BOTTOM_RIGHT = TOP_LEFT | {"x": 0.5, "y": 0.6}


def png(width=480, height=300, colour=(30, 60, 160)) -> bytes:
    pixels = np.full((height, width, 3), 255, dtype=np.uint8)
    pixels[height // 4 : height // 2, width // 8 : width // 2] = colour
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def compare(studio, drop, shown):
    """`compare(first, second)`: two pictures, on the page and compared; a list of regions after a
    picture is read in for it."""

    def look_at(name):
        studio.get_by_role("button", name="Look", exact=True).click()
        thumbnail = studio.locator(f'.thumbnail[title="{name}"]')
        thumbnail.click()
        expect(thumbnail).to_have_attribute("aria-current", "true")
        shown(studio)

    def run(first=None, second=None, regions=(None, None), page=studio):
        pictures = {"a.png": first or png(), "b.png": second or png(colour=(200, 80, 40))}
        drop(page, *((name, "image/png", data) for name, data in pictures.items()))
        for name, own in zip(pictures, regions, strict=True):
            look_at(name)
            if own is not None:
                read_in(page, own)
                shown(page)
        page.get_by_role("button", name="Compare", exact=True).click()
        return page

    run.look_at = look_at
    return run


def read_in(page, regions) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    content = json.dumps(regions).encode()
    chooser.value.set_files(
        {"name": "regions.json", "mimeType": "application/json", "buffer": content}
    )
    for region in regions:
        expect(
            page.get_by_role("button", name=f"Goal: {region['name']}", exact=True)
        ).to_be_visible()


def verdict(page, kind):
    found = page.locator(f'.verdict[data-verdict="{kind}"]:not([aria-busy])')
    found.wait_for()
    return found


def position(page, pane: str) -> str:
    return page.locator(f".pane-{pane} .stage").evaluate("each => getComputedStyle(each).transform")


def layout(page, name: str) -> None:
    page.get_by_role("radio", name=name).check()


def test_zoom_and_pan_are_linked(compare):
    page = compare()
    verdict(page, "same")
    fitted = position(page, "a")
    assert position(page, "b") == fitted

    def check_moved(before: str) -> str:
        # Not wait_for_function: it evaluates a string, which the page's policy does not let it.
        expect(page.locator(".pane-a .stage")).not_to_have_css("transform", before)
        assert position(page, "a") == position(page, "b")
        return position(page, "a")

    page.get_by_role("button", name="Zoom in").click()
    zoomed = check_moved(fitted)
    page.locator(".pane-a .viewer").focus()
    page.keyboard.press("+")
    closer = check_moved(zoomed)
    box = page.locator(".pane-b .viewer").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 150, steps=4)
    page.mouse.up()
    panned = check_moved(closer)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -40)
    page.keyboard.up("Control")
    check_moved(panned)
    page.get_by_role("button", name="Fit").click()
    expect(page.locator(".pane-b .stage")).to_have_css("transform", fitted)


def test_swipe_by_mouse_and_keyboard(compare):
    page = compare()
    layout(page, "Swipe")
    handle = page.get_by_role("slider", name="Boundary")
    views = page.locator(".compare-views").bounding_box()

    def share_of_a() -> float:
        """How much of the width the first design covers, as it is clipped."""
        clip = page.locator(".pane-a").evaluate("each => getComputedStyle(each).clipPath")
        # Of "inset(0px calc(100% - 30%) 0px 0px)", however it is written.
        page_share = handle.evaluate("each => parseFloat(getComputedStyle(each).left)")
        assert "inset" in clip
        return page_share / views["width"]

    assert share_of_a() == pytest.approx(0.5, abs=0.01)
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", "52")
    assert share_of_a() == pytest.approx(0.52, abs=0.01)
    page.keyboard.press("PageDown")
    expect(handle).to_have_attribute("aria-valuenow", "42")
    page.keyboard.press("End")
    expect(handle).to_have_attribute("aria-valuetext", "100 % of the width shows A")
    page.keyboard.press("Home")
    assert share_of_a() == 0

    # Dragged; and what lies under the boundary is A to its left, B to its right.
    page.keyboard.press("End")
    page.keyboard.press("PageDown")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(views["x"] + 0.25 * views["width"], views["y"] + 200, steps=5)
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "25")
    for x, pane in ((0.2, "a"), (0.6, "b")):
        at = [views["x"] + x * views["width"], views["y"] + 0.8 * views["height"]]
        under = page.evaluate(
            "at => document.elementFromPoint(...at).closest('.pane').className", at
        )
        assert under == f"pane pane-{pane}"


def test_a_goal_names_the_design_it_is_seen_more_in(compare):
    page = compare(regions=([TOP_LEFT], [BOTTOM_RIGHT]))
    told = verdict(page, "differs")
    expect(told).to_contain_text("A and B differ")
    expect(told).to_contain_text("neither the better one")
    page.get_by_label("Should be seen", exact=True).select_option("button")
    told = verdict(page, "leads")
    expect(told).to_contain_text("“button” is seen more in A")
    expect(told).to_contain_text("Virtually certain")
    row = page.get_by_role("row").filter(has_text="button")
    expect(row).to_contain_text("More in A")
    expect(row).to_contain_text(re.compile(r"\d to \d+ %"))
    expect(page.locator("#announcer")).to_contain_text("“button” is seen more in A")

    page.get_by_role("button", name="Swap A and B").click()
    expect(verdict(page, "leads")).to_contain_text("“button” is seen more in B")


def test_regions_are_carried_over(compare, shown):
    page = compare(regions=([TOP_LEFT], None))
    expect(page.get_by_text("“button” is on A alone")).to_be_visible()
    page.get_by_role("button", name="Carry over to B").click()
    expect(page.get_by_text("“button” is on A alone")).to_be_hidden()
    expect(page.get_by_role("row").filter(has_text="button")).to_contain_text("No detectable")
    expect(page.locator(".compare-results")).to_be_focused()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“button” is on A alone")).to_be_visible()
    page.get_by_role("button", name="Carry over to B").click()
    compare.look_at("b.png")
    expect(page.locator(".region .label")).to_contain_text(["button"])


def test_windows_are_compared_each(compare):
    page = compare()
    verdict(page, "same")
    window = page.get_by_role("group", name="How to look").get_by_label("First", exact=True)
    window.press("End")
    expect(page.get_by_role("table")).to_contain_text("in the first 5 s")
    window.press("ArrowLeft")
    expect(page.get_by_role("table")).to_contain_text("in the first 3 s")


def test_a_phone_screen_and_a_page_are_two_predictions(compare, shown):
    page = compare(second=png(300, 600), regions=([TOP_LEFT], [TOP_LEFT]))
    compare.look_at("b.png")
    page.get_by_label("Taken for").select_option("mobile")
    expect(page.locator("#studio")).to_have_attribute("data-status", "busy")
    shown(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Compare", exact=True).click()
    told = verdict(page, "apart")
    expect(told).to_contain_text("Two predictions, each on its own")
    row = page.get_by_role("row").filter(has_text="button")
    expect(row.get_by_role("cell")).to_have_count(2)
    expect(row).not_to_contain_text("More in")
    expect(page.get_by_role("radio", name="Swipe")).to_be_disabled()
    expect(page.get_by_role("radio", name="Difference")).to_be_disabled()
    assert not any("comparisons" in url for url in asked)


def test_other_proportions_are_not_laid_over_each_other(compare):
    page = compare(second=png(480, 420))
    verdict(page, "same")
    expect(page.get_by_role("radio", name="Swipe")).to_be_disabled()
    expect(page.get_by_text(re.compile("A is 480 . 300, B is 480 . 420"))).to_be_visible()


def test_a_second_design_is_asked_for(studio, drop, shown):
    drop(studio, ("a.png", "image/png", png()))
    shown(studio)
    studio.get_by_role("button", name="Compare", exact=True).click()
    expect(studio.get_by_role("heading", name="Two designs are needed")).to_be_visible()
    drop(studio, ("notes.txt", "text/plain", b"no picture"))
    expect(studio.get_by_role("alert")).to_contain_text("notes.txt is no picture")
    expect(studio.get_by_role("heading", name="Two designs are needed")).to_be_visible()
    with studio.expect_file_chooser() as chooser:
        studio.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files({"name": "b.png", "mimeType": "image/png", "buffer": png()})
    verdict(studio, "same")


def test_an_example_to_compare_is_one_press_away(studio, drop, shown):
    drop(studio, ("a.png", "image/png", png()))
    shown(studio)
    studio.get_by_role("button", name="Compare", exact=True).click()
    studio.get_by_role("button", name="Try with the example's two versions").click()
    expect(studio.locator(".pane-a .pane-name")).to_have_text("landing-page.webp")
    expect(studio.locator(".pane-b .pane-name")).to_have_text("landing-page-b.webp")
    expect(studio.get_by_label("Should be seen", exact=True)).to_have_value("primary button")
    studio.locator(".verdict:not([aria-busy])").wait_for()


def test_a_service_that_refuses_is_told_and_asked_again(compare, studio, page_errors):
    page_errors.expect_refusals()
    problem = {
        "type": "urn:gazecast:problem:overloaded",
        "title": "The service has too much to do",
        "status": 503,
        "detail": "All places in the queue are taken.",
        "remedy": "Ask again in a moment.",
    }
    studio.route(
        "**/v1/comparisons",
        lambda route: route.fulfill(
            status=503, content_type="application/problem+json", body=json.dumps(problem)
        ),
        times=1,
    )
    page = compare()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The service has too much to do")
    expect(alert).to_contain_text("Ask again in a moment.")
    page.get_by_role("button", name="Try again").click()
    verdict(page, "same")
    expect(alert).to_be_hidden()


def saved(page, name: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_comparison_is_taken_away(compare):
    page = compare()
    verdict(page, "same")
    name, content = saved(page, "Verdicts JSON")
    assert name == "a and b.json"
    assert json.loads(content)["verdict"] == "no_detectable_difference"
    sizes = {}
    for each in ("Side by side", "Swipe", "Difference"):
        layout(page, each)
        name, content = saved(page, "Picture PNG")
        sizes[name] = Image.open(BytesIO(content)).size
    assert [*sizes] == ["a and b.side.png", "a and b.swipe.png", "a and b.difference.png"]
    widths = {name: width for name, (width, _) in sizes.items()}
    assert widths["a and b.side.png"] > 2 * 480
    assert widths["a and b.swipe.png"] == widths["a and b.difference.png"] == 480


def test_the_shipped_model_tells_versions_apart_and_a_picture_not_from_itself(
    open_page, shipped_service, drop, shown
):
    page = open_page(shipped_service.url)
    versions = [EXAMPLES / "landing-page.png", EXAMPLES / "landing-page-b.png"]
    drop(page, *versions)
    for version in versions:
        page.locator(f'.thumbnail[title="{version.name}"]').click()
        shown(page)
        read_in(page, json.loads(version.with_suffix(".regions.json").read_text()))
    page.get_by_role("button", name="Compare", exact=True).click()
    # Nine regions are nine questions, too many to be sure of one; the one that matters is answered.
    verdict(page, "same")
    page.get_by_label("Should be seen", exact=True).select_option("primary button")
    expect(verdict(page, "leads")).to_contain_text("“primary button” is seen more in B")

    # The difference shows where: orange around the button of B, nothing on its logos.
    layout(page, "Difference")
    colours = page.evaluate(
        """() => {
            const layer = document.querySelector(".pane-b canvas.layer");
            const {width, height} = layer;
            const {data} = layer.getContext("2d").getImageData(0, 0, width, height);
            const pixel = (x, y) => {
                const at = 4 * (Math.round(y * height) * width + Math.round(x * width));
                return [...data.subarray(at, at + 4)];
            };
            return {button: pixel(0.13, 0.67), logos: pixel(0.5, 0.93)};
        }"""
    )
    red, _, blue, opacity = colours["button"]
    assert red > blue
    assert opacity > 50
    assert colours["logos"][3] == 0
    expect(page.get_by_text("Orange: B is seen more than A")).to_be_visible()

    drop(page, ("same.png", "image/png", versions[0].read_bytes()))
    shown(page)
    page.get_by_role("combobox", name="Design A").select_option("landing-page.png")
    page.get_by_role("combobox", name="Design B").select_option("same.png")
    told = verdict(page, "same")
    expect(told).to_contain_text("No detectable difference")
    expect(page.get_by_text("Overall 0 % of all looks")).to_be_visible()
    assert page.evaluate(
        """() => {
            const layer = document.querySelector(".pane-b canvas.layer");
            const {data} = layer.getContext("2d").getImageData(0, 0, layer.width, layer.height);
            return data.every(each => each === 0);
        }"""
    )
