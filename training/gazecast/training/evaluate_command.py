"""What `gazecast evaluate` does: score a model beside the centre prior and beside people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gazecast.data.layouts.folder import read_folder
from gazecast.data.stimulus import DataError, EyeTrackingSet, Stimulus
from gazecast.model.metadata import Score, read_model_info
from gazecast.training.baselines import CentrePrior
from gazecast.training.ceilings import Ceiling, observer_ceiling
from gazecast.training.evaluation import METRICS, RESAMPLES, Estimate, Evaluation, compare
from gazecast.training.ground_truth import GroundTruth
from gazecast.training.protocols import DEFAULT_PROTOCOLS, PROTOCOLS, EvaluationProtocol

if TYPE_CHECKING:  # onnxruntime is loaded by whoever makes the predictor
    from gazecast.model.prediction import Window
    from gazecast.model.predictor import Predictor

DEFINITIONS = (
    "metrics as in pysaliency and the MIT/Tuebingen benchmark, computed per image and averaged "
    f"over images; interval: 95 %, bootstrap over images, {RESAMPLES:,} resamples"
)
_HEADINGS = {
    "cc": "CC",
    "kld": "KLD ↓",
    "sim": "SIM",
    "nss": "NSS",
    "auc": "AUC",
    "sauc": "sAUC",
    "ig": "IG (bit)",
}


@dataclass(frozen=True, slots=True)
class ProtocolResult:
    """One protocol at one window."""

    protocol: str
    dataset: str
    splits: tuple[str, ...]
    n: int
    kind: str
    sigma_px: float
    sigma_note: str
    window: Window
    seconds: float | None
    domain: str
    caveat: str
    model: Evaluation
    centre_prior: Evaluation
    people: Ceiling | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run measured, and what somebody needs to measure it again."""

    model: dict[str, str]
    command: str
    definitions: str
    results: tuple[ProtocolResult, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"


def chosen_protocols(names: Sequence[str], data_root: Path) -> list[EvaluationProtocol]:
    """The protocols of these names, or without names the default ones whose data set is there.

    Raises DataError for a name that does not exist and when nothing is there to evaluate on.
    """
    if unknown := [name for name in names if name not in PROTOCOLS]:
        raise DataError(f"no protocol named {', '.join(unknown)}; there are {', '.join(PROTOCOLS)}")
    if names:
        return [PROTOCOLS[name] for name in dict.fromkeys(names)]
    present = [
        PROTOCOLS[p] for p in DEFAULT_PROTOCOLS if (data_root / PROTOCOLS[p].dataset).is_dir()
    ]
    if not present:
        folders = ", ".join(PROTOCOLS[name].dataset for name in DEFAULT_PROTOCOLS)
        raise DataError(
            f"{data_root}: none of the folders {folders} is in it; point at their parent"
        )
    return present


def run(
    data_root: Path,
    protocols: Sequence[EvaluationProtocol],
    predictor: Predictor,
    *,
    progress: Progress | None = None,
) -> Report:
    """Score the predictor by each protocol.

    data_root: the folder that holds the data sets' folders.
    progress: shows a bar per protocol and window, if given.

    Raises DataError when a data set is missing or does not fit its protocol.
    """
    results = [
        result
        for protocol in protocols
        for result in _run_protocol(data_root, protocol, predictor, progress)
    ]
    info = predictor.info
    options = " ".join(f"--protocol {protocol.name}" for protocol in protocols)
    return Report(
        model={"name": info.name, "version": info.version, "sha256": info.sha256},
        command=f"gazecast evaluate --data FOLDER {options}",
        definitions=DEFINITIONS,
        results=tuple(results),
    )


def _run_protocol(
    data_root: Path,
    protocol: EvaluationProtocol,
    predictor: Predictor,
    progress: Progress | None,
) -> list[ProtocolResult]:
    dataset = read_folder(data_root / protocol.dataset)
    return [
        _run_window(protocol, dataset, window, predictor, progress) for window in protocol.windows
    ]


def _run_window(
    protocol: EvaluationProtocol,
    dataset: EyeTrackingSet,
    window: Window,
    predictor: Predictor,
    progress: Progress | None,
) -> ProtocolResult:
    seconds = protocol.windows[window]
    truth = GroundTruth(protocol.kind, protocol.sigma_px, seconds)
    scored = dataset.splits(protocol.splits).stimuli
    if progress is not None:
        bar = progress.add_task(f"{protocol.name}, {window}", total=len(scored))

    def predict(stimulus: Stimulus) -> NDArray[np.float32]:
        density = predictor.predict(stimulus.image_path, window, protocol.domain).density
        if progress is not None:
            progress.advance(bar)
        return density

    prior = CentrePrior(dataset.splits(protocol.prior_splits).stimuli, truth)
    evaluations = compare({"model": predict, "centre prior": prior}, scored, truth, prior=prior)
    return ProtocolResult(
        protocol=protocol.name,
        dataset=dataset.name,
        splits=protocol.splits,
        n=len(evaluations["model"].images),
        kind=protocol.kind,
        sigma_px=protocol.sigma_px,
        sigma_note=protocol.sigma_note,
        window=window,
        seconds=seconds,
        domain=protocol.domain,
        caveat=protocol.caveat,
        model=evaluations["model"],
        centre_prior=evaluations["centre prior"],
        people=observer_ceiling(scored, truth),
    )


def record(report: Report, model: Path) -> None:
    """Write the figures into the description beside an ONNX file, replacing those of the same
    conditions. Raises ModelFileError when the files are not what they say."""
    description = model.with_suffix(".json")
    info = read_model_info(description, model)
    figures = {
        f"{result.protocol}, {result.n} images, {result.kind}, {result.window}": {
            _HEADINGS[metric].removesuffix(" ↓"): Score(
                round(estimate.mean, 4), round(estimate.low, 4), round(estimate.high, 4)
            )
            for metric, estimate in result.model.summary.items()
        }
        for result in report.results
    }
    described = replace(info, metrics={**info.metrics, **figures})
    description.write_text(described.to_json(), encoding="utf-8")


def print_report(report: Report, console: Console) -> None:
    """One table per protocol and window: the model, the centre prior, and people."""
    console.print(
        f"{report.model['name']} {report.model['version']}, sha256 {report.model['sha256'][:12]}"
    )
    for result in report.results:
        looked = "all" if result.seconds is None else f"onset within {result.seconds:g} s"
        table = Table(
            title=f"{result.protocol}, {result.window}: {result.n} images, "
            f"{result.kind} ({looked}), blur {result.sigma_px:g} px, domain {result.domain}",
            title_justify="left",
            caption=result.caveat or None,
            caption_justify="left",
        )
        for heading in ("", "model", "centre prior", "people"):
            table.add_column(heading)
        for metric in METRICS:
            evaluations = (result.model, result.centre_prior)
            cells = [_estimate(e.summary[metric]) for e in evaluations if metric in e.summary]
            if cells:
                table.add_row(_HEADINGS[metric], *cells, _people(result.people, metric))
        console.print(table)
    console.print(report.definitions)
    console.print(
        "people: CC that another panel of the same size would score (Spearman-Brown); "
        "NSS and AUC of each observer on the map of the others"
    )


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _people(people: Ceiling | None, metric: str) -> str:
    if people is None:
        return ""
    known = {"cc": people.panel_cc, "nss": people.nss, "auc": people.auc}
    return f"{known[metric]:.3f}" if metric in known else ""
