"""Write the candidate: the model exported and calibrated, the card, and what promotion reads."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np

from gazecast.data.atomic import replacing
from gazecast.data.stimulus import EyeTrackingSet
from gazecast.evaluation.candidate import (
    CARD,
    DESCRIPTION,
    HELD_OUT,
    MODEL,
    Candidate,
    HeldOut,
    write_held_out,
)
from gazecast.evaluation.fit_error_tables import fit, measure
from gazecast.evaluation.scoring import bootstrap
from gazecast.model.error_tables import Calibration
from gazecast.model.metadata import DatasetUse, ModelInfo, RecipeUse, Score
from gazecast.model.network import SaliencyNetwork
from gazecast.model.vocabulary import WINDOWS, Domain
from gazecast.training.export.description import code_commit
from gazecast.training.export.model_files import SUFFIXES, write_model
from gazecast.training.export.shipped import Shipped
from gazecast.training.export.weights import TrainableModel
from gazecast.training.finetuning.card import model_card
from gazecast.training.finetuning.network_predictor import NetworkPredictor
from gazecast.training.finetuning.user_data import UserSet

FEWEST_TO_CALIBRATE = 10
"""Images; with fewer the tables of the starting model say more."""


def write_candidate(
    out: Path,
    *,
    start: TrainableModel,
    network: SaliencyNetwork,
    folds: Mapping[str, tuple[SaliencyNetwork, tuple[str, ...]]],
    held_out: HeldOut,
    user: UserSet,
    candidate: Callable[[str, str], Candidate],
) -> Candidate:
    """Write everything that `candidate` (the module) lists, candidate.json last.

    network: trained on all images. folds: by fold the network that never saw its images, and their
    names. candidate: from the model's SHA-256 and a time to what goes into candidate.json.
    Raises ExportError.
    """
    created = datetime.now(UTC).isoformat(timespec="seconds")
    draft = candidate("", created)
    if draft.kept or draft.domain not in start.info.domains:
        calibration = _calibration(start.info, draft, folds, user)
        info = write_model(
            Shipped(network.cpu(), start.familiarity, start.thumbnail_side),
            out / MODEL,
            lambda *hashes: _describe(start.info, draft, hashes, calibration),
        )
    else:  # nothing was learned: it is the starting model, to the byte
        info = start.info
        for suffix in SUFFIXES:
            shutil.copyfile(start.path.with_suffix(suffix), (out / MODEL).with_suffix(suffix))
    finished = candidate(info.sha256, created)
    write_held_out(held_out, out / HELD_OUT)
    (out / CARD).write_text(model_card(info, finished), encoding="utf-8")
    with replacing(out / DESCRIPTION) as new:
        new.write_text(finished.to_json(), encoding="utf-8")
    return finished


def _describe(
    start: ModelInfo, candidate: Candidate, hashes: tuple[str, str], calibration: Calibration | None
) -> ModelInfo:
    data = candidate.data
    recipe = json.dumps(candidate.recipe, sort_keys=True)
    described = replace(
        start,
        version=f"{start.version}+{data.sha256[:8]}",
        sha256=hashes[0],
        weights_sha256=hashes[1],
        recipe=RecipeUse("finetune", hashlib.sha256(recipe.encode()).hexdigest()),
        commit=code_commit(),
        created=candidate.created,
        calibration=calibration,
    )
    if not candidate.kept:  # but a domain was added
        line = f"not validated: a copy of {candidate.began_as}; nothing learned was better"
        return replace(described, domains={**start.domains, candidate.domain: line})
    window = data.windows[-1]
    number = {each: len(candidate.scores(each, "nss")) for each in data.windows}
    figures = {
        f"{data.name}, held out, {number[each]} images, {data.kind}, {each}": {
            metric.upper(): _score(candidate.scores(each, metric))
            for metric in ("cc", "kld", "nss")
        }
        for each in data.windows
    }
    nss = next(reversed(figures.values()))["NSS"]
    line = (
        f"fine-tuned on {data.images} images of {data.name}: NSS {nss.value:.2f} on images held "
        f"out ({data.kind}, {window})"
    )
    used = DatasetUse(
        data.name,
        data.licence,
        data.images,
        f"training: {data.kind}, domain {candidate.domain}",
        data.source,
    )
    return replace(
        described,
        datasets=(*start.datasets, used),
        domains={**start.domains, candidate.domain: line},
        metrics=figures,  # those of the starting model are not this one's
    )


def _score(values: list[float]) -> Score:
    estimate = bootstrap(np.array(values))
    return Score(round(estimate.mean, 4), round(estimate.low, 4), round(estimate.high, 4))


def _calibration(
    start: ModelInfo,
    candidate: Candidate,
    folds: Mapping[str, tuple[SaliencyNetwork, tuple[str, ...]]],
    user: UserSet,
) -> Calibration | None:
    """Measured on the user's images, each by the network that never saw it. Where the data cannot
    give the tables (they are about gaze over time), those of the starting model stand in."""
    data = candidate.data
    if data.kind != "fixation" or not data.timed or data.images < FEWEST_TO_CALIBRATE:
        if start.calibration is None or not candidate.kept:
            return start.calibration
        basis = f"the model this one was fine-tuned from: {start.calibration.basis}"
        return replace(start.calibration, basis=basis)
    fold_of = {name: fold for fold, (_, names) in folds.items() for name in names}
    dataset = EyeTrackingSet(
        data.name,
        tuple(replace(stimulus, split=fold_of[stimulus.name]) for stimulus in user.stimuli),
    )
    predictors = {fold: NetworkPredictor(each, start) for fold, (each, _) in folds.items()}
    # A domain that was added has a name beside those that callers of the service can choose.
    pages = measure(dataset, predictors, cast(Domain, candidate.domain))
    most = max(len(page.shares[WINDOWS[-1]].fixations) for page in pages)
    return fit(pages, f"gaze of {most} people on {len(pages)} images ({data.name}), held out")
