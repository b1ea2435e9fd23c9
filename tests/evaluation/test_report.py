"""The accuracy report: measured on a small data set, told in Markdown, drawn and written."""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.evaluation.cross_validation import CROSS_VALIDATED
from gazecast.evaluation.evaluate import run
from gazecast.evaluation.fit_error_tables import CalibrationCheck, Coverage
from gazecast.evaluation.report.markdown import (
    SECTIONS,
    calibration,
    head,
    markdown,
    summary,
    windows,
)
from gazecast.evaluation.report.measure import AccuracyReport, read_report
from gazecast.evaluation.report.method import Method
from gazecast.evaluation.report.windows import WindowTable
from gazecast.evaluation.scoring import Estimate
from gazecast.model.vocabulary import WINDOWS

FIWI_CV = replace(CROSS_VALIDATED["fiwi-cv"], sigma_px=4.0)  # for images of 64 pixels


class BlobPredictor:
    """Predicts a blob in the middle of every image."""

    def __init__(self, sha256="ab" * 32):
        self.info = SimpleNamespace(
            name="stand-in",
            version="0",
            sha256=sha256,
            datasets=(),
            recipe=SimpleNamespace(name="recipe.yaml", sha256="cd" * 32),
        )

    def predict(self, image, window, domain):
        y, x = np.mgrid[-1:1:24j, -1:1:32j]
        density = np.exp(-(x**2 + y**2) / 0.1).astype(np.float32)
        density /= density.sum()
        return SimpleNamespace(density=density, densities=dict.fromkeys(WINDOWS, density))


@pytest.fixture
def data_root(tmp_path):
    """A data folder whose `fiwi` has two images in each fold, seen by three people."""
    folder = tmp_path / "data" / "fiwi"
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(0)
    images = [("image", "split", "width", "height")]
    fixations = [("image", "observer", "kind", "x", "y", "start_ms", "duration_ms")]
    for index in range(8):
        name = f"{index}.png"
        pixels = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "images" / name)
        images.append((name, f"f{index % 4}", 64, 48))
        for observer in range(3):
            for start in (200, 1500, 4000):
                x, y = rng.normal((32, 24), 3)
                fixations.append((name, observer, "fixation", x, y, start, ""))
    for name, rows in (("images.csv", images), ("fixations.csv", fixations)):
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return tmp_path / "data"


@pytest.fixture
def folds():
    return {f"f{fold}": BlobPredictor(str(fold) * 64) for fold in range(4)}


@pytest.fixture
def report(data_root, folds):
    """A report without the methods that need more packages, and without cases."""
    return AccuracyReport(
        measured=run(data_root, [FIWI_CV], BlobPredictor(), folds=folds),
        methods={"model": Method("The model."), "mean map": Method("The others.", "maps 1.0")},
        left_out=("osie-test: the data folder has no osie",),
        windows=(),
        cases=(),
        calibration=None,
    )


def test_report_survives_its_file(report, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(report.to_json(), encoding="utf-8")

    again = read_report(path)

    assert again.to_json() == report.to_json()
    assert markdown(again) == markdown(report)


def test_head_names_the_file_the_commands_and_what_is_left_out(report):
    text = head(report)

    assert "ab" * 32 in text
    assert "--hold-out" in text
    assert report.measured.command in text
    assert "the shipped file is trained on all folds" in text
    assert "osie-test: the data folder has no osie" in text


def test_calibration_is_told_where_it_was_checked(report):
    assert calibration(report) == ""
    covered = {11: Coverage(0.912, 0.88, 0.94)}
    checked = CalibrationCheck(
        coverage={"3s": covered}, seen_error={"3s": 0.021}, difference_coverage={"crops": 0.87}
    )
    text = calibration(replace(report, calibration=checked))
    for figure in ("11 people", "91.2% (88.0% to 94.0%)", "0.021 in the", "87.0% for crops"):
        assert figure in text


def test_without_fold_models_nothing_is_said_to_be_cross_validated(report):
    alone = replace(report, measured=replace(report.measured, fold_models={}))

    assert "--hold-out" not in head(alone)
    assert "Cross-validated figures" not in head(alone)


def test_every_window_has_a_table_of_methods_and_people(report):
    text = markdown(report)

    for heading in ("1 s, on looks of 1 s", "3 s, on looks of 3 s", "5 s, on all looks"):
        assert text.count(f"### {heading}") == 1
    for row in ("**gazecast**", "mean map", "people, split-half", "people, leave-one-out"):
        assert text.count(f"| {row} |") == 3
    assert "maps 1.0" in text


def test_numbers_in_the_table_are_those_measured(report):
    nss = report.measured.results[-1].methods["model"].summary["nss"]

    assert f"{nss.mean:.2f} ({nss.low:.2f} to {nss.high:.2f})" in summary(report)


def test_a_method_that_is_not_clearly_behind_is_named(report):
    last = report.measured.results[-1]
    tie = {"cc": Estimate(0.01, -0.02, 0.04, 8), "nss": Estimate(0.5, 0.4, 0.6, 8)}
    rivals = replace(last, differences={"rival": tie})
    close = replace(report, measured=replace(report.measured, results=(rivals,)))

    assert "rival on fiwi-cv, 5 s, CC: ahead by .010 (-.020 to .040)" in summary(close)
    assert "Every other method is below" not in summary(close)


def test_windows_that_tie_are_said_to_tie(report):
    one = Estimate(1.5, 1.4, 1.6, 8)
    table = WindowTable(
        protocol="fiwi-cv",
        n=8,
        nss={shown: {"1s": one, "3s": one, "5s": one} for shown in ("1s", "3s", "5s")},
        leads={
            "1s": {"3s": Estimate(0.1, 0.05, 0.2, 8), "5s": Estimate(0.2, 0.1, 0.3, 8)},
            "3s": {"1s": Estimate(0.1, 0.05, 0.2, 8), "5s": Estimate(0.0, -0.1, 0.1, 8)},
            "5s": {"1s": Estimate(0.1, 0.05, 0.2, 8), "3s": Estimate(-0.2, -0.3, -0.1, 8)},
        },
    )

    text = windows(replace(report, windows=(table,)))

    assert "On the looks of 1 s their own map beats that of 3 s and 5 s." in text
    assert "On the looks of 3 s their own map beats that of 1 s, ties with that of 5 s." in text
    assert "On the looks of 5 s their own map beats that of 1 s, loses to that of 3 s." in text


def test_every_section_tells_something_or_nothing_at_all(report):
    for section in SECTIONS:
        text = section(report)
        assert text == "" or text.startswith("#")
        assert "nan" not in re.findall(r"\w+", text)


def test_a_missing_package_names_the_extra(data_root, monkeypatch):
    pytest.importorskip("matplotlib")  # which would be missed first
    monkeypatch.delitem(sys.modules, "gazecast.evaluation.report.other_methods", raising=False)
    monkeypatch.setitem(sys.modules, "cv2", None)

    result = CliRunner().invoke(
        app,
        ["evaluate", "--data", str(data_root), "--protocol", "fiwi", "--report", "unwritten"],
    )

    assert result.exit_code == 1
    assert "needs cv2: pip install 'gazecast[report]'" in result.output


def test_whole_report_is_written_and_made_again_to_the_same_bytes(data_root, folds, tmp_path):
    from gazecast.evaluation.report.measure import measure
    from gazecast.evaluation.report.write import write_report

    for name in ("first", "second"):
        measured, cases = measure(
            data_root, [FIWI_CV], BlobPredictor(), folds=folds, command="gazecast evaluate"
        )
        write_report(measured, cases, tmp_path / name)

    written = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    assert set(written) == {
        "README.md",
        "results.json",
        "scores-fiwi-cv.png",
        "windows-fiwi-cv.png",
        "cases-fiwi-cv.png",
    }
    for name, content in written.items():
        assert (tmp_path / "second" / name).read_bytes() == content
    report = read_report(tmp_path / "first" / "results.json")
    assert set(report.measured.results[0].methods) == set(report.methods)
    assert report.left_out == (
        "gdi-cv: the data folder has no gdi",
        "osie-test: the data folder has no osie",
        "salicon51: the data folder has no salicon51",
    )
    assert len(report.cases) == 6
    for plot in re.findall(r"\(([\w-]+\.png)\)", written["README.md"].decode()):
        assert plot in written


def test_contours_enclose_their_shares_of_the_mass():
    from gazecast.evaluation.report.plots import mass_levels

    density = np.random.default_rng(0).random((30, 40)) ** 3
    density /= density.sum()

    levels = mass_levels(density, (0.25, 0.5, 0.75))

    shares = [density[density >= level].sum() for level in levels]
    assert shares == pytest.approx([0.75, 0.5, 0.25], abs=0.01)
