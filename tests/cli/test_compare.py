"""`gazecast compare`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.cli.options import image_names
from gazecast.model.vocabulary import WINDOWS
from gazecast.serve.app import create_app

LEFT = {"name": "left_half", "x": 0, "y": 0, "width": 0.5, "height": 1}
RIGHT = {"name": "right_half", "x": 0.5, "y": 0, "width": 0.5, "height": 1}


@pytest.fixture
def predictor(fixed_predictor, monkeypatch):
    """Looks at what is dark."""
    fixed = fixed_predictor.predict

    def predict(*arguments):
        prediction = fixed(*arguments)
        small = Image.fromarray(arguments[0].rgb[..., 0]).resize((60, 40), Image.Resampling.BOX)
        dark = 270.0 - np.asarray(small)
        density = (dark / dark.sum()).astype(np.float32)
        return replace(prediction, densities=dict.fromkeys(WINDOWS, density))

    monkeypatch.setattr(fixed_predictor, "predict", predict)
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda _: fixed_predictor)
    return fixed_predictor


@pytest.fixture
def files(tmp_path):
    """Two pictures, dark on the left and dark on the right, and the halves as regions."""
    paths = []
    for name, start in (("old_page.png", 10), ("new_page.png", 70)):
        image = Image.new("RGB", (120, 80), "white")
        image.paste("black", (start, 20, start + 40, 60))
        paths.append(tmp_path / name)
        image.save(paths[-1])
    regions = tmp_path / "regions.json"
    regions.write_text(json.dumps([LEFT, RIGHT]))
    return [*paths, regions]


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["compare", *map(str, arguments)])


@pytest.mark.usefixtures("predictor")
def test_prints_the_verdict_and_a_table(files):
    result = run(files[0], files[1], "--regions", files[2], "--goal-region", "right_half")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith(
        "new_page.png: right_half is seen more in it (probability over 99.9%)"
    )
    (row,) = (line for line in lines if "left_half" in line)
    assert "old_page.png" in row
    assert "%" in row
    assert "not validated on web" in result.stdout
    assert "estimate" in result.stdout


@pytest.mark.usefixtures("predictor")
def test_no_difference_is_a_result(files):
    copy = files[0].with_name("copy.png")
    copy.write_bytes(files[0].read_bytes())
    result = run(files[0], copy)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("No detectable difference\n")
    assert "found on the first image" in result.stdout


@pytest.mark.usefixtures("predictor")
def test_without_a_goal_they_only_differ(files):
    assert run(*files[:2], "--regions", files[2]).stdout.startswith("The images differ")


def test_writes_what_the_service_answers(predictor, files, tmp_path):
    out = tmp_path / "made" / "out"
    options = ("--window", "5s", "--domain", "mobile", "--out", out)
    result = run(*files[:2], "--regions", files[2], *options)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == ["comparison.json", "difference.png"]
    client = TestClient(create_app(predictor=predictor), base_url="http://127.0.0.1")
    parts = [("variants", (file.name, file.read_bytes())) for file in files[:2]]
    data = {"window": "5s", "domain": "mobile", "regions": files[2].read_text()}
    answer = client.post("/v1/comparisons", files=parts, data=data)
    assert json.loads((out / "comparison.json").read_text("utf-8")) == answer.json()
    picture = client.post(
        "/v1/comparisons", files=parts, data=data, headers={"Accept": "image/png"}
    )
    assert (out / "difference.png").read_bytes() == picture.content


@pytest.mark.usefixtures("predictor")
@pytest.mark.parametrize("what", ["corrupt", "empty", "huge"])
def test_a_bad_image_is_named(files, bad_images, what):
    files[1].write_bytes(bad_images[what])
    result = run(*files[:2])
    assert result.exit_code == 1
    assert "variant 'new_page.png': " in result.stderr


@pytest.mark.usefixtures("predictor")
def test_a_missing_image_is_named(files, tmp_path):
    result = run(files[0], tmp_path / "nowhere.png")
    assert result.exit_code == 1
    assert "nowhere.png" in result.stderr


@pytest.mark.usefixtures("predictor")
@pytest.mark.parametrize("content", ["{", '[{"name": "a"}]', '{"nowhere.png": []}'])
def test_wrong_regions(files, content):
    files[2].write_text(content)
    result = run(*files[:2], "--regions", files[2])
    assert result.exit_code == 1
    assert "egions" in result.stderr


@pytest.mark.usefixtures("predictor")
def test_an_unknown_goal_lists_what_there_is(files):
    result = run(*files[:2], "--regions", files[2], "--goal-region", "foot")
    assert result.exit_code == 1
    assert "left_half, right_half" in result.stderr


@pytest.mark.usefixtures("predictor")
def test_one_image_is_too_few(files):
    result = run(files[0])
    assert result.exit_code == 1
    assert "compare 2 to 8" in result.stderr


def test_a_model_without_a_calibration_says_what_to_run(predictor, files, monkeypatch):
    monkeypatch.setattr(predictor, "info", replace(predictor.info, calibration=None))
    result = run(*files[:2])
    assert result.exit_code == 1
    assert "gazecast calibrate" in result.stderr


def test_files_of_one_name_get_their_folders(tmp_path):
    paths = [tmp_path / "a" / "x.png", tmp_path / "b" / "x.png", tmp_path / "y.png"]
    assert image_names(paths) == [str(paths[0]), str(paths[1]), "y.png"]
