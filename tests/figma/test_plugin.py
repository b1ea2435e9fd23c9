"""The built plugin, as a user sees it: analyse, compare, what if, settings."""

from __future__ import annotations

import copy
import json
from io import BytesIO
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image

from gazecast.analysis.colours import colour_table, scale_level
from gazecast.analysis.regions import Polygon, Region, region_share
from gazecast.model.predictor import Predictor

KEY = "gzc_of-a-designer"
REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "examples"
GOLDEN = json.loads((REPOSITORY / "tests/model/golden_shares.json").read_text())


def layer(name, x, y, width, height, kind="RECTANGLE", **more):
    box = {"x": x, "y": y, "width": width, "height": height}
    return {"type": kind, "name": name, **box, **more}


def frame(name, x=0, children=(), **more):
    """800 x 500, white, somewhere on the page."""
    white = {"fill": "#ffffff", "clipsContent": True, **more}
    return layer(name, 300 + x, -40, 800, 500, "FRAME", children=list(children), **white)


BUTTON = layer("Buy button", 480, 60, 160, 80, "INSTANCE", fill="#000000")
CARD = layer(
    *("Card", 40, 240, 300, 200, "FRAME"),
    fill="#dddddd",
    children=[layer("Price", 20, 20, 100, 40, "TEXT", fill="#555555")],
)
STICKER = layer("Sticker", 600, 350, 100, 60, rotation=30, fill="#666666")
HOME = frame("Home", children=[BUTTON, CARD, STICKER])

QUIETER = copy.deepcopy(HOME)
QUIETER.update(name="Quieter", x=1300)
QUIETER["children"][0]["fill"] = "#eeeeee"


def analyse(plugin, *frames):
    """The server's answer to the plugin."""
    plugin.select(*frames)
    with plugin.page.expect_response("**/v1/predictions") as response:
        plugin.press("Analyse")
    answer = response.value.json()
    plugin.wait_done()
    return answer


def is_strongest(pixels):
    """Whether all have the scale's last colour; browsers round colours that are not opaque."""
    return np.abs(pixels.astype(int) - colour_table()[-1]).max() <= 1


# ---- Analyse -----------------------------------------------------------------------------------


def test_shares_are_those_of_the_same_geometry(open_plugin, service):
    plugin = open_plugin([HOME], server=service.url)
    answer = analyse(plugin, "Home")
    shares = {region["name"]: region["share"] for region in answer["regions"]}
    # Where the layers are, worked out here; the sticker's corners by Figma's way to turn.
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    corners = [
        ((600 + cos * x + sin * y) / 800, (350 - sin * x + cos * y) / 500)
        for x, y in ((0, 0), (100, 0), (100, 60), (0, 60))
    ]
    regions = [
        Region("Buy button", 480 / 800, 60 / 500, 160 / 800, 80 / 500),
        Region("Card", 40 / 800, 240 / 500, 300 / 800, 200 / 500),
        Region("Price", 60 / 800, 260 / 500, 100 / 800, 40 / 500),
        Polygon("Sticker", tuple(corners)),
    ]
    picture = Image.fromarray(service.predicted[0])
    assert picture.size == (800, 500)
    file = BytesIO()
    picture.save(file, "PNG")
    direct = httpx2.post(
        f"{service.url}/v1/predictions",
        files={"image": file.getvalue()},
        headers={"X-API-Key": KEY, "Accept": "application/x-npy"},
    )
    density = np.load(BytesIO(direct.content))
    assert shares == pytest.approx(
        {region.name: region_share(density, region) for region in regions}, abs=1e-6
    )
    # And these are what is shown, the largest first.
    shown = {row[0].split("\n")[0]: row[1].split("\n")[0] for row in plugin.rows()}
    assert list(shown) == sorted(shares, key=shares.get, reverse=True)
    for name, share in shares.items():
        assert float(shown[name].removesuffix(" %")) == pytest.approx(100 * share, abs=0.51)


@pytest.mark.parametrize("name", ["landing-page", "phone-screen"])
def test_shipped_model_gives_the_golden_shares(open_plugin, serve, name):
    regions = json.loads((EXAMPLES / f"{name}.regions.json").read_text())
    content = (EXAMPLES / f"{name}.png").read_bytes()
    width, height = Image.open(BytesIO(content)).size
    children = [
        layer(
            region["name"],
            *(region["x"] * width, region["y"] * height),
            *(region["width"] * width, region["height"] * height),
            "TEXT",
        )
        for region in regions
    ]
    design = layer("Design", 70, 90, width, height, "FRAME", fill="design", children=children)
    plugin = open_plugin(
        [design],
        server=serve(Predictor()).url,
        pictures={"design": content},
        minimumSize=1,
    )
    answer = analyse(plugin, "Design")
    shares = {region["name"]: region["share"] for region in answer["regions"]}
    assert shares == pytest.approx(GOLDEN["shares"][name]["regions"], abs=2e-3)


def test_overlay_lies_over_what_is_looked_at(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    design = plugin.document("Home")
    plugin.wait_done()
    overlay = plugin.document("Attention · Home")
    assert [overlay[key] for key in ("x", "y", "width", "height")] == [300, -40, 800, 500]
    assert overlay["locked"]
    assert plugin.document("Home") == design  # nothing in the frame
    assert plugin.names() == ["Home", "Attention · Home"]

    pixels = plugin.image_of("Attention · Home")
    height, width = pixels.shape[:2]
    assert width / height == pytest.approx(800 / 500, rel=1e-3)
    scale = width / 800
    # The button is black on white: it has the strongest colour right to its edges, and what is a
    # cell away from them has none.
    cell = 800 / 160 * scale
    left, top, right, bottom = (round(side * scale) for side in (480, 60, 640, 140))
    margin = round(cell)
    inside = pixels[top + margin : bottom - margin, left + margin : right - margin]
    assert is_strongest(inside)
    around = pixels[: bottom + 4 * margin, left - 4 * margin : right + 4 * margin, 3].copy()
    around[top - 2 * margin : bottom + 2 * margin, 2 * margin : -2 * margin] = 0
    assert around.max() == 0


def test_overlay_has_the_servers_colours(open_plugin, service, dark, fixed_predictor):
    dark.predict = fixed_predictor.predict  # smooth, over the whole scale
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    pixels = plugin.image_of("Attention · Home").astype(int)
    height, width = pixels.shape[:2]
    density = fixed_predictor.predict(Image.new("RGB", (800, 500))).density
    intensity = Image.fromarray((density * density.size).astype(np.float32))
    smooth = np.asarray(intensity.resize((width, height), Image.Resampling.BICUBIC))
    expected = colour_table()[scale_level(smooth)].astype(int)
    assert np.unique(expected[..., 3]).size > 50
    # As far as one of the table's 256 levels is from the next: sums of floats are rounded.
    assert np.abs(pixels[..., 3] - expected[..., 3]).max() <= 3
    # Browsers multiply colours by opacity and divide again: what is hardly there is rounded.
    strong = expected[..., 3] > 100
    assert np.abs(pixels - expected)[strong].max() <= 5


def test_turned_and_scaled_frames_have_overlays_of_their_box(open_plugin, service):
    turned = {**HOME, "rotation": 90}
    huge = layer(
        "Huge",
        2000,
        0,
        8192,
        2048,
        "FRAME",
        fill="#ffffff",
        children=[
            layer("Mark", 4096, 0, 512, 512, fill="#000000"),
        ],
    )
    plugin = open_plugin([turned, huge], "Home", "Huge", server=service.url)
    plugin.wait_done()
    overlay = plugin.document("Attention · Home")
    assert (overlay["width"], overlay["height"]) == pytest.approx((500, 800))
    assert [rgb.shape[:2] for rgb in service.predicted] == [(800, 500), (1024, 4096)]
    pixels = plugin.image_of("Attention · Huge")
    assert pixels.shape[:2] == (256, 1024)
    assert is_strongest(pixels[16:48, 528:560])
    assert plugin.document("Attention · Huge")["width"] == 8192


def test_row_selects_its_layer(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    plugin.window.get_by_role("row", name="Price").click()
    plugin.page.wait_for_function("fake.currentPage.selection[0]?.name === 'Price'")
    assert plugin.page.evaluate("fake.shown[0].name") == "Price"


def test_goal_is_asked_for_and_stays(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    plugin.press("Goal: Price")
    plugin.window.get_by_text("Goal: “Price” is expected to be seen after: Buy button").wait_for()
    assert plugin.button("Goal: Price").get_attribute("aria-pressed") == "true"
    plugin.press("Update")
    plugin.wait_done()
    assert plugin.button("Goal: Price").get_attribute("aria-pressed") == "true"
    plugin.press("Goal: Price")
    plugin.window.get_by_text("Goal: “Price” is").wait_for(state="detached")
    plugin.press("Goal: Buy button")
    plugin.window.get_by_text("nothing is expected to be seen before “Buy button”").wait_for()


def test_shows_scores_findings_and_what_they_rest_on(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    text = plugin.window.locator("main").inner_text()
    for part in (
        *("Focus", "Half of the looks", "Clarity", "Findings", "a panel of 11 people"),
        *("Predicted as web; not validated on web", "not a measurement"),
    ):
        assert part in text


def test_edits_are_told_and_update_sees_them(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    before = plugin.rows()
    plugin.page.evaluate("fake.named('Buy button').visible = false")
    plugin.window.get_by_text("was edited since").wait_for()
    plugin.press("Update")
    plugin.wait_done()
    assert "edited since" not in plugin.window.locator("main").inner_text()
    assert len(plugin.rows()) == len(before) - 1
    assert plugin.names().count("Attention · Home") == 1


def test_remove_takes_the_overlay_away(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    plugin.press("Remove")
    plugin.page.wait_for_function("fake.currentPage.children.length === 1")
    assert plugin.names() == ["Home"]
    plugin.window.get_by_text("The heat map appears over the frame").wait_for()


def test_window_and_domain_are_sent(open_plugin, service):
    plugin = open_plugin([HOME], server=service.url)
    plugin.window.get_by_label("Seen for").select_option("1s")
    plugin.window.get_by_label("Kind of design").select_option("poster")
    answer = analyse(plugin, "Home")
    assert (answer["window"], answer["domain"]["requested"]) == ("1s", "poster")
    assert plugin.page.evaluate("fake.stored.get('settings').window") == "1s"


def test_domain_is_guessed_from_the_frame(open_plugin, service):
    phone = layer("Phone", 0, 0, 390, 844, "FRAME", fill="#ffffff", children=[BUTTON])
    plugin = open_plugin([phone], server=service.url, domain="frame")
    assert analyse(plugin, "Phone")["domain"]["requested"] == "mobile"


def test_names_are_never_markup(open_plugin, service):
    evil = "<img src=x onerror='document.title=1'>"
    plugin = open_plugin(
        [frame(evil, children=[{**BUTTON, "name": evil}])], evil, server=service.url
    )
    plugin.wait_done()
    assert plugin.rows()[0][0].startswith(evil)
    assert plugin.window.locator("main img").count() == 0


def test_frame_without_layers(open_plugin, service):
    plugin = open_plugin([frame("Empty")], "Empty", server=service.url)
    plugin.window.get_by_text("No layers to measure").wait_for()
    assert "Attention · Empty" in plugin.names()


# ---- Several frames ----------------------------------------------------------------------------


def test_several_frames_one_of_them_hidden(open_plugin, service):
    hidden = {**HOME, "name": "Hidden", "x": 5000, "visible": False}
    plugin = open_plugin([HOME, hidden, QUIETER], "Home", "Hidden", "Quieter", server=service.url)
    plugin.wait_done()
    assert "“Hidden” is hidden" in plugin.error()
    assert [name for name in plugin.names() if "·" in name] == [
        "Attention · Home",
        "Attention · Quieter",
    ]
    shown = plugin.window.get_by_label("Frame", exact=True)
    assert shown.locator("option").all_inner_texts() == ["Home", "Quieter"]
    shown.select_option(label="Home")
    plugin.window.get_by_role("row", name="Buy button").wait_for()


def test_cancel_in_the_middle_keeps_what_is_done(open_plugin, service, dark):
    plugin = open_plugin([HOME, QUIETER], server=service.url)
    plugin.select("Home")
    plugin.press("Analyse")
    plugin.wait_done()
    dark.may_answer.clear()
    plugin.select("Home", "Quieter")
    plugin.press("Analyse")
    plugin.window.get_by_text("1 of 2 · Home: predicting").wait_for()
    plugin.press("Cancel")
    plugin.wait_done()
    dark.may_answer.set()
    assert plugin.window.get_by_role("alert").count() == 0
    assert plugin.names() == ["Home", "Quieter", "Attention · Home"]
    assert plugin.rows()
    plugin.press("Analyse")  # and it can be begun again
    plugin.page.wait_for_function("fake.currentPage.children.length === 4")


# ---- Compare -----------------------------------------------------------------------------------


def test_compare_two_frames(open_plugin, service):
    extra = layer("Only here", 700, 20, 60, 40, "TEXT", fill="#888888")
    quieter = {**QUIETER, "children": [*QUIETER["children"], extra]}
    plugin = open_plugin([HOME, quieter], "Quieter", "Home", server=service.url, command="compare")
    plugin.wait_done()
    verdict = plugin.window.locator(".verdict")
    assert verdict.inner_text().startswith("Attention differs")
    rows = {row[0]: row[1:] for row in plugin.rows()}
    assert set(rows) == {"Buy button", "Card", "Price", "Sticker"}
    assert rows["Buy button"][2].startswith("more in “Home”")
    assert "Only in one of them: Only here." in plugin.window.locator("main").inner_text()
    plugin.window.get_by_label("Layer that should be seen").select_option("Buy button")
    plugin.window.get_by_text("“Buy button” is seen more in “Home”").wait_for()
    assert plugin.names() == ["Home", "Quieter"]  # no overlays, nothing else


def test_no_detectable_difference_is_said(open_plugin, service):
    twin = {**copy.deepcopy(HOME), "x": 1300}
    variants = {"type": "COMPONENT_SET", "name": "Set", "width": 3000, "height": 900}
    variants["children"] = [
        {**one, "type": "COMPONENT", "name": name}
        for one, name in ((HOME, "State=Default"), (twin, "State=Hover"))
    ]
    plugin = open_plugin([variants], "Set", server=service.url, command="compare")
    plugin.wait_done()
    assert plugin.window.locator(".verdict").inner_text() == "No detectable difference"
    assert {row[3] for row in plugin.rows()} == {"no detectable difference"}
    assert plugin.window.locator("figcaption").all_inner_texts() == [
        "State=Default",
        "State=Hover",
    ]


def test_frames_without_common_layers_are_compared_by_what_is_found(open_plugin, service):
    other = frame("Other", 1300, [{**BUTTON, "name": "Call to action"}])
    plugin = open_plugin([HOME, other], "Home", "Other", server=service.url, command="compare")
    plugin.window.get_by_text("No layers have the same name").wait_for()
    assert plugin.rows()


def test_one_frame_cannot_be_compared(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url, command="compare")
    assert plugin.button("Compare").is_disabled()


# ---- What if -----------------------------------------------------------------------------------


def test_what_if_a_layer_were_hidden(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    document = plugin.document()
    service.predicted.clear()
    plugin.press("What if Buy button were hidden?")
    plugin.window.get_by_text("What if “Buy button” were hidden?").wait_for()
    assert plugin.window.locator("figcaption").all_inner_texts() == [
        "As it is",
        "Without Buy button",
    ]
    with_it, without = service.predicted[-2:]
    assert (with_it[60:140, 480:640] == 0).all()
    assert (without[60:140, 480:640] == 255).all()
    rows = {row[0]: row[1:] for row in plugin.rows()}
    assert rows["Card"][2].startswith("more in “Without Buy button”")
    assert "Only in one of them: Buy button" in plugin.window.locator("main").inner_text()
    assert plugin.document() == document
    plugin.press("← Back to the frame")
    plugin.window.get_by_role("row", name="Buy button").wait_for()


def test_what_if_leaves_nothing_when_it_fails_or_is_cancelled(open_plugin, service, dark):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    document = plugin.document()
    dark.may_answer.clear()
    plugin.press("What if Card were hidden?")
    plugin.window.get_by_text("Comparing").wait_for()
    assert plugin.document() == document
    plugin.press("Cancel")
    plugin.wait_done()
    dark.may_answer.set()
    assert plugin.document() == document
    plugin.page.route("**/v1/comparisons", lambda route: route.abort())
    plugin.press("What if Card were hidden?")
    assert "connection broke" in plugin.error()
    assert plugin.document() == document


def test_clear_command_removes_overlays(open_plugin, service):
    plugin = open_plugin([HOME], "Home", server=service.url)
    plugin.wait_done()
    assert plugin.names() == ["Home", "Attention · Home"]
    plugin.page.evaluate("fake.api.command = 'clear'")
    code = (REPOSITORY / "figma-plugin/dist/code.js").read_text("utf-8")
    plugin.page.evaluate("code => (0, eval)(code)", code)
    assert plugin.names() == ["Home"]
    assert plugin.page.evaluate("fake.closed") == "Removed: 1."
