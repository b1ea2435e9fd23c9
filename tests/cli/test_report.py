"""`gazecast report`: what it writes and refuses."""

from __future__ import annotations

import json

import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from gazecast.cli.main import app

LEFT = {"name": "left half", "x": 0, "y": 0, "width": 0.5, "height": 1}


@pytest.fixture
def report(monkeypatch, fixed_predictor, tmp_path, encode_image):
    """Runs the command on images in tmp_path, into tmp_path/made/report.html."""
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda _: fixed_predictor)
    for name in ("page.png", "other.png"):
        (tmp_path / name).write_bytes(encode_image())

    def run(*options, images=("page.png",)):
        out = tmp_path / "made" / "report.html"
        paths = [str(tmp_path / image) for image in images]
        command = ["report", *paths, "--out", str(out), *map(str, options)]
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, command)
        return result, out.read_text(encoding="utf-8") if out.exists() else None

    return run


@pytest.fixture
def regions(tmp_path):
    """Writes a file of regions."""

    def write(content):
        file = tmp_path / "regions.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write


def test_writes_one_page_about_all_images(report, regions):
    result, page = report("--regions", regions([LEFT]), images=("page.png", "other.png"))
    assert result.exit_code == 0, result.output
    assert page.count("<section") == 2
    assert page.count("<bdi>left half</bdi></th>") == 2
    assert "first 3 seconds" in page


def test_an_image_given_twice_is_reported_once(report):
    _, page = report(images=("page.png", "page.png"))
    assert page.count("<section") == 1


def test_window_and_domain(report):
    _, page = report("--window", "1s", "--domain", "poster")
    assert "in the first second" in page
    assert "Taken for a poster (as requested)" in page


def test_a_long_page_is_told_with_its_fold(report, tmp_path, encode_image):
    (tmp_path / "tall.png").write_bytes(encode_image(width=100, height=600))
    result, page = report("--viewport-height", "100", images=("tall.png",))
    assert result.exit_code == 0, result.output
    assert "overlapping screens of 100 px" in page
    assert "Above the fold:" in page
    _, plain = report(images=("tall.png",))
    assert "Above the fold:" not in plain


def test_without_regions_they_are_found(report, tmp_path):
    design = Image.new("RGB", (600, 400), "white")
    ImageDraw.Draw(design).text((60, 60), "Two lines\nof a headline", "black", font_size=40)
    design.save(tmp_path / "page.png")
    result, page = report()
    assert result.exit_code == 0, result.output
    assert "<bdi>text 1</bdi></th>" in page
    assert "The regions were found on the image, not given." in page


def test_regions_by_file_name(report, regions):
    file = regions({"other.png": [LEFT]})
    _, page = report(
        "--regions", file, "--goal-region", "left half", images=("page.png", "other.png")
    )
    assert page.count("<bdi>left half</bdi></th>") == 1
    assert page.count("This image has no such region.") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "regions.json"),
        ([{"name": "a"}], "regions.json"),
        ({"nowhere.png": []}, "'nowhere.png'"),
        ([{**LEFT, "width": 2}], "page.png: region 'left half'"),
    ],
)
def test_wrong_regions(report, regions, content, message):
    result, page = report("--regions", regions(content))
    assert result.exit_code == 1
    assert message in result.stderr
    assert page is None


def test_an_unknown_goal_lists_what_there_is(report, regions):
    result, page = report("--regions", regions([LEFT]), "--goal-region", "foot")
    assert result.exit_code == 1
    assert "name one of these: left half" in result.stderr
    assert page is None


@pytest.mark.parametrize("what", ["corrupt", "empty", "huge", None])
def test_a_bad_image_is_named(report, tmp_path, bad_images, what):
    if what:
        (tmp_path / "bad.png").write_bytes(bad_images[what])
    result, page = report(images=("page.png", "bad.png"))
    assert result.exit_code == 1
    assert f"{tmp_path / 'bad.png'}: " in result.stderr
    assert page is None
