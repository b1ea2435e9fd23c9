"""Put a measured report into a folder: results.json, README.md and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from gazecast.evaluation.report import plots
from gazecast.evaluation.report.cases import CaseMaps
from gazecast.evaluation.report.markdown import markdown
from gazecast.evaluation.report.measure import AccuracyReport, read_report


def write_report(report: AccuracyReport, cases: Sequence[CaseMaps], folder: Path) -> None:
    """Write everything, replacing what an earlier report of the same protocols left.

    README.md is made from results.json as it was written, so that the two cannot disagree.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.json"
    results.write_text(report.to_json(), encoding="utf-8")
    (folder / "README.md").write_text(markdown(read_report(results)), encoding="utf-8")
    for name, group in groupby(report.measured.results, key=lambda result: result.protocol):
        plots.save(plots.scores_plot(list(group)), folder / f"scores-{name}.png")
    for table in report.windows:
        plots.save(plots.windows_plot(table), folder / f"windows-{table.protocol}.png")
    for name, drawn in groupby(cases, key=lambda one: one.case.protocol):
        plots.save(plots.cases_plot(list(drawn)), folder / f"cases-{name}.png")
