"""Measure everything that the accuracy report tells, and write it into a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from gazecast.data.layouts import read_dataset
from gazecast.evaluation.cross_validation import CROSS_VALIDATED
from gazecast.evaluation.evaluate import Report, Watch, density_of, run
from gazecast.evaluation.fit_error_tables import CalibrationCheck, check
from gazecast.evaluation.fit_error_tables import measure as measure_pages
from gazecast.evaluation.predicting import Predicting
from gazecast.evaluation.protocols import PROTOCOLS, EvaluationProtocol
from gazecast.evaluation.report.cases import Case, CaseMaps, best_and_worst
from gazecast.evaluation.report.method import Method
from gazecast.evaluation.report.windows import WindowTable, compare_windows

REPORTED = ("fiwi-cv", "gdi-cv", "osie-test", "salicon51")
"""What the report scores unless told otherwise: images that the model scoring them never saw."""

DECIMALS = 5
"""Of the figures in results.json: more would differ from machine to machine."""


@dataclass(frozen=True, slots=True)
class AccuracyReport:
    """All that results.json holds and README.md is written from.

    left_out: what was not measured, each with the reason. calibration: of intervals and chances on
    fiwi's folds held out; None without the models of a cross-validation.
    """

    measured: Report
    methods: Mapping[str, Method]
    left_out: tuple[str, ...]
    windows: tuple[WindowTable, ...]
    cases: tuple[Case, ...]
    calibration: CalibrationCheck | None

    def to_json(self) -> str:
        """The text of results.json."""
        return json.dumps(_rounded(asdict(self)), indent=1, allow_nan=False) + "\n"


_ADAPTER = TypeAdapter(AccuracyReport)


def read_report(path: Path) -> AccuracyReport:
    """A report from its results.json."""
    return _ADAPTER.validate_json(path.read_bytes())


def measure(
    data_root: Path,
    protocols: Sequence[EvaluationProtocol],
    predictor: Predicting,
    *,
    folds: Mapping[str, Predicting] | None,
    command: str,
    on_image: Watch = lambda *_: None,
) -> tuple[AccuracyReport, list[CaseMaps]]:
    """The report, and the maps that its cases are drawn from.

    folds: the models of a cross-validation, or None. command: what makes the report again.
    on_image: as of `run`.

    Raises DataError when a data set is missing or does not fit its protocol, ModuleNotFoundError
    when a package of the extra `report` is missing.
    """
    from gazecast.evaluation.report.other_methods import METHODS, other_methods  # noqa: PLC0415

    measured = run(
        data_root, protocols, predictor, folds=folds, others=other_methods, on_image=on_image
    )
    windows = []
    cases: list[CaseMaps] = []
    for protocol in protocols:
        density = density_of(protocol, predictor, folds)
        stimuli = read_dataset(data_root / protocol.dataset).splits(protocol.splits).stimuli
        if len(protocol.windows) > 1:
            windows.append(compare_windows(protocol, stimuli, density))
        last = [result for result in measured.results if result.protocol == protocol.name][-1]
        cases += best_and_worst(last, stimuli, density)
    report = AccuracyReport(
        measured=replace(measured, command=command),
        methods=dict(METHODS),
        left_out=_left_out(protocols, data_root, folds),
        windows=tuple(windows),
        cases=tuple(drawn.case for drawn in cases),
        calibration=_calibration(data_root, folds),
    )
    return report, cases


def _calibration(
    data_root: Path, folds: Mapping[str, Predicting] | None
) -> CalibrationCheck | None:
    if not folds or not (data_root / "fiwi").is_dir():
        return None
    return check(measure_pages(read_dataset(data_root / "fiwi"), folds, "web"))


def _left_out(
    protocols: Sequence[EvaluationProtocol],
    data_root: Path,
    folds: Mapping[str, Predicting] | None,
) -> tuple[str, ...]:
    known = {**PROTOCOLS, **CROSS_VALIDATED}
    reasons = []
    for name in REPORTED:
        if name in {protocol.name for protocol in protocols}:
            continue
        if name in CROSS_VALIDATED and not folds:
            reason = "no models of a cross-validation were given (--fold-models)"
        elif not (data_root / known[name].dataset).is_dir():
            reason = f"the data folder has no {known[name].dataset}"
        else:
            reason = "not asked for"
        reasons.append(f"{name}: {reason}")
    return tuple(reasons)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
