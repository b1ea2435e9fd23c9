"""No study leads an import out of the folder that it writes to, nor has it read from elsewhere."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gazecast.data.importing.run import import_dataset
from gazecast.data.layouts import LAYOUTS, read_dataset
from gazecast.data.stimulus import DataError

NAMES = [
    "../../planted.png",
    "../home.png",
    "..",
    "/tmp/planted.png",
    "sub/home.png",
    "..\\..\\planted.png",
    "C:\\planted.png",
    "C:planted.png",
    "planted\0.png",
    "planted\x1b.png",
]
SCREEN = (1920.0, 1080.0)


def tree(folder: Path) -> dict[str, object]:
    """All there is in a folder: kinds, modes, and contents by their hash."""
    seen: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content: object = None
        if path.is_symlink():
            content = path.readlink()
        elif path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        seen[str(path.relative_to(folder))] = (status.st_mode, content)
    return seen


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Folders around a study, with a picture that a name may lead to."""
    Image.new("RGB", (640, 480)).save(tmp_path / "planted.png")
    Image.new("RGB", (640, 480)).save(tmp_path / "home.png")
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_an_export_writes_nothing_elsewhere(vendor, study, source, world, name):
    vendor.write(source, study)
    tables = [path for path in source.rglob("*") if path.is_file() and path.suffix != ".png"]
    told = {path: path.read_bytes().decode(vendor.encoding) for path in tables}
    if not any("home" in text for text in told.values()):
        pytest.skip("it names an image by the name of a file of its own")
    for path, text in told.items():
        named = re.sub(r"home(\.png)?", lambda _: name, text)
        path.write_bytes(named.encode(vendor.encoding))
    out = world / "made" / "out"
    out.parent.mkdir()
    before = tree(world)
    with contextlib.suppress(DataError):  # the part after the last separator may be a picture's
        import_dataset(source, out, screen=SCREEN if vendor.needs_screen else None)
    shutil.rmtree(out, ignore_errors=True)
    assert tree(world) == before


@pytest.fixture
def own_study(tmp_path: Path) -> Callable[[str], Path]:
    """A study in our own form whose table has a further image of this name."""

    def make(name: str) -> Path:
        folder = tmp_path / "study"
        (folder / "images").mkdir(parents=True)
        Image.new("RGB", (640, 480)).save(folder / "images" / "ok.png")
        rows = "".join(f'"{each}",train,640,480\n' for each in ("ok.png", name))
        (folder / "images.csv").write_text(f"image,split,width,height\n{rows}")
        return folder

    return make


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_table_of_images_is_refused_with_its_row(world, own_study, name):
    study = own_study(name)
    before = tree(world)
    with pytest.raises(DataError, match=r"images\.csv"):
        import_dataset(study, world / "out")
    assert tree(world) == before


@pytest.mark.parametrize("what", ["images", "images/home.png", "fixations.csv", "dataset.json"])
def test_a_link_out_of_a_study_stops_its_import(world, own_study, what):
    study = own_study("ok2.png")
    shutil.copy(study / "images" / "ok.png", study / "images" / "ok2.png")
    place = study / what
    elsewhere = world / "elsewhere"
    if what == "images":
        place.rename(elsewhere)
    else:
        elsewhere.write_text("secret")
    place.symlink_to(elsewhere)
    before = tree(world)
    with pytest.raises(DataError, match=f"{place}: a link that leads out"):
        import_dataset(study, world / "out")
    assert tree(world) == before


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("trap", ["link", "pipe"])
def test_every_layout_refuses_what_leads_out_of_it(tmp_path, layout, trap):
    place = tmp_path / "study" / "deep" / "a.png"
    place.parent.mkdir(parents=True)
    if trap == "link":
        place.symlink_to("/etc/passwd")
    else:
        os.mkfifo(place)
    with pytest.raises(DataError, match=f"{place}: "):
        read_dataset(tmp_path / "study", layout)


@pytest.mark.parametrize("trap", ["link", "pipe"])
def test_every_vendor_s_export_is_held_against_it_too(vendor, study, source, tmp_path, trap):
    vendor.write(source, study)
    place = source / "images" / "z.png"
    if trap == "link":
        place.symlink_to("/etc/passwd")
    else:
        os.mkfifo(place)
    with pytest.raises(DataError, match=f"{place}: "):
        import_dataset(source, tmp_path / "out")
