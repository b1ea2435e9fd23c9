"""`gazecast data import` as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.data.layouts import read_dataset

# The command says so where it is missing, which `pytest --quick` would not see.
pytest.importorskip("polars")

HEADER = "image,observer,x,y,time_ms\n"


@pytest.fixture
def study(tmp_path: Path, write_image) -> Path:
    write_image(tmp_path / "study" / "images" / "home.png")
    (tmp_path / "study" / "clicks.csv").write_text(
        HEADER + "home.png,anna,10,20,300\nhome.png,bert,12,21,\nhome.png,bert,99,21,\n"
    )
    return tmp_path / "study"


def run(*arguments: object):
    return CliRunner().invoke(app, ["data", "import", *map(str, arguments)])


def test_a_study_is_imported_and_told_about(study, tmp_path):
    out = tmp_path / "imported"
    result = run(study, "--out", out)
    assert result.exit_code == 0, result.output
    words = " ".join(result.output.split())
    assert "imported as clicks" in words
    assert "left out: points beside the image │ 1" in words
    assert "2 people: densities of fewer than ten are rough" in words
    assert f"Look at the report before training: {out / 'report.html'}\n" in result.output
    data = read_dataset(out)
    (stimulus,) = data.stimuli
    assert stimulus.fixations is not None
    assert stimulus.fixations.x.tolist() == [10, 12]
    assert data.name == "imported"


def test_names_are_imported_letter_by_letter(tmp_path, write_image):
    write_image(tmp_path / "study" / "images" / "-home.png")
    (tmp_path / "study" / "clicks.csv").write_text(HEADER + "-home.png,=1+1,10,20,300\n")
    result = run(tmp_path / "study", "--out", tmp_path / "imported")
    assert result.exit_code == 0, result.output
    (stimulus,) = read_dataset(tmp_path / "imported").stimuli
    assert stimulus.name == "-home.png"
    assert stimulus.fixations is not None
    assert stimulus.fixations.observer.tolist() == ["=1+1"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--screen", "wide"], "--screen 'wide': write the screen's width and height in pixels"),
        (["--shown", "left"], "--shown 'left': write fitted, centred, stretched, or"),
        (["--format", "smi"], "--format 'smi': write one of tobii,"),
    ],
)
def test_a_wrong_option_is_answered_with_the_right_ones(study, tmp_path, options, says):
    result = run(study, "--out", tmp_path / "imported", *options)
    assert result.exit_code == 1
    assert f"Error: {says}" in result.stderr
    assert not (tmp_path / "imported").exists()


def test_a_broken_export_is_one_line_of_error(study, tmp_path):
    (study / "clicks.csv").write_text(HEADER + "home.png,anna,10,20,-1\n")
    result = run(study, "--out", tmp_path / "imported")
    assert result.exit_code == 1
    assert result.stderr.strip() == (
        f"Error: {study / 'clicks.csv'}, row 2: time_ms is -1.0; times are milliseconds from 0 up"
    )


def test_without_the_extra_it_says_what_to_install(study, tmp_path):
    code = (
        "import sys; sys.modules['polars'] = None\n"
        "from gazecast.cli.main import app\n"
        f"app(['data', 'import', {str(study)!r}, '--out', {str(tmp_path / 'imported')!r}])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.strip().endswith("needs polars: pip install 'gazecast[import]'")


def test_help_names_every_format():
    from gazecast.data.importing.sources import titles

    result = CliRunner().invoke(app, ["data", "import", "--help"], env={"COLUMNS": "200"})
    for name in titles():
        assert name in result.output
