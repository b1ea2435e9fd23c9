"""recipes/salicon-mit1003.yaml from end to end: official layouts, train, export, predict."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.model.predictor import Predictor
from gazecast.training.export.domain_head import assume_trained_domains
from gazecast.training.export.export import shipped_network
from gazecast.training.export.shipped import PARITY_TOLERANCE, Shipped, check_parity
from gazecast.training.fit.checkpoint import load_checkpoint
from gazecast.training.fit.recipe import parse_recipe

RECIPE = Path(__file__).parents[2] / "recipes" / "salicon-mit1003.yaml"


class Run(NamedTuple):
    data: Path
    checkpoint: Path
    onnx: Path


@pytest.fixture(scope="module")
def data(tmp_path_factory, write_image, write_gaze, gaze_samples, write_recording):
    """Both data sets as they are published, with a few pictures each."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    salicon = root / "salicon"
    for split, count in (("train", 4), ("val", 2), ("test", 1)):
        for number in range(count):
            name = f"COCO_{split}2014_{number:012d}"
            write_image(salicon / "images" / split / f"{name}.jpg", 160, 120)
            if split == "test":
                continue
            write_image(salicon / "maps" / split / f"{name}.png", 160, 120, mode="L")
            observers = [rng.integers((1, 1), (161, 121), (5, 2)).tolist() for _ in range(3)]
            write_gaze(salicon / "fixations" / split / f"{name}.mat", observers, (120, 160))
    mit = root / "mit1003"
    for number in range(3):
        name = f"i{number}"
        write_image(mit / "ALLSTIMULI" / f"{name}.jpeg", 200, 150)
        write_image(mit / "ALLFIXATIONMAPS" / f"{name}_fixMap.jpg", 200, 150, mode="L")
        for observer in ("ajs", "hp"):
            places = [tuple(rng.uniform((10, 10), (190, 140))) for _ in range(3)]
            rests = [((100.0, 75.0), 72), *((place, 216) for place in places)]
            write_recording(mit / "DATA" / observer / f"{name}.mat", gaze_samples(*rests))
    return root


@pytest.fixture(scope="module")
def run(data, tmp_path_factory, one_thread):
    """The recipe as it is, but small and short, through the command line."""
    folder = tmp_path_factory.mktemp("run")
    recipe = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    recipe["network"] |= {"imagenet": False, "pixels": 64 * 64}
    for stage in recipe["stages"]:
        stage |= {"passes": 1, "pixels": 64 * 64, "batch": 2}
    short = folder / RECIPE.name
    short.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    out, onnx = folder / "out", folder / "model.onnx"
    for command in (
        ["train", short, "--data", data, "--out", out],
        ["export", out / "last.pt", "--data", data, "--out", onnx, "--name", "salicon-mit1003"],
    ):
        result = CliRunner().invoke(app, [str(part) for part in command])
        assert result.exit_code == 0, result.output
    return Run(data, out / "last.pt", onnx)


def test_both_stages_are_trained_and_measured(run):
    with (run.checkpoint.parent / "log.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["stage"], row["pass"]) for row in rows] == [("salicon", "1"), ("mit1003", "1")]
    assert all(np.isfinite(float(row[key])) for row in rows for key in ("training_loss", "nss"))
    assert load_checkpoint(run.checkpoint).progress.stage == 2


def test_training_again_says_it_is_done(run):
    recipe = run.checkpoint.parents[1] / RECIPE.name
    arguments = ["train", recipe, "--data", run.data, "--out", run.checkpoint.parent]
    before = run.checkpoint.read_bytes()
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0
    assert "gazecast export" in result.output
    assert run.checkpoint.read_bytes() == before


@pytest.mark.parametrize("shape", [(32, 32), (64, 96), (352, 32), (32, 352), (160, 224)])
def test_torch_and_the_file_agree(run, shape):
    """With the padding of tf_efficientnet, which timm works out from each picture's size."""
    checkpoint = load_checkpoint(run.checkpoint)
    recipe = parse_recipe(checkpoint.recipe, "the checkpoint")
    network = shipped_network(checkpoint, recipe)
    assume_trained_domains(network, recipe)
    assert check_parity(Shipped(network), run.onnx, [shape]) <= PARITY_TOLERANCE


def test_the_model_says_what_it_was_trained_on(run):
    info = Predictor(run.onnx).info
    assert (info.name, info.recipe.name) == ("salicon-mit1003", "salicon-mit1003.yaml")
    assert [(one.name, one.images, one.use) for one in info.datasets] == [
        ("salicon", 4, "training: mouse; splits train"),
        ("mit1003", 3, "training: fixation; splits train"),
    ]
    assert all(one.licence and one.source.startswith("http://") for one in info.datasets)
    assert "not validated on web" in info.domains["web"]


@pytest.mark.parametrize("window", ["1s", "3s", "5s"])
def test_the_model_predicts(run, window):
    image = next((run.data / "mit1003" / "ALLSTIMULI").iterdir())
    prediction = Predictor(run.onnx).predict(image, window=window)
    assert prediction.density.sum(dtype=np.float64) == pytest.approx(1, abs=1e-4)
    assert prediction.density.shape == (384, 512)


def test_every_picture_is_taken_for_a_photo(run):
    image = next((run.data / "salicon" / "images" / "test").iterdir())
    predictor = Predictor(run.onnx)
    decision = predictor.predict(image).domain
    assert decision.name == "photo"
    assert decision.probabilities["photo"] == pytest.approx(1, abs=1e-6)
    as_web = predictor.predict(image, domain="web")
    assert as_web.domain.validation == "not validated on web: trained on photos only"
    assert as_web.density.tobytes() == predictor.predict(image).density.tobytes()
