"""What commands write is in the folder that they are given, whatever the images are called."""

from __future__ import annotations

import os

import pytest
from hostile.trees import NAMES, tree
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.cli.predict import write_all


@pytest.fixture
def predict(monkeypatch, fixed_predictor, tmp_path, encode_image):
    """Runs the command on an image of this name and on page.png, into tmp_path/out."""
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda _: fixed_predictor)
    images, out = tmp_path / "images", tmp_path / "out"
    images.mkdir()
    out.mkdir()

    def run(name):
        for each in (name, "page.png"):
            (images / each).write_bytes(encode_image())
        paths = [str(images / each) for each in (name, "page.png")]
        return CliRunner().invoke(app, ["predict", *paths, "--out", str(out)])

    return run


def outputs(name):
    return {f"out/{name}.{kind}" for kind in ("heatmap.png", "density.npy", "json")}


@pytest.mark.parametrize(
    "name", [*(name for name in NAMES if "/" not in name and "\0" not in name and name != "..")]
)
def test_an_image_s_name_that_is_a_path_elsewhere_is_told_and_the_others_are_done(
    predict, tmp_path, name
):
    result = predict(name)
    assert result.exit_code == 1
    assert "1 of 2 predicted" in result.output
    assert "rename it" in result.output
    made = {path for path in tree(tmp_path) if not path.startswith("images")}
    assert made == {"out", *outputs("page")}


@pytest.mark.parametrize(
    "name", ["Seite 1 - Größe's", ".hidden", "..", "...", "日本", "ab:c", "-x", "~"]
)
def test_ordinary_names_are_kept(predict, tmp_path, name):
    assert predict(f"{name}.png").exit_code == 0
    assert outputs(name) <= set(tree(tmp_path))


@pytest.mark.parametrize("trap", ["link", "link to nowhere", "pipe", "folder"])
def test_what_lies_in_the_way_is_left_as_it_is(predict, tmp_path, trap):
    there = tmp_path / "out" / "home.json"
    elsewhere = tmp_path / "elsewhere"
    if trap == "pipe":
        os.mkfifo(there)
    elif trap == "folder":
        there.mkdir()
    else:
        there.symlink_to(elsewhere)
    if trap == "link":
        elsewhere.write_text("mine")
    before = tree(tmp_path)
    result = predict("home.png")
    assert result.exit_code == 1
    assert "home.json" in result.output
    after = tree(tmp_path)
    assert {path: after[path] for path in before} == before
    assert elsewhere.exists() == (trap == "link")
    assert set(after) - set(before) == {"images/home.png", "images/page.png", *outputs("page")}


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_only_a_file_is_replaced_by_a_file(tmp_path, make):
    (tmp_path / "a").write_text("old")
    make(tmp_path / "b")
    before = tree(tmp_path)
    with pytest.raises(OSError, match="b is no file"):
        write_all({tmp_path / "a": b"new", tmp_path / "b": b"new"})
    assert tree(tmp_path) == before


def test_a_device_is_not_replaced_through_its_link(tmp_path):
    (tmp_path / "null").symlink_to(os.devnull)
    with pytest.raises(OSError, match="null is no file"):
        write_all({tmp_path / "null": b"new"})
    assert (tmp_path / "null").is_symlink()
