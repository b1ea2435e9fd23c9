"""`gazecast finetune`: from a folder of images and fixations to a candidate.

Every stage is trained once without each fold, and its held-out maps are compared with those of the
stages kept before it; if they are better, it is kept and trained on all images too.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from torch import Tensor

from gazecast.data.splits import image_folds
from gazecast.data.stimulus import DataError
from gazecast.evaluation.candidate import (
    DESCRIPTION,
    Candidate,
    HeldOut,
    ImageResult,
    Origin,
    StageResult,
    read_candidate,
)
from gazecast.model.network import SaliencyNetwork
from gazecast.training.export.weights import TrainableModel, read_trainable
from gazecast.training.finetuning import domain_stage
from gazecast.training.finetuning.domain_stage import CachedOutput, fit_domain
from gazecast.training.finetuning.judging import Scores, held_out_map, judge, score
from gazecast.training.finetuning.ranks import Ranks, joined_ranks
from gazecast.training.finetuning.settings import DETAIL, Settings, StageSettings
from gazecast.training.finetuning.starting import check_domain, closest_domain, with_domain
from gazecast.training.finetuning.step_stage import steps_of, train_stage, trained_parameters
from gazecast.training.finetuning.user_data import UserSet, read_user_data
from gazecast.training.finetuning.views import (
    View,
    load_examples,
    training_views,
    views_that_fit,
    whole_views,
)
from gazecast.training.finetuning.work import ALL, Trained, Work, changed
from gazecast.training.finetuning.write import write_candidate
from gazecast.training.fit.samples import Batch, Example

FIRST = "domain"
"""The stage of few parameters; the others are in `Settings`."""

_COST = {FIRST: 10.0, "decoder": 1.0, "all": 4.0}
"""About how long a step takes, beside one of the decoder's; of the first stage the whole fit."""


@dataclass(frozen=True, slots=True)
class At:
    """How far it is. doing: in words. done, total: in steps of the decoder's stage."""

    doing: str
    done: float
    total: float


def finetune(
    folder: Path,
    out: Path,
    *,
    start_from: Path,
    domain: str | None = None,
    sigma_px: float | None = None,
    settings: Settings | None = None,
    on_progress: Callable[[At], None] = lambda _: None,
) -> Candidate:
    """Fine-tune a model on the user's folder and write the candidate into `out`.

    start_from: the ONNX file to begin with. domain: whose parameters are trained, by default the
    one whose maps fit the images best; a name that the model does not know is added as a new one.
    sigma_px: see `read_user_data`. Killed at any moment, the same call goes on where it stopped and
    ends with the same candidate.

    Raises DataError, PictureError, ModelFileError or ExportError.
    """
    if (out / DESCRIPTION).exists():
        raise DataError(f"{out} holds a finished candidate; give another --out, or remove it")
    settings = settings or Settings()
    user = read_user_data(folder, sigma_px)
    start = read_trainable(start_from)
    _check_not_seen(user, start, start_from.parent)
    with joined_ranks() as ranks:
        run = FineTuning(user, start, out, domain, settings, ranks, on_progress)
        stages = run.stages()
        candidate = run.candidate(stages, "", "")
        if ranks.rank == 0:
            candidate = write_candidate(
                out,
                start=start,
                network=run.network(ALL),
                folds={fold: (run.network(fold), names) for fold, names in run.folds.items()},
                held_out=run.held_out,
                user=user,
                candidate=lambda sha256, created: run.candidate(stages, sha256, created),
            )
            run.work.remove()
        return ranks.agreed(candidate)


def _check_not_seen(user: UserSet, start: TrainableModel, folder: Path) -> None:
    """Raises DataError when the starting model was fine-tuned on this very data, as far as the
    record beside it, in `folder`, tells: no image would be held out from it."""
    if not (folder / DESCRIPTION).exists():
        return
    before = read_candidate(folder)
    if (before.model_sha256, before.data.sha256) == (start.info.sha256, user.about.sha256) and (
        before.kept
    ):
        raise DataError(
            f"the model in {folder} was fine-tuned on this very data, so no image can be held out "
            f"from it. Begin with the model that it began as ({before.started_from.name} "
            f"{before.started_from.version}), or add images."
        )


class FineTuning:
    """One run: the stages kept so far, fold by fold."""

    def __init__(
        self,
        user: UserSet,
        start: TrainableModel,
        out: Path,
        domain: str | None,
        settings: Settings,
        ranks: Ranks,
        on_progress: Callable[[At], None],
    ) -> None:
        self.user, self.start, self.settings, self.ranks = user, start, settings, ranks
        self._on_progress = on_progress
        self.folds: dict[str, tuple[str, ...]] = {
            f"fold{number}": tuple(stimulus.name for stimulus in fold)
            for number, fold in enumerate(image_folds(user.stimuli, settings.folds, settings.seed))
        }
        start.network.to(ranks.device)
        self._pixels = start.info.input.pixels
        on_progress(At("Predicting with the starting model", 0.0, 0.0))
        examples = load_examples(user.stimuli, user.about, "", 0, self._pixels)
        whole = self._whole(examples)
        known = start.network.spec.domains
        if domain is not None and domain not in known:
            check_domain(domain)
        self.began_as = domain if domain in known else closest_domain(start.network, whole, user)
        self.domain = domain or self.began_as
        self._network = start.network
        if self.domain not in known:
            self._network = with_domain(start.network, self.domain, self.began_as).to(ranks.device)
        self._network.requires_grad_(False)
        self._row = self._network.spec.domains.index(self.domain)
        self._examples = load_examples(
            user.stimuli, user.about, self.domain, self._row, self._pixels
        )
        self._whole_of = self._whole(self._examples)
        self.held_out = HeldOut(
            {
                name: held_out_map(self._network, batch, self._row)
                for name, batch in self._whole_of.items()
            }
        )
        self.scores = self.start_scores = score(self.held_out, user.stimuli, user.about)
        self._kept: dict[str, dict[str, Tensor]] = {fold: {} for fold in (*self.folds, ALL)}
        self.work = Work(out / "work", self._key())
        self._steps_done = 0.0
        self._stages: tuple[StageSettings | str, ...] = (FIRST, *settings.stages)
        self._steps_total = sum(
            self._cost(stage, fold) for stage in self._stages for fold in (*self.folds, ALL)
        )

    def stages(self) -> tuple[StageResult, ...]:
        """Train and judge every stage; after it, `network` and `held_out` are of those kept."""
        return tuple(self._stage(stage) for stage in self._stages)

    def network(self, fold: str) -> SaliencyNetwork:
        """A network as trained so far without that fold; ALL: on all images."""
        network = deepcopy(self._network)
        network.load_state_dict({**network.state_dict(), **self._kept[fold]})
        return network.eval()

    def candidate(self, stages: tuple[StageResult, ...], sha256: str, created: str) -> Candidate:
        info = self.start.info
        of_image = {name: fold for fold, names in self.folds.items() for name in names}
        return Candidate(
            model_sha256=sha256,
            created=created,
            started_from=Origin(info.name, info.version, info.sha256),
            domain=self.domain,
            began_as=self.began_as,
            data=self.user.about,
            recipe=self._recipe(),
            stages=stages,
            images=tuple(
                ImageResult(
                    name,
                    of_image[name],
                    self.start_scores[name].by_window,
                    scores.by_window,
                )
                for name, scores in self.scores.items()
            ),
        )

    def _stage(self, stage: StageSettings | str) -> StageResult:
        name = _name(stage)
        trained = {fold: self._trained(stage, fold) for fold in self.folds}
        held_out = HeldOut(
            {name: each for one in trained.values() for name, each in one.held_out.items()}
        )
        scores: Mapping[str, Scores] = score(held_out, self.user.stimuli, self.user.about)
        # Ranks could differ in the last bit, and must not go on differently.
        verdict = self.ranks.agreed(judge(self.scores, scores))
        if verdict.kept:
            self.held_out, self.scores = held_out, dict(scores)
            trained[ALL] = self._trained(stage, ALL)
            for fold, one in trained.items():
                self._kept[fold] |= one.changed
        else:
            self._steps_total -= self._cost(stage, ALL)
        return StageResult(
            name=name,
            parameters=self._parameters(stage),
            kept=verdict.kept,
            reason=verdict.reason,
            gain=verdict.gain,
            own=verdict.own,
            seconds=round(sum(one.seconds for one in trained.values()), 1),
        )

    def _trained(self, stage: StageSettings | str, fold: str) -> Trained:
        """From disk, or trained now."""
        name, until = _name(stage), self._steps_done + self._cost(stage, fold)
        doing = f"Stage {name}, " + ("all images" if fold == ALL else f"without {fold}")
        self._tell(doing)
        found = self.ranks.agreed(self.work.load(name, fold))
        if found is None:
            began = time.monotonic()
            network = self.network(fold)
            held = self.folds.get(fold, ())
            shown = [name for name in self._examples if name not in held]
            if isinstance(stage, str):
                fit_domain(network, [self._cached[name] for name in shown], self.settings)
            else:
                views = [view for name in shown for view in self._views[name]]
                steps = steps_of(len(views), stage, self.settings)
                each = self._cost(stage, fold) / steps

                def on_step(_: float) -> None:
                    self._steps_done = min(self._steps_done + each, until)
                    self._tell(doing)

                train_stage(network, views, stage, self.settings, self.ranks, on_step=on_step)
            maps = {name: held_out_map(network, self._whole_of[name], self._row) for name in held}
            before = self.network(fold).state_dict()
            found = Trained(changed(before, network.state_dict()), maps, time.monotonic() - began)
            if self.ranks.rank == 0:
                self.work.save(name, fold, found)
        self._steps_done = until
        return found

    @cached_property
    def _cached(self) -> dict[str, CachedOutput]:
        """For the first stage, which comes before anything that would change them."""
        return {name: CachedOutput(self._network, batch) for name, batch in self._whole_of.items()}

    @cached_property
    def _views(self) -> dict[str, list[View]]:
        self._tell("Computing what stays fixed")
        pixels = round(self._pixels * DETAIL)
        return training_views(
            self._network,
            self._examples,
            pixels=pixels,
            count=views_that_fit(self.settings.views, len(self._examples), pixels),
            crop=self.settings.crop,
            seed=self.settings.seed,
            device=self.ranks.device,
        )

    def _whole(self, examples: Mapping[str, Example]) -> dict[str, Batch]:
        return {
            name: batch.to(self.ranks.device)
            for name, batch in whole_views(examples, self._pixels).items()
        }

    def _cost(self, stage: StageSettings | str, fold: str) -> float:
        if isinstance(stage, str):
            return _COST[stage]
        images = len(self._examples) - len(self.folds.get(fold, ()))
        steps = steps_of(images * self.settings.views, stage, self.settings)
        return _COST[stage.name] * steps

    def _parameters(self, stage: StageSettings | str) -> int:
        if isinstance(stage, str):
            return domain_stage.PARAMETERS
        trained = trained_parameters(self._network, stage)
        return sum(each.numel() for each in trained)

    def _recipe(self) -> dict[str, object]:
        settings = asdict(self.settings)
        settings["loss"] = self.settings.loss.model_dump()
        return json.loads(json.dumps(settings))  # type: ignore[no-any-return]

    def _key(self) -> str:
        decides = {
            "data": self.user.about.sha256,
            "truth": [self.user.about.kind, self.user.about.sigma_px, *self.user.about.windows],
            "start": self.start.info.sha256,
            "domain": self.domain,
            "recipe": self._recipe(),
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def _tell(self, doing: str) -> None:
        self._on_progress(At(doing, self._steps_done, self._steps_total))


def _name(stage: StageSettings | str) -> str:
    return stage if isinstance(stage, str) else stage.name
