"""Names from files become paths in one place, and nothing in a study leads out of it."""

from __future__ import annotations

import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gazecast.data.images import FORMATS, open_image
from gazecast.data.names import UnsafeNameError, inside, refuse_what_leads_out
from gazecast.data.stimulus import DataError

LEADING_OUT = [
    "../a.png",
    "..",
    "../../.bashrc",
    "/etc/passwd",
    "sub/a.png",
    "sub\\a.png",
    "..\\a.png",
    "\\\\server\\share\\a.png",
    "C:a.png",
    "c:\\a.png",
    "a:b.png",
    "a\0.png",
    "a\n.png",
    "a\x1b[2J.png",
    "a\x9b.png",
    "",
    ".",
]


@pytest.mark.parametrize("name", LEADING_OUT)
def test_a_name_that_leads_elsewhere_is_refused_with_the_name(tmp_path, name):
    with pytest.raises(UnsafeNameError) as refused:
        inside(tmp_path, name)
    assert repr(name) in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "name",
    ["a.png", "Seite 1 - Größe's.png", ".hidden", "..png", "日本.jpg", "ab:c.png", "1:2.png"],
)
def test_an_ordinary_name_is_a_file_in_the_folder(tmp_path, name):
    assert inside(tmp_path, name) == tmp_path / name


@given(st.text(max_size=40))
def test_no_name_leaves_the_folder(tmp_path_factory, name):
    folder = tmp_path_factory.getbasetemp()
    try:
        path = inside(folder, name)
    except UnsafeNameError:
        return
    assert path.parent == folder
    assert os.path.normpath(path) == str(path)


def test_a_link_that_leads_out_is_refused_and_one_that_stays_is_not(tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    (tmp_path / "outside").write_text("x")
    (study / "real").write_text("x")
    (study / "near").symlink_to("real")
    (study / "far").symlink_to(tmp_path / "outside")
    assert inside(study, "near").read_text() == "x"
    with pytest.raises(UnsafeNameError, match="'far' is a link that leads out"):
        inside(study, "far")


@pytest.mark.parametrize("depth", ["", "deep/er"])
@pytest.mark.parametrize("target", ["/etc", "/etc/passwd", "../../..", "gone", "/dev/null"])
def test_a_link_out_of_a_study_stops_it_with_its_name(tmp_path, depth, target):
    folder = tmp_path / "study" / depth
    folder.mkdir(parents=True)
    (folder / "link").symlink_to(target)
    with pytest.raises(DataError, match=f"{folder / 'link'}: "):
        refuse_what_leads_out(tmp_path / "study")


def test_a_study_that_is_itself_a_link_may_have_links_within(tmp_path):
    real = tmp_path / "real"
    (real / "images").mkdir(parents=True)
    (real / "images" / "a.png").write_text("x")
    (real / "images" / "b.png").symlink_to("a.png")
    (tmp_path / "study").symlink_to(real)
    refuse_what_leads_out(tmp_path / "study")


def test_what_is_neither_file_nor_folder_is_told_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match=r"pipe\.csv: neither a file nor a folder"):
        refuse_what_leads_out(tmp_path)
    (tmp_path / "pipe.csv").unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        with pytest.raises(DataError, match="socket: neither"):
            refuse_what_leads_out(tmp_path)


def test_a_circle_of_links_is_told(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(DataError, match=str(tmp_path)):
        refuse_what_leads_out(tmp_path)


def test_a_file_is_opened_as_nothing_but_the_listed_formats(tmp_path, write_image):
    for ending, kind in (("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")):
        with open_image(write_image(tmp_path / f"a.{ending}")) as image:
            assert image.format == kind
            assert kind in FORMATS
    phone = tmp_path / "phone.jpg"
    one, other = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    one.save(phone, "MPO", save_all=True, append_images=[other])
    with open_image(phone) as image:
        assert image.format == "MPO"
    for ending in ("bmp", "gif", "tiff", "ppm"):
        made = write_image(tmp_path / f"b.{ending}")
        with pytest.raises(OSError, match="cannot identify"):
            open_image(made.rename(tmp_path / f"{ending}.png"))
