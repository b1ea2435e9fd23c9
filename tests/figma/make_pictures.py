"""Makes the pictures of docs/figma.md, with the shipped model:

python -m pytest tests/figma/make_pictures.py
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gazecast.model.predictor import Predictor

REPOSITORY = Path(__file__).parents[2]
OUT = REPOSITORY / "docs" / "figma"

LIGHT = ":root{color-scheme:light}"
DARK = """:root{color-scheme:dark;--figma-color-bg:#2c2c2c;--figma-color-bg-secondary:#383838;
--figma-color-border:#444;--figma-color-text:#fff;--figma-color-text-secondary:#b3b3b3;
--figma-color-bg-brand:#0c8ce9;--figma-color-text-onbrand:#fff;--figma-color-bg-selected:#4a5878;
--figma-color-text-danger:#fca397;--figma-color-bg-warning-tertiary:#5c4813}"""

CANVAS = """body{margin:0;display:flex;gap:16px;padding:16px;background:%s;align-items:flex-start}
iframe{order:2;border:0;border-radius:12px;box-shadow:0 4px 24px #0004}"""


def design(name, file, x):
    """A frame that shows an example, with its regions as layers; the illustration is one that can
    be hidden. And the pictures that it needs."""
    examples = REPOSITORY / "examples"
    image = Image.open(examples / f"{file}.png").convert("RGB")
    width, height = image.size
    layers, pictures = [], {}
    for region in json.loads((examples / f"{file}.regions.json").read_text()):
        left, top = round(region["x"] * width), round(region["y"] * height)
        right = round((region["x"] + region["width"]) * width)
        bottom = round((region["y"] + region["height"]) * height)
        layer = {"type": "TEXT", "name": region["name"], "x": left, "y": top}
        layer |= {"width": right - left, "height": bottom - top}
        if "illustration" in region["name"]:
            pictures[f"{file} illustration"] = png(image.crop((left, top, right, bottom)))
            image.paste(image.getpixel((left - 8, top + 4)), (left, top, right, bottom))
            layer |= {"type": "RECTANGLE", "fill": f"{file} illustration"}
        elif "button" in region["name"] or "link" in region["name"]:
            layer["type"] = "INSTANCE"
        layers.append(layer)
    pictures[file] = png(image)
    frame = {"type": "FRAME", "name": name, "x": x, "width": width, "height": height}
    return {**frame, "fill": file, "children": layers}, pictures


def png(image):
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def figma(open_plugin, serve):
    home, pictures = design("Landing page", "landing-page", 0)
    other, more = design("Landing page B", "landing-page-b", 1460)
    url = serve(Predictor()).url

    def open_(*selected, children=(home, other), theme=LIGHT, **options):
        plugin = open_plugin(
            [*children],
            *selected,
            server=url,
            pictures=pictures | more,
            theme=theme,
            domain="frame",
            **options,
        )
        plugin.page.add_style_tag(content=CANVAS % ("#e5e5e5" if theme == LIGHT else "#1e1e1e"))
        plugin.wait_done()
        return plugin

    open_.home = home
    return open_


def shoot(plugin, name, width=600):
    OUT.mkdir(exist_ok=True)
    plugin.page.evaluate("width => drawPage(width)", width)
    plugin.page.screenshot(path=OUT / f"{name}.png")


def test_pictures(figma):
    plugin = figma("Landing page", children=[figma.home])
    shoot(plugin, "analyse")
    plugin.press("What if hero illustration were hidden?")
    plugin.window.get_by_text("← Back to the frame").wait_for()
    plugin.window.wait_for_function(
        "[...document.querySelectorAll('.picture canvas')].every(canvas => canvas.width > 300)"
    )
    plugin.window.locator("main").evaluate("main => main.scrollTo(0, 120)")
    shoot(plugin, "what-if")

    plugin = figma("Landing page", "Landing page B", command="compare", theme=DARK)
    plugin.window.get_by_label("Layer that should be seen").select_option("primary button")
    plugin.wait_done()
    plugin.window.locator("main").evaluate("main => main.scrollTo(0, 60)")
    shoot(plugin, "compare")

    plugin = figma(command="settings", children=[figma.home])
    plugin.press("Test connection")
    plugin.window.get_by_text("Connected").wait_for()
    plugin.window.locator("#app").screenshot(path=OUT / "settings.png")
