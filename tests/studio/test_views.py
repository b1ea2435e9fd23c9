"""Ways in, and ways to look at a prediction."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from io import BytesIO

import httpx2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from gazecast.analysis.colours import colour_table, scale_level

PASTE = """
data => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
    transfer.items.add(new File([bytes], "pasted.png", {type: "image/png"}));
    document.body.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true, cancelable: true})
    );
}
"""

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">
<style>.a { fill: #c0392b }</style><rect width="400" height="300" fill="#fff"/>
<rect class="a" x="40" y="40" width="120" height="80"/></svg>"""


def _canvas(page) -> np.ndarray:
    """The layer over the design, (rows, columns, 4)."""
    url = page.evaluate("document.querySelector('.look canvas.layer').toDataURL()")
    with Image.open(BytesIO(b64decode(url.partition(",")[2]))) as drawn:
        return np.asarray(drawn.convert("RGBA"))


def _on_black(rgba: np.ndarray) -> np.ndarray:
    """What is left of the colours: a canvas keeps those of nearly clear pixels coarsely."""
    return rgba[..., :3] * (rgba[..., 3:] / 255)


def test_a_dropped_design_gets_its_heatmap_in_the_colours_of_the_scale(
    studio, drop, shown, small_picture, fixed_service
):
    drop(studio, ("page.png", "image/png", small_picture))
    shown(studio)
    drawn = _canvas(studio)
    answer = httpx2.post(
        f"{fixed_service.url}/v1/predictions",
        files={"image": small_picture},
        headers={"Accept": "application/x-npy"},
    )
    density = np.load(BytesIO(answer.content))
    intensity = Image.fromarray((density * density.size).astype(np.float32))
    smooth = intensity.resize((drawn.shape[1], drawn.shape[0]), Image.Resampling.BICUBIC)
    expected = colour_table()[scale_level(np.asarray(smooth))]
    assert (drawn[..., 3] > 8).mean() > 0.05
    # Neighbouring levels of the scale are as far apart as this at most.
    assert np.abs(_on_black(drawn) - _on_black(expected)).max() <= 3
    assert np.abs(drawn[..., 3].astype(int) - expected[..., 3]).max() <= 3


def test_pasting(studio, shown, small_picture):
    studio.evaluate(PASTE, b64encode(small_picture).decode())
    shown(studio)
    expect(studio.get_by_role("heading", name="pasted.png")).to_be_visible()


def test_choosing_several_files(studio, shown, landing_page, small_picture, tmp_path):
    second = tmp_path / "second.png"
    second.write_bytes(small_picture)
    with studio.expect_file_chooser() as chooser:
        studio.get_by_role("button", name="Choose images").click()
    chooser.value.set_files([landing_page, second])
    shown(studio)
    designs = studio.get_by_role("navigation", name="Designs")
    expect(designs.get_by_role("listitem")).to_have_count(2)
    designs.get_by_role("button", name=re.compile("^second")).click()
    shown(studio)
    expect(studio.get_by_role("heading", name="second.png")).to_be_visible()
    designs.get_by_role("button", name="Remove second.png").click()
    expect(studio.get_by_role("heading", name="landing-page.png")).to_be_visible()


def test_two_files_of_one_name_are_told_apart(studio, drop, shown, small_picture):
    for _ in range(2):
        drop(studio, ("page.png", "image/png", small_picture))
        shown(studio)
    expect(studio.get_by_role("button", name="Remove page 2.png")).to_be_attached()


def test_svg_is_drawn_in_the_browser(studio, drop, shown):
    drop(studio, ("logo.svg", "image/svg+xml", SVG.encode()))
    shown(studio)
    expect(studio.get_by_role("heading", name="logo.png")).to_be_visible()
    expect(studio.locator(".facts .size")).to_have_text("1366 \u00d7 1025 px")
    colour = studio.evaluate(
        """async () => {
            const image = document.querySelector(".look img.design");
            await image.decode();
            const canvas = new OffscreenCanvas(1366, 1025);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            return [...context.getImageData(300, 250, 1, 1).data];
        }"""
    )
    assert colour == [0xC0, 0x39, 0x2B, 255]


def test_an_example_is_one_click_away(studio, shown):
    studio.get_by_role("button", name="Landing page", exact=True).click()
    shown(studio)
    rows = studio.locator(".regions-panel tbody tr")
    expect(rows).to_have_count(9)
    expect(studio.get_by_role("button", name="Goal: primary button")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_views_show_what_they_say(look_at):
    page, heat = look_at, look_at.locator(".look canvas.layer")
    coloured = _canvas(page)
    page.get_by_role("radio", name="Focus").check()
    dimmed = _canvas(page)
    assert dimmed[..., :3].max() == 0  # black over the design, in places
    assert dimmed[0, 0, 3] > 150
    # Full light where the density is highest, and nowhere is it dimmer where there is more.
    assert dimmed[..., 3][coloured[..., 3] == coloured[..., 3].max()].max() <= 2
    page.get_by_role("radio", name="Contours").check()
    expect(heat).to_have_count(0)
    assert page.locator(".contours .ring").count() >= 2
    page.get_by_role("radio", name="First glances").check()
    expect(page.locator(".hotspot")).to_have_count(1)
    expect(page.locator(".hotspot .number")).to_have_text("1")
    page.get_by_role("radio", name="Design").check()
    expect(page.locator(".hotspot")).to_have_count(0)
    expect(heat).to_have_count(0)


def test_windows_are_scrubbed_without_asking_again(look_at):
    page = look_at
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    slider = page.get_by_role("slider", name="First")
    expect(slider).to_have_attribute("aria-valuetext", "the first 3 seconds")
    slider.focus()
    columns = {}
    for key, window in (("ArrowLeft", "1s"), ("ArrowRight", "3s"), ("ArrowRight", "5s")):
        page.keyboard.press(key)
        drawn = _canvas(page)[..., 3].astype(float)
        columns[window] = (drawn.sum(0) * np.arange(drawn.shape[1])).sum() / drawn.sum()
    assert columns["1s"] < columns["3s"] < columns["5s"]
    assert asked == []


def test_opacity_and_what_a_screen_reader_is_told(look_at):
    page = look_at
    page.get_by_role("slider", name="Opacity").fill("40")
    expect(page.locator(".look canvas.layer")).to_have_css("opacity", "0.4")
    expect(page.locator(".viewer").first).to_have_attribute(
        "aria-label", re.compile(r"heatmap of the first 3 s\. Strongest places: 1: middle centre")
    )


def test_zoom_and_pan_by_wheel_and_keyboard(look_at):
    page = look_at
    picture = page.locator(".look img.design")
    before = picture.bounding_box()
    page.locator(".look .viewer").focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("+")
    zoomed = picture.bounding_box()
    assert zoomed["width"] == pytest.approx(1.25**3 * before["width"], rel=0.01)
    page.keyboard.press("ArrowRight")
    assert picture.bounding_box()["x"] < zoomed["x"]
    page.keyboard.press("0")
    assert picture.bounding_box() == pytest.approx(before, abs=1)
    page.mouse.move(before["x"] + 20, before["y"] + 20)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    grown = picture.bounding_box()
    assert grown["width"] > before["width"] * 1.3
    # What is under the pointer stays there.
    ratio = grown["width"] / before["width"]
    assert grown["x"] == pytest.approx(before["x"] + 20 - 20 * ratio, abs=3)


def test_a_long_page_has_its_fold(studio, drop, shown):
    file = BytesIO()
    Image.effect_noise((1200, 3600), 60).convert("RGB").save(file, "JPEG")
    drop(studio, ("long.jpg", "image/jpeg", file.getvalue()))
    shown(studio)
    expect(studio.get_by_label("Long page, scrolled")).to_be_checked()
    expect(studio.locator(".page-line text")).to_contain_text(["Fold", "Half of the visitors"])
    height = studio.get_by_label("Screen height, px")
    expect(height).to_have_value("675")
    height.fill("1800")
    height.press("Tab")
    shown(studio)
    line = studio.locator(".page-line.fold")
    expect(line).to_have_attribute("data-y", "0.5")
    studio.get_by_label("Long page, scrolled").uncheck()
    shown(studio)
    expect(studio.locator(".page-line")).to_have_count(0)


def test_designs_are_taken_for_a_domain_that_the_model_was_fine_tuned_for(
    run_service, open_page, kiosk_predictor, drop, shown, small_picture
):
    with run_service(kiosk_predictor) as service:
        page = open_page(service.url)
        taken_for = page.get_by_label("Taken for")
        for name in ("a.png", "b.png"):
            drop(page, (name, "image/png", small_picture))
            expect(page.get_by_role("heading", name=name)).to_be_visible()
            shown(page)
            assert taken_for.locator("option").all_inner_texts() == [
                *("Web page (found)", "Web page", "Phone screen", "Poster", "Photo", "kiosk")
            ]
            taken_for.select_option("kiosk")
            expect(page.locator(".badge")).to_have_text("Validated on 12 kiosks")
            shown(page)
            expect(taken_for).to_have_value("kiosk")
        page.get_by_role("button", name="Compare", exact=True).click()
        expect(page.get_by_text(re.compile(r"^kiosk, 480 . 300 px$"))).to_have_count(2)
        expect(page.get_by_text("Compared as kiosk: validated on 12 kiosks.")).to_be_visible()


def test_colours_follow_the_system_until_they_are_chosen(open_page, fixed_service):
    page = open_page(fixed_service.url, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Use light colours").click()
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    page.get_by_role("button", name="Use dark colours").wait_for()
    assert page.evaluate(ground) == light


def test_everything_is_within_reach_of_a_phone(
    open_page, fixed_service, drop, shown, small_picture
):
    page = open_page(fixed_service.url, viewport={"width": 360, "height": 740}, has_touch=True)
    drop(page, ("page.png", "image/png", small_picture))
    shown(page)
    for tab in ("Order", "Scores", "Findings", "Take away", "Regions"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, tab
