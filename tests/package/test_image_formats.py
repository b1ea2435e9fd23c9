"""Files that are not ours are opened with one list of formats: no reader of Pillow but those sees
them."""

from __future__ import annotations

import ast
from pathlib import Path

from PIL import Image

from gazecast.data.images import image_size
from gazecast.model.picture import read_picture

ROOT = Path(__file__).parents[2]


def opens(tree: ast.AST) -> list[ast.Call]:
    """The calls of Image.open."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Image.open", "PIL.Image.open"}
    ]


def test_pictures_are_opened_in_one_place_with_the_list():
    found = {}
    for folder in sorted(ROOT.glob("*/gazecast")):
        for path in sorted(folder.rglob("*.py")):
            for call in opens(ast.parse(path.read_text(encoding="utf-8"))):
                keywords = {each.arg: ast.unparse(each.value) for each in call.keywords}
                found[str(path.relative_to(ROOT))] = keywords
    assert found == {"data/gazecast/data/images.py": {"formats": "FORMATS"}}


def test_a_phone_s_picture_is_read_by_the_service_as_by_the_import(tmp_path):
    phone = tmp_path / "phone.jpg"
    one, other = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    one.save(phone, "MPO", save_all=True, append_images=[other])
    assert image_size(phone) == (64, 48)
    picture = read_picture(phone)
    assert (picture.width, picture.height) == (64, 48)
    assert picture.rgb[0, 0].tolist() == [254, 0, 0]
