"""What fine-tuning did, for the terminal."""

from __future__ import annotations

from statistics import fmean

from rich.table import Table

from gazecast.training.finetuning.candidate import Candidate


def summary(candidate: Candidate) -> tuple[Table | str, ...]:
    """A table of the stages, and one line on what came of them."""
    table = Table(
        title=f"Domain {candidate.domain}, {candidate.data.images} images, cross-validated",
        title_justify="left",
    )
    for heading in ("stage", "parameters", "kept", "why", "time"):
        table.add_column(heading)
    for stage in candidate.stages:
        table.add_row(
            stage.name,
            f"{stage.parameters:,}",
            "yes" if stage.kept else "no",
            stage.reason,
            f"{stage.seconds:.0f} s",
        )
    if not candidate.kept:
        return table, "No stage was kept: the candidate predicts as the model it began with."
    window = candidate.data.windows[-1]
    before = fmean(candidate.start_scores(window, "nss"))
    after = fmean(candidate.scores(window, "nss"))
    return table, f"NSS on images held out, {window}: {before:.2f} before, {after:.2f} now."
