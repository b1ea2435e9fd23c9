"""The wheel, as a user gets it: small, weights inside, predicting from wherever it is installed."""

from __future__ import annotations

import os
import re
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
    for part in (*(path.parent.name for path in ROOT.glob("*/gazecast")), "api"):
        assert f"gazecast/{part}/py.typed" in names


def test_installed_wheel_does_what_the_documentation_says(wheel, tmp_path):
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "-t", target, wheel],
        check=True,
    )
    own = "import sys, gazecast.api as api; assert sys.argv[1] in api.__file__, api.__file__\n"
    text = (ROOT / "docs" / "python.md").read_text("utf-8")
    program = "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    subprocess.run(
        [sys.executable, "-W", "error", "-c", own + program, str(target)],
        env={**os.environ, "PYTHONPATH": str(target)},
        cwd=tmp_path,
        check=True,
    )
    assert (tmp_path / "difference.png").exists()
