"""The wheel, as a user gets it: small, weights inside, predicting from wherever it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT],
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_is_under_40_mb_with_weights_and_types(wheel):
    assert wheel.stat().st_size < 40_000_000
    names = zipfile.ZipFile(wheel).namelist()
    assert "gazecast/model/weights/gazecast.onnx" in names
    assert "gazecast/model/weights/gazecast.json" in names
    assert "gazecast/data/layouts/salicon.py" in names
    for file in ("index.html", "css/tokens.css", "js/main.js", "examples/examples.json"):
        assert f"gazecast/serve/studio/{file}" in names
    for part in ("data", "model", "analysis", "evaluation", "training", "serve", "cli"):
        assert f"gazecast/{part}/py.typed" in names


def test_installed_wheel_predicts(wheel, tmp_path):
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "-t", target, wheel],
        check=True,
    )
    program = (
        "import sys, gazecast.model.predictor as p; assert sys.argv[1] in p.__file__, p.__file__;"
        "print(p.Predictor().predict(sys.argv[2]).density.sum())"
    )
    page = ROOT / "examples" / "landing-page.png"
    ran = subprocess.run(
        [sys.executable, "-c", program, str(target), str(page)],
        env={**os.environ, "PYTHONPATH": str(target)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(ran.stdout) == pytest.approx(1.0, abs=1e-4)
