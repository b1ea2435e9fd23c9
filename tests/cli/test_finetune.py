"""`gazecast finetune`: from a folder to a candidate that predicts."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.data.layouts.folder import read_folder
from gazecast.model.metadata import ModelFileError
from gazecast.model.predictor import Predictor

pytestmark = pytest.mark.usefixtures("one_thread")

IMAGES, OBSERVERS = 10, 3


@pytest.fixture
def study(tmp_path):
    """People look at the right edge, where the tiny model's web never looks."""
    folder = tmp_path / "study"
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows = [("image", "observer", "kind", "x", "y", "start_ms", "duration_ms")]
    for number in range(IMAGES):
        coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        rgb = np.kron(coarse, np.ones((8, 8, 1), dtype=np.uint8))
        Image.fromarray(rgb).save(folder / "images" / f"{number}.png")
        for observer in range(OBSERVERS):
            for onset in (100, 900, 2000):
                x, y = 100 + rng.uniform(0, 25), rng.uniform(5, 90)
                rows.append((f"{number}.png", observer, "fixation", x, y, onset, 200))
    with (folder / "fixations.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


def test_a_new_domain_becomes_a_candidate_that_predicts(study, tiny_model, tmp_path):
    from gazecast.evaluation.candidate import read_candidate, read_held_out

    out = tmp_path / "candidate"
    command = ["finetune", str(study), "--from", str(tiny_model.onnx), "--out", str(out)]
    with pytest.raises(ModelFileError, match="no finished candidate"):
        read_candidate(out)
    result = CliRunner().invoke(app, [*command, "--domain", "kiosk"])
    assert result.exit_code == 0, result.output
    assert "gazecast promote" in result.output

    candidate, held_out = read_candidate(out), read_held_out(out)
    assert candidate.domain == "kiosk"
    assert candidate.began_as in ("mobile", "photo")  # those that look to the right
    assert candidate.data.images == len(candidate.images) == IMAGES
    assert candidate.started_from.name == "tiny"
    stimulus = read_folder(study).stimuli[0]
    density = held_out.of_window("1s")(stimulus)
    assert density.shape[1] / density.shape[0] == pytest.approx(128 / 96, rel=0.02)
    assert density.sum() == pytest.approx(1, abs=1e-3)
    assert not (out / "work").exists()

    predictor = Predictor(out / "model.onnx", threads=1)
    assert tuple(predictor.info.domains) == ("web", "mobile", "poster", "photo", "kiosk")
    prediction = predictor.predict(stimulus.image_path, domain="kiosk")
    assert prediction.domain.name == "kiosk"
    assert set(prediction.domain.probabilities) == {"web", "mobile", "poster", "photo"}
    assert predictor.predict(stimulus.image_path).domain.name != "kiosk"
    card = (out / "MODEL_CARD.md").read_text()
    assert "kiosk" in card
    assert "study" in card

    again = CliRunner().invoke(app, [*command, "--domain", "kiosk"])
    assert again.exit_code == 1
    assert "finished candidate" in again.output

    # As if a stage had been kept, which ten images of noise do not make one.
    record = out / "candidate.json"
    record.write_text(record.read_text().replace('"kept": false', '"kept": true'))
    further = ["finetune", str(study), "--from", str(out / "model.onnx")]
    seen = CliRunner().invoke(app, [*further, "--out", str(tmp_path / "further")])
    assert seen.exit_code == 1
    assert "fine-tuned on this very data" in " ".join(seen.output.split())
    assert "tiny" in seen.output


def test_what_is_missing_is_said(study, tmp_path):
    (study / "fixations.csv").unlink()
    result = CliRunner().invoke(app, ["finetune", str(study), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "needs a fixations.csv" in result.output


def test_a_model_that_is_not_there_is_named(study, tmp_path):
    command = ["finetune", str(study), "--out", str(tmp_path / "out"), "--from", "mine.onnx"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert "mine.onnx is missing" in result.output
