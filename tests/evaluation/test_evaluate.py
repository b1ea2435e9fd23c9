"""`gazecast evaluate` on a small data set on disk, with a stand-in for the network."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from gazecast.cli.tables import print_report
from gazecast.data.layouts.folder import read_folder
from gazecast.data.stimulus import DataError
from gazecast.evaluation.baselines import CentrePrior
from gazecast.evaluation.cross_validation import CROSS_VALIDATED
from gazecast.evaluation.evaluate import chosen_protocols, default_protocols, run
from gazecast.evaluation.protocols import DEFAULT_PROTOCOLS, PROTOCOLS
from gazecast.evaluation.scoring import evaluate
from gazecast.model.metadata import DatasetUse

FIWI = replace(PROTOCOLS["fiwi"], sigma_px=4.0)  # for images of 64 pixels
FIWI_CV = replace(CROSS_VALIDATED["fiwi-cv"], sigma_px=4.0)


class CentrePredictor:
    """Predicts a blob in the middle of every image."""

    def __init__(self, sha256="ab" * 32, datasets=()):
        self.calls = []
        self.info = SimpleNamespace(
            name="stand-in",
            version="0",
            sha256=sha256,
            datasets=datasets,
            recipe=SimpleNamespace(name="recipe.yaml", sha256="cd" * 32),
        )

    def predict(self, image, window="3s", domain="auto"):
        self.calls.append((image.name, window, domain))
        y, x = np.mgrid[-1:1:24j, -1:1:32j]
        density = np.exp(-(x**2 + y**2) / 0.1).astype(np.float32)
        return SimpleNamespace(density=density / density.sum())


@pytest.fixture
def data_root(tmp_path):
    """A data folder whose `fiwi` has one image in each fold, looked at near its middle."""
    folder = tmp_path / "fiwi"
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(0)
    images = [("image", "split", "width", "height")]
    fixations = [("image", "observer", "kind", "x", "y", "start_ms", "duration_ms")]
    for fold in range(4):
        name = f"{fold}.png"
        Image.new("RGB", (64, 48), "white").save(folder / "images" / name)
        images.append((name, f"f{fold}", 64, 48))
        for observer in range(3):
            for start in (200, 1500, 4000):
                x, y = rng.normal((32, 24), 4)
                fixations.append((name, observer, "fixation", x, y, start, ""))
    for name, rows in (("images.csv", images), ("fixations.csv", fixations)):
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return tmp_path


def test_report_says_what_was_measured_and_how(data_root):
    report = run(data_root, [FIWI], CentrePredictor())

    told = json.loads(report.to_json())
    assert told["model"]["sha256"] == "ab" * 32
    assert told["command"] == "gazecast evaluate --data FOLDER --protocol fiwi"
    assert [(r["window"], r["seconds"]) for r in told["results"]] == [
        ("1s", 1.0),
        ("3s", 3.0),
        ("5s", None),
    ]
    first = told["results"][0]
    assert (first["dataset"], first["splits"], first["n"]) == ("fiwi", ["f0", "f1", "f2", "f3"], 4)
    assert first["people"]["nss"]["images"] == 4
    assert first["people"]["observers"] == 3


def test_model_stands_beside_the_mean_map(data_root):
    (_, _, result) = run(data_root, [FIWI], CentrePredictor()).results

    model, mean_map = result.methods["model"].summary, result.methods["mean map"].summary
    assert model["nss"].mean > 0
    assert set(model) == set(mean_map)
    assert mean_map["ig"].mean == pytest.approx(0)


def test_lead_over_another_method_is_paired_and_above_0_where_the_model_is_better(data_root):
    def away(_):
        density = np.zeros((24, 32))
        density[:4, :4] = 1
        return density

    def centre(stimulus):
        return CentrePredictor().predict(stimulus.image_path).density

    (_, _, result) = run(
        data_root,
        [FIWI],
        CentrePredictor(),
        others=lambda _: {"away": away, "same": centre},
    ).results

    for metric in ("cc", "kld", "nss"):
        ours, theirs = (result.methods[name].summary[metric] for name in ("model", "away"))
        lead = result.differences["away"][metric]
        assert lead.mean == pytest.approx(abs(ours.mean - theirs.mean))
        assert lead.low > 0
    for lead in result.differences["same"].values():  # no noise between images is left
        assert (lead.low, lead.mean, lead.high) == (0, 0, 0)


def test_fold_is_scored_alone(data_root):
    predictor = CentrePredictor()

    run(data_root, [PROTOCOLS["fiwi-f2"]], predictor)

    assert predictor.calls == [("2.png", window, "web") for window in ("1s", "3s", "5s")]


def test_cross_validation_asks_for_each_image_the_model_that_never_saw_it(data_root):
    shipped = CentrePredictor()
    folds = {f"f{fold}": CentrePredictor(sha256=str(fold) * 64) for fold in range(4)}

    report = run(data_root, [FIWI_CV], shipped, folds=folds)

    assert shipped.calls == []
    for fold, predictor in folds.items():
        assert {image for image, _, _ in predictor.calls} == {f"{fold[1]}.png"}
    assert [result.n for result in report.results] == [4, 4, 4]
    assert report.fold_models["f2"]["sha256"] == "2" * 64
    assert "--fold-models FOLDER --protocol fiwi-cv" in report.command


def test_mean_map_of_a_cross_validation_is_that_of_the_other_folds(data_root):
    folds = {f"f{fold}": CentrePredictor() for fold in range(4)}
    result = run(data_root, [FIWI_CV], CentrePredictor(), folds=folds).results[-1]

    dataset = read_folder(data_root / "fiwi")
    others = CentrePrior(dataset.splits(["f0", "f1", "f3"]).stimuli, result.truth)
    expected = evaluate(others, dataset.splits(["f2"]).stimuli, result.truth).images[0]
    scores = {image.image: image.scores for image in result.methods["mean map"].images}
    assert scores["2.png"]["cc"] == pytest.approx(expected.scores["cc"])


def test_cross_validation_without_its_models_is_an_error(data_root):
    with pytest.raises(DataError, match="--fold-models"):
        run(data_root, [FIWI_CV], CentrePredictor())


def test_images_that_the_model_was_trained_on_are_said_to_be(data_root):
    use = DatasetUse("fiwi", "none", 36, "training: fixation; splits f0, f1, f3", "source")
    predictor = CentrePredictor(datasets=(use,))

    seen, unseen = (
        run(data_root, [PROTOCOLS[name]], predictor).results[0] for name in ("fiwi-f1", "fiwi-f2")
    )

    assert "trained on images scored here" in seen.caveat
    assert "trained on images scored here" not in unseen.caveat


def test_table_shows_model_prior_people_and_caveat(data_root):
    console = Console(file=io.StringIO(), width=140)

    print_report(run(data_root, [FIWI], CentrePredictor()), console)

    text = console.file.getvalue()
    for expected in ("fiwi, 1s: 4 images", "model", "mean map", "people", "held out only"):
        assert expected in text


def test_without_names_all_sets_that_are_there(data_root):
    assert chosen_protocols([], data_root) == [PROTOCOLS["fiwi"]]


@pytest.mark.parametrize(
    ("cross_validated", "held_out_only", "expected"),
    [
        (False, False, ("osie-test", "salicon51", "fiwi", "gdi")),
        (True, False, ("fiwi-cv", "gdi-cv", "osie-test", "salicon51")),
        (True, True, ("fiwi-cv", "gdi-cv", "osie-test", "salicon51")),
        (False, True, ("osie-test", "salicon51")),
    ],
)
def test_what_is_measured_by_default(cross_validated, held_out_only, expected):
    chosen = default_protocols(cross_validated=cross_validated, held_out_only=held_out_only)

    assert chosen == expected


def test_names_are_taken_once_and_in_order(data_root):
    chosen = chosen_protocols(["gdi", "fiwi-f1", "gdi"], data_root)

    assert [protocol.name for protocol in chosen] == ["gdi", "fiwi-f1"]


def test_unknown_protocol_names_the_known_ones(data_root):
    with pytest.raises(DataError, match=r"no protocol named osie;.*osie-test"):
        chosen_protocols(["osie"], data_root)


def test_empty_data_folder_says_what_belongs_there(tmp_path):
    with pytest.raises(DataError, match="osie, salicon51, fiwi, gdi"):
        chosen_protocols([], tmp_path)


def test_missing_data_set_is_an_error(data_root):
    with pytest.raises(DataError, match="osie"):
        run(data_root, [PROTOCOLS["osie-test"]], CentrePredictor())


def test_default_protocols_exist():
    assert set(DEFAULT_PROTOCOLS) <= set(PROTOCOLS)


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=list(PROTOCOLS))
def test_scored_images_never_fit_the_prior_unless_left_out_one_by_one(protocol):
    """A test split is scored with a prior from elsewhere; folds share only with other folds."""
    if protocol.name in {"fiwi", "gdi", "salicon51"}:  # each image is left out of its own prior
        assert protocol.splits == protocol.prior_splits
    else:
        assert not set(protocol.splits) & set(protocol.prior_splits)


def test_evaluation_needs_no_torch():
    code = """
import sys, pkgutil, importlib, gazecast.evaluation, gazecast.cli.evaluate, gazecast.cli.tables
for module in pkgutil.walk_packages(gazecast.evaluation.__path__, "gazecast.evaluation."):
    importlib.import_module(module.name)
loaded = [name for name in sys.modules if name.startswith("gazecast.evaluation.")]
sys.exit("torch" in sys.modules or len(loaded) < 20)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
