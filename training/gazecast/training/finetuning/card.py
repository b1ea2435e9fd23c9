"""The model card of a candidate, for people."""

from __future__ import annotations

from statistics import fmean

from gazecast.evaluation.candidate import Candidate
from gazecast.model.metadata import ModelInfo
from gazecast.model.vocabulary import NOTICE


def model_card(info: ModelInfo, candidate: Candidate) -> str:
    """Markdown: what the model is, what it was trained on, how good it is, and what it is not."""
    data = candidate.data
    lines = [
        f"# {info.name} {info.version}",
        "",
        NOTICE,
        "",
        f"Fine-tuned from {candidate.started_from.name} {candidate.started_from.version} "
        f"(SHA-256 {candidate.started_from.sha256[:12]}) for the domain `{candidate.domain}` on "
        f"{candidate.created[:10]}. SHA-256 of model.onnx: {info.sha256}.",
        "",
        "## Stages",
        "",
        "Each was kept only if it made images better that it was not trained on.",
        "",
        "| stage | parameters | kept | why |",
        "|---|---|---|---|",
        *(
            f"| {stage.name} | {stage.parameters:,} | {'yes' if stage.kept else 'no'} "
            f"| {stage.reason} |"
            for stage in candidate.stages
        ),
        "",
    ]
    if not candidate.kept:
        lines += ["No stage was kept: the model predicts as the one it began with.", ""]
    lines += [
        "## Accuracy",
        "",
        f"On {data.images} images of {data.name} ({data.kind}, at least {data.observers} observers "
        f"an image, blur {data.sigma_px:g} px), each by a network that never saw it, nor a "
        "near-duplicate of it. Which stages to keep was chosen on the same images, so the figures "
        "are a little optimistic.",
        "",
        "| window | NSS before | NSS | CC before | CC |",
        "|---|---|---|---|---|",
    ]
    for window in data.windows:
        cells = [
            f"{fmean(scores(window, metric)):.3f}"
            for metric in ("nss", "cc")
            for scores in (candidate.start_scores, candidate.scores)
        ]
        lines.append(f"| {window} | {' | '.join(cells)} |")
    basis = "not measured" if info.calibration is None else info.calibration.basis
    lines += [
        "",
        f"Intervals: {basis}.",
        "",
        "How well it does on other kinds of pictures was not measured here; `gazecast promote` "
        "compares it with the shipped model there.",
        "",
        "## Data",
        "",
        *(
            f"- {use.name}: {use.images} images, {use.use}; licence: {use.licence}"
            + (f"; {use.source}" if use.source else "")
            for use in info.datasets
        ),
        "",
        f"Licence of the weights: {info.licence}.",
    ]
    return "\n".join(lines) + "\n"
