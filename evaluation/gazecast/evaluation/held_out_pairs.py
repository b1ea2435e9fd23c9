"""Scores of a candidate and of the current model that may be held against each other: on the same
images, none of which the model that is scored was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from gazecast.data.errors import GazecastError
from gazecast.data.stimulus import Stimulus
from gazecast.evaluation.candidate import Candidate, ImageResult, UserData
from gazecast.evaluation.density_scores import density_scores
from gazecast.evaluation.predicting import Predicting
from gazecast.model.vocabulary import WINDOWS, Domain, Window

FEWEST_IMAGES = 8
"""With fewer, no bootstrap interval can be relied on."""

Scores = Mapping[str, Mapping[str, float]]
"""By image and metric."""


class NotComparableError(GazecastError):
    """There are no scores of the two that may be compared; str() says why and what to do."""


@dataclass(frozen=True, slots=True)
class HeldOutPairs:
    """candidate, current: scores by image and metric, each the mean over the windows that the data
    speaks of. left_out: images that a network which is scored, or one that it began as, was
    fine-tuned on, so that its scores there would flatter it. basis: where the current model's
    scores come from, in words."""

    candidate: Scores
    current: Scores
    left_out: tuple[str, ...]
    basis: str


def held_out_pairs(
    candidate: Candidate,
    current_sha256: str,
    trained_as: Sequence[Candidate],
    known: Mapping[str, Candidate],
) -> HeldOutPairs:
    """The pairs in what fine-tuning has recorded.

    trained_as: how the current model was fine-tuned, and then those that it replaced, the latest
    first; empty for a model that was not. known: how models were fine-tuned, by their SHA-256, as
    far as there are records.

    Two cases can be told from the records. Where the current model was fine-tuned on the very same
    data, both have scores of networks that were not trained on the image; images that one of them
    had seen before, in the model that it began as, are left out. Where the candidate began as the
    current model, that one's scores are beside the candidate's; images it was trained on are left
    out.

    Raises NotComparableError in other cases, and when fewer than FEWEST_IMAGES images remain.
    """
    if trained_as and _data(trained_as[0].data) == _data(candidate.data):
        seen = set().union(
            *(_fine_tuned_on(one.started_from.sha256, known) for one in (candidate, trained_as[0]))
        )
        fresh, left_out = _without(candidate, seen)
        of_current = {image.name: _mean(image.candidate) for image in trained_as[0].images}
        return HeldOutPairs(
            {image.name: _mean(image.candidate) for image in fresh},
            {image.name: of_current[image.name] for image in fresh},
            left_out,
            "fine-tuned on the same images; each was scored by a network that never saw it",
        )
    if candidate.started_from.sha256 != current_sha256:
        raise NotComparableError(
            f"The candidate was fine-tuned from model {candidate.started_from.sha256[:12]}, and "
            f"model {current_sha256[:12]} predicts now, whose scores on your images are not known. "
            "Name the folder that the candidate was fine-tuned on, for them to be measured: --data "
            "FOLDER."
        )
    fresh, left_out = _new_to_both(candidate, trained_as, known)
    return HeldOutPairs(
        {image.name: _mean(image.candidate) for image in fresh},
        {image.name: _mean(image.start) for image in fresh},
        left_out,
        "the one that the candidate began as",
    )


def pairs_on_data(
    candidate: Candidate,
    data: UserData,
    stimuli: Sequence[Stimulus],
    current: Predicting,
    trained_as: Sequence[Candidate],
    known: Mapping[str, Candidate],
) -> HeldOutPairs:
    """The pairs for any current model, which predicts the images for it.

    data, stimuli: what the candidate was fine-tuned on. trained_as, known: as for `held_out_pairs`.

    Raises NotComparableError for other data, and when fewer than FEWEST_IMAGES images remain.
    """
    if _data(data) != _data(candidate.data):
        raise NotComparableError(
            "That is not the data that the candidate was fine-tuned on: images or records differ. "
            "Name the same folder as for gazecast finetune."
        )
    fresh, left_out = _new_to_both(candidate, trained_as, known)
    has_domain = candidate.domain in current.info.domains
    domain = cast(Domain, candidate.domain if has_domain else candidate.began_as)
    by_name = {stimulus.name: stimulus for stimulus in stimuli}
    of_current = {}
    for image in fresh:
        stimulus = by_name[image.name]
        densities = current.predict(stimulus.image_path, WINDOWS[0], domain).densities
        of_current[image.name] = _mean(
            {
                window: density_scores(densities[window], stimulus, candidate.data.truth(window))
                for window in candidate.data.windows
            }
        )
    return HeldOutPairs(
        {image.name: _mean(image.candidate) for image in fresh},
        of_current,
        left_out,
        "measured now",
    )


def _new_to_both(
    candidate: Candidate, trained_as: Sequence[Candidate], known: Mapping[str, Candidate]
) -> tuple[list[ImageResult], tuple[str, ...]]:
    seen = {image.name for one in trained_as for image in one.images}
    return _without(candidate, seen | _fine_tuned_on(candidate.started_from.sha256, known))


def _fine_tuned_on(sha256: str, known: Mapping[str, Candidate]) -> set[str]:
    """Names of the images that a model, or one that it began as, was fine-tuned on."""
    names: set[str] = set()
    met: set[str] = set()
    while sha256 in known and sha256 not in met:  # one that kept no stage began as itself
        met.add(sha256)
        one = known[sha256]
        if one.kept:
            names |= {image.name for image in one.images}
        sha256 = one.started_from.sha256
    return names


def _without(candidate: Candidate, seen: set[str]) -> tuple[list[ImageResult], tuple[str, ...]]:
    """The candidate's images that were not seen, and the names of others. An image goes by its
    name: one that was renamed counts as not seen.

    Raises NotComparableError when too few remain."""
    fresh = [image for image in candidate.images if image.name not in seen]
    if len(fresh) < FEWEST_IMAGES:
        raise NotComparableError(
            f"{len(fresh)} of the candidate's {len(candidate.images)} images can be compared on: "
            "those that neither the current model nor the one that the candidate began as was "
            f"fine-tuned on. {FEWEST_IMAGES} are needed. Fine-tune on more images, or begin with a "
            "model that has not seen them (gazecast finetune --from)."
        )
    return fresh, tuple(image.name for image in candidate.images if image.name in seen)


def _data(data: UserData) -> tuple[object, ...]:
    """What makes scores on it comparable."""
    return data.sha256, data.kind, data.sigma_px, data.windows, data.timed


def _mean(scores: Mapping[Window, Mapping[str, float]]) -> dict[str, float]:
    metrics = set.intersection(*(set(of_window) for of_window in scores.values()))
    return {
        metric: float(np.mean([of_window[metric] for of_window in scores.values()]))
        for metric in sorted(metrics)
    }
