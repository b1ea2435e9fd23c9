"""`gazecast predict`: files, names, errors, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.cli.predict import output_names, write_all


@pytest.fixture
def predict(monkeypatch, fixed_predictor, tmp_path):
    """Runs the command into tmp_path/out, with a predictor that needs no weights."""
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda _: fixed_predictor)

    def run(*arguments):
        out = tmp_path / "out"
        command = ["predict", *map(str, arguments), "--out", str(out)]
        return CliRunner().invoke(app, command), out

    return run


@pytest.fixture
def image_file(tmp_path, encode_image) -> Path:
    path = tmp_path / "page.png"
    path.write_bytes(encode_image())
    return path


def _files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_writes_three_files_for_an_image(predict, image_file, fixed_predictor):
    result, out = predict(image_file, "--window", "5s", "--domain", "mobile")
    assert result.exit_code == 0, result.output
    assert _files(out) == ["page.density.npy", "page.heatmap.png", "page.json"]
    density = np.load(out / "page.density.npy")
    assert density.dtype == np.float32
    np.testing.assert_array_equal(density, fixed_predictor.predict(image_file).density)
    Image.open(out / "page.heatmap.png").verify()
    report = json.loads((out / "page.json").read_text(encoding="utf-8"))
    assert report["window"] == "5s"
    assert report["domain"]["validation"] == "not validated on mobile: a bump"
    assert report["notice"]


def test_the_same_image_gets_the_id_that_the_service_gives(predict, image_file, fixed_predictor):
    from fastapi.testclient import TestClient

    from gazecast.serve.app import create_app

    _, out = predict(image_file)
    client = TestClient(create_app(predictor=fixed_predictor), base_url="http://127.0.0.1")
    answer = client.post("/v1/predictions", files={"image": image_file.read_bytes()})
    assert json.loads((out / "page.json").read_text(encoding="utf-8"))["id"] == answer.json()["id"]


@pytest.mark.parametrize("what", ["corrupt", "empty", "text", "truncated", "huge", "animated"])
def test_a_bad_image_is_named_and_the_others_are_done(predict, image_file, bad_images, what):
    bad = image_file.with_name("bad.png")
    bad.write_bytes(bad_images[what])
    result, out = predict(bad, image_file)
    assert result.exit_code == 1
    assert "1 of 2 predicted" in result.output
    assert f"{bad}: " in result.output.splitlines()[-1]
    assert _files(out) == ["page.density.npy", "page.heatmap.png", "page.json"]


def test_a_missing_image_is_named(predict, image_file):
    result, _ = predict(image_file, image_file.with_name("nowhere.png"))
    assert result.exit_code == 1
    assert "nowhere.png" in result.output.splitlines()[-1]


def test_out_that_is_a_file(predict, image_file, tmp_path):
    (tmp_path / "out").write_text("in the way")
    result, _ = predict(image_file)
    assert result.exit_code == 1
    assert f"{tmp_path / 'out'}: File exists" in result.output


def test_an_unknown_window_is_a_usage_error(predict, image_file):
    result, _ = predict(image_file, "--window", "2s")
    assert result.exit_code == 2


def test_images_of_one_stem_keep_their_suffixes():
    names = output_names([Path("a/home.png"), Path("a/Home.jpg"), Path("a/shop.png")])
    assert list(names.values()) == ["home.png", "Home.jpg", "shop"]


def test_images_of_one_name_are_numbered():
    names = output_names([Path("a/home.png"), Path("b/home.png"), Path("b/home.png")])
    assert list(names.values()) == ["home.png", "home.png-2"]


@given(st.lists(st.text("aA.-2/", min_size=1).filter(lambda name: Path(name).name)))
def test_no_two_images_share_a_name(paths):
    images = [Path(path) for path in paths]
    names = [name.casefold() for name in output_names(images).values()]
    assert len(set(names)) == len(names) == len(set(images))


def test_files_are_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(OSError, match="nowhere"):
        write_all({tmp_path / "a": b"new", tmp_path / "nowhere" / "b": b"new"})
    assert _files(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old"
