"""The published report is of the published weights.

Who clones the project has no eye-tracking data to measure again, but can see that the figures are
those of the file in their hands.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from gazecast.evaluation.report.markdown import markdown
from gazecast.evaluation.report.measure import read_report
from gazecast.model.predictor import SHIPPED_MODEL

PUBLISHED = Path(__file__).parents[2] / "docs" / "accuracy"
AGAIN = "make the report again: the command is at the head of docs/accuracy/README.md"


def test_report_is_of_the_shipped_weights():
    described = json.loads(SHIPPED_MODEL.with_suffix(".json").read_text())
    measured = json.loads((PUBLISHED / "results.json").read_text())["measured"]

    assert measured["model"]["sha256"] == described["sha256"], AGAIN


def test_report_is_cross_validated_on_every_set():
    report = read_report(PUBLISHED / "results.json")

    assert report.left_out == ()
    assert set(report.measured.fold_models) == {"f0", "f1", "f2", "f3"}


def test_tables_are_those_of_the_figures():
    written = (PUBLISHED / "README.md").read_text(encoding="utf-8")

    assert written == markdown(read_report(PUBLISHED / "results.json")), AGAIN


def test_every_plot_is_there():
    written = (PUBLISHED / "README.md").read_text(encoding="utf-8")
    plots = set(re.findall(r"\(([\w-]+\.png)\)", written))

    assert plots
    assert plots == {path.name for path in PUBLISHED.glob("*.png")}
