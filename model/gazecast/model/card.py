"""A model's card, from its description: what it is, how good, of what data, and what it is not."""

from __future__ import annotations

from gazecast.model.metadata import ModelInfo, Score
from gazecast.model.vocabulary import NOTICE


def model_card(info: ModelInfo) -> str:
    """Markdown."""
    lines = [
        f"# {info.name} {info.version}",
        "",
        NOTICE,
        "",
        f"SHA-256 of the ONNX file: `{info.sha256}`. Exported {info.created[:10]} with commit "
        f"`{info.commit}` from recipe {info.recipe.name}.",
        "",
        "## Kinds of pictures",
        "",
        *(f"- {domain}: {validation}" for domain, validation in info.domains.items()),
        "",
        "## Accuracy",
        "",
    ]
    for conditions, scores in info.metrics.items():
        figures = ", ".join(f"{metric} {_figure(score)}" for metric, score in scores.items())
        lines.append(f"- {conditions}: {figures}")
    basis = "not measured" if info.calibration is None else info.calibration.basis
    lines += [
        "" if info.metrics else "Not measured.\n",
        f"Intervals of shares: {basis}.",
        "",
        "## Data",
        "",
        "| set | images | used for | licence as stated | source |",
        "|---|---|---|---|---|",
        *(
            f"| {use.name} | {use.images} | {use.use} | {use.licence} | {use.source} |"
            for use in info.datasets
        ),
        "",
        f"Licence of the weights: {info.licence}.",
    ]
    return "\n".join(lines) + "\n"


def _figure(score: Score) -> str:
    if score.low is None or score.high is None:
        return f"{score.value:.3f}"
    return f"{score.value:.3f} ({score.low:.3f} to {score.high:.3f})"
