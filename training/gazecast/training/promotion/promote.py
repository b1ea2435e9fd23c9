"""`gazecast promote`: a candidate is held against the current model, and takes its place if it is
better."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gazecast.data.names import inside
from gazecast.evaluation.candidate import (
    CARD,
    DESCRIPTION,
    HELD_OUT,
    MODEL,
    Candidate,
    read_candidate,
)
from gazecast.evaluation.held_out_pairs import HeldOutPairs, held_out_pairs, pairs_on_data
from gazecast.model.metadata import Score
from gazecast.model.predictor import SHIPPED_MODEL, Predictor
from gazecast.model.registry.registry import Registry
from gazecast.model.registry.version import Version
from gazecast.training.finetuning.user_data import read_user_data
from gazecast.training.promotion.judgement import Judgement, differences, elsewhere, judge

_KEPT = (DESCRIPTION, HELD_OUT, CARD)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found about a candidate. current: the version it was compared with; None for the
    shipped model, in a registry that has none yet. flattered: that model's description lists the
    user's data among what it was trained on."""

    folder: Path
    candidate: Candidate
    current: Version | None
    flattered: bool
    pairs: HeldOutPairs
    judgement: Judgement


def assess(folder: Path, registry: Registry, data: Path | None = None) -> Assessment:
    """Compares the candidate in a folder with the model that predicts; some seconds.

    data: what the candidate was fine-tuned on, for the current model to predict it; not needed
    where both models' held-out scores are on record.

    Raises ModelFileError for a damaged candidate or registry, DataError for data that cannot be
    read, NotComparableError.
    """
    candidate = read_candidate(folder)
    name = registry.current_name()
    current = None if name is None else registry.verified(name)
    trained_as = _trained_as(registry, current)
    known = _known(registry)
    running = Predictor(SHIPPED_MODEL if current is None else registry.model(current.name))
    if data is None:
        pairs = held_out_pairs(candidate, running.info.sha256, trained_as, known)
    else:
        user = read_user_data(data, candidate.data.sigma_px)
        pairs = pairs_on_data(candidate, user.about, user.stimuli, running, trained_as, known)
    proposed = Predictor(folder / MODEL)
    return Assessment(
        folder,
        candidate,
        current,
        not trained_as
        and any(
            use.name == candidate.data.name and use.use.startswith("training")
            for use in running.info.datasets
        ),
        pairs,
        judge(
            differences(pairs.candidate, pairs.current),
            elsewhere(
                proposed,
                Predictor(SHIPPED_MODEL),
                frozenset(each.domain for each in (candidate, *trained_as)),
            ),
            proposed.info,
            running.info,
            next((stage.own for stage in reversed(candidate.stages) if stage.kept), None),
        ),
    )


def promote(assessment: Assessment, registry: Registry) -> Version:
    """Puts the candidate into the registry as the current model, and before the first one the
    shipped model, to have something to go back to.

    Raises as `Registry.promote`.
    """
    replaced = assessment.current or registry.promote(
        SHIPPED_MODEL, replaces=None, reason="The shipped model.", gains={}
    )
    compared = assessment.judgement.differences
    first = compared[0]
    return registry.promote(
        assessment.folder / MODEL,
        replaces=replaced.name,
        reason=(
            f"{assessment.candidate.domain}, {assessment.candidate.data.name}: "
            f"{first.metric.upper()} {first.gain.mean:+.3f} "
            f"({first.gain.low:+.3f} to {first.gain.high:+.3f}) on {first.gain.images} images"
        ),
        gains={
            each.metric.upper(): Score(each.gain.mean, each.gain.low, each.gain.high)
            for each in compared
        },
        beside=[path for name in _KEPT if (path := inside(assessment.folder, name)).is_file()],
    )


def _trained_as(registry: Registry, version: Version | None) -> list[Candidate]:
    """How a version was fine-tuned, and those that it descends from, the latest first, as far as
    they are still there. Raises DamagedVersionError."""
    found, there = [], registry.names()
    while version is not None:
        folder = registry.model(version.name).parent
        if (folder / DESCRIPTION).is_file():
            found.append(read_candidate(folder))
        version = registry.verified(version.parent) if version.parent in there else None
    return found


def _known(registry: Registry) -> dict[str, Candidate]:
    """How the registry's models were fine-tuned, by their SHA-256. Raises ModelFileError."""
    found = {}
    for name in registry.names():
        folder = registry.model(name).parent
        if (folder / DESCRIPTION).is_file():
            found[registry.record(name).sha256] = read_candidate(folder)
    return found
