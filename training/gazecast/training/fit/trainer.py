"""`gazecast train`: run a recipe's stages, reading top to bottom.

Killed at any moment, the same command goes on from the last checkpoint: plans of passes come from
the seed, so no batch is shown twice or missed.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gazecast.data.spreadsheet import text_cell
from gazecast.evaluation.cross_validation import saw
from gazecast.evaluation.predicting import Predicting
from gazecast.model.network import NetworkSpec, SaliencyNetwork, Shared
from gazecast.model.predictor import Predictor
from gazecast.model.vocabulary import WINDOWS
from gazecast.training.fit.checkpoint import (
    Checkpoint,
    CheckpointError,
    Progress,
    begin_with,
    load_checkpoint,
    save_checkpoint,
)
from gazecast.training.fit.factors import fit_factors
from gazecast.training.fit.losses import (
    DivergedError,
    correlation,
    log_density,
    saliency_loss,
    scanpath_saliency,
)
from gazecast.training.fit.recipe import Recipe, RecipeError, SetUse, Stage, read_recipe
from gazecast.training.fit.samples import Batch, Samples, collate
from gazecast.training.fit.text_head import STEPS as TEXT_STEPS
from gazecast.training.fit.text_head import fit_text_head

WARM_UP = 0.1
"""Share of a stage's steps over which the learning rates rise to their peaks."""

CHECKPOINT_SECONDS = 120.0

State = dict[str, Any]
"""What torch's state_dict() gives."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the caller is told after each batch."""

    stage: str
    done: int
    total: int
    loss: float


def train(
    recipe_path: Path,
    data_root: Path,
    out: Path,
    *,
    start_from: Path | None = None,
    hold_out: Sequence[str] = (),
    teachers: Sequence[Path] = (),
    on_step: Callable[[Step], None] = lambda _: None,
) -> Path:
    """Train a recipe; returns the path of the final checkpoint, OUT/last.pt.

    data_root: folder that holds the recipe's data sets. out: folder for the checkpoint and log.csv;
    a checkpoint of the same recipe found there is taken up where it stopped.
    start_from: a checkpoint whose averaged weights to begin with, instead of ImageNet's; readouts
    are matched by name, and new ones start neutral. hold_out: splits to train nothing on.
    teachers: exported models that label the sets which the recipe lets be taught.
    Uses the GPU if torch sees one.

    Raises RecipeError, DataError, CheckpointError or ModelFileError.
    """
    recipe, text = read_recipe(recipe_path, hold_out)
    predictors = _read_teachers(recipe, recipe_path, teachers)
    taught_by = tuple(each.info.to_json() for each in predictors)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "last.pt"
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)

    resumed = _resumed(path, text, taught_by)
    if recipe.starts_as and resumed is None and start_from is None:
        raise CheckpointError(
            f"{recipe_path} has starts_as, so it goes on from a checkpoint: give --start-from"
        )
    network, began_with = _begun(recipe, resumed, start_from)
    progress = Progress() if resumed is None else resumed.progress
    network.to(device)
    cast(Any, network).to(memory_format=torch.channels_last)  # torch's stubs lack this form
    if resumed is None and recipe.text_examples:
        fit_text_head(
            network,
            recipe.text_examples,
            data_root,
            pixels=recipe.network.pixels,
            on_step=lambda done, loss: on_step(Step("text", done, TEXT_STEPS, loss)),
        )
    average = deepcopy(network.state_dict()) if resumed is None else resumed.average

    def save(at: Progress, average: State, optimizer: State | None = None) -> None:
        weights = network.state_dict()
        made = Checkpoint(
            network.spec, text, at, weights, average, optimizer, began_with, taught_by
        )
        save_checkpoint(path, made)

    for number, stage in enumerate(recipe.stages):
        if number < progress.stage:
            continue
        run = _StageRun(recipe, stage, number, network, average, data_root, device, predictors)
        if number > progress.stage:
            progress = Progress(stage=number)
        elif resumed is not None and resumed.optimizer is not None:
            run.optimizer.load_state_dict(resumed.optimizer)
        average = run.run(progress, save, on_step, out / "log.csv")
        # The next stage begins with the averaged weights, and a fresh optimizer.
        network.load_state_dict(average)
        if stage.factors:
            fit_factors(network, run.recorded())
            average = deepcopy(network.state_dict())
        save(Progress(number + 1), average)
        del run  # and its pictures, before the next stage loads its own
    return path


def _resumed(path: Path, text: str, taught_by: tuple[str, ...]) -> Checkpoint | None:
    """What an earlier run of this recipe left. Raises CheckpointError for that of another one."""
    if not path.exists():
        return None
    resumed = load_checkpoint(path)
    if resumed.recipe != text:
        raise CheckpointError(
            f"{path} was made by another recipe; give another --out, or remove the folder"
        )
    if resumed.taught_by != taught_by:
        raise CheckpointError(
            f"{path} was taught by other models; give the same --teacher files, or another --out"
        )
    return resumed


def _begun(
    recipe: Recipe, resumed: Checkpoint | None, start_from: Path | None
) -> tuple[SaliencyNetwork, tuple[str, ...]]:
    """The network to go on with, and the texts of the recipes whose results it began with."""
    spec = NetworkSpec(
        backbone=recipe.network.backbone,
        domains=recipe.readouts,
        widths=recipe.network.widths,
        context_blocks=recipe.network.context_blocks,
    )
    network = SaliencyNetwork(
        spec, imagenet=recipe.network.imagenet and resumed is None and start_from is None
    )
    if resumed is not None:
        network.load_state_dict(resumed.weights)
        return network, resumed.began_with
    if start_from is None:
        return network, ()
    origin = load_checkpoint(start_from)
    begin_with(network, origin, recipe.starts_as)
    return network, (*origin.began_with, origin.recipe)


class _StageRun:
    """One stage: its data, its optimizer, its passes."""

    def __init__(
        self,
        recipe: Recipe,
        stage: Stage,
        number: int,
        network: SaliencyNetwork,
        average: dict[str, Tensor],
        data_root: Path,
        device: torch.device,
        teachers: Sequence[Predicting],
    ) -> None:
        self.recipe, self.stage, self.number = recipe, stage, number
        self.network, self.device = network, device
        self.samples = Samples(
            recipe.trained_on(stage),
            data_root,
            readouts=recipe.readouts,
            pixels=stage.pixels,
            batch=stage.batch,
            seed=recipe.seed * 1000 + number,
            teachers=teachers,
        )
        self.held_out = Samples(
            recipe.validate_on,
            data_root,
            readouts=recipe.readouts,
            pixels=recipe.network.pixels,
            batch=1,
            seed=recipe.seed,
        )
        plans = [self.samples.pass_batches(index) for index in range(stage.passes)]
        self.plans = plans
        self.total = sum(len(plan) for plan in plans)
        self.optimizer = _optimizer(network, stage)
        self.average = AveragedModel(
            network, multi_avg_fn=get_ema_multi_avg_fn(stage.average), use_buffers=True
        )
        self.average.module.load_state_dict(average)
        # Below its first update AveragedModel copies the weights; an average exists already.
        self.average.n_averaged.fill_(1)

    def recorded(self) -> Iterator[Batch]:
        """What the factors are fitted to: the records of the readouts that get them."""

        def wanted(use: SetUse) -> bool:
            return use.readout in self.stage.factors and not use.taught

        return (batch.to(self.device) for batch in self.samples.in_order(wanted))

    def run(
        self,
        start: Progress,
        save: Callable[[Progress, State, State], None],
        on_step: Callable[[Step], None],
        log: Path,
    ) -> dict[str, Tensor]:
        """Train from `start` to the stage's end; returns the averaged weights."""
        done = sum(len(plan) for plan in self.plans[: start.pass_number]) + start.batch
        saved = time.monotonic()
        for pass_number in range(start.pass_number, self.stage.passes):
            plan = self.plans[pass_number]
            first = start.batch if pass_number == start.pass_number else 0
            losses = []
            for index in range(first, len(plan)):
                loss = self._step(collate(plan[index]).to(self.device), done)
                losses.append(loss)
                done += 1
                on_step(Step(self.stage.name, done, self.total, loss))
                if time.monotonic() - saved > CHECKPOINT_SECONDS:
                    progress = Progress(self.number, pass_number, index + 1)
                    self._save(save, progress)
                    saved = time.monotonic()
            self._save(save, Progress(self.number, pass_number + 1, 0))
            mean = sum(losses) / len(losses) if losses else math.nan
            _append(log, self.stage.name, pass_number + 1, mean, self._measure())
        return self.average.module.state_dict()

    def _step(self, batch: Batch, done: int) -> float:
        self.network.train()
        if self.stage.freeze_norm:
            for module in self.network.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        _set_rates(self.optimizer, schedule(done / self.total))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.stage.bfloat16):
            shared = self.network.shared(self.network.backbone(batch.image))
        # Logits span tens and a density its tail: the last steps stay in full precision.
        precise = Shared(*(part.float() for part in shared))
        logits = self.network.readout(precise, batch.readout)
        log_p = log_density(logits, batch.inside)
        loss = saliency_loss(
            log_p, batch.density, batch.counts, batch.inside, batch.weight, self.stage.loss
        )
        if not torch.isfinite(loss):
            raise DivergedError(
                f"the loss of stage {self.stage.name} became {loss.item()}; lower its rates"
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        return loss.item()

    @torch.no_grad()
    def _measure(self) -> list[tuple[str, float, float]]:
        """CC and NSS of the averaged weights per held-out domain and window, on the output's cells:
        a monitor; `gazecast evaluate` gives the figures to quote."""
        network = self.average.module.eval()
        rows: dict[str, list[tuple[float, float]]] = {}
        for batch in self.held_out.in_order():
            on_device = batch.to(self.device)
            log_p = log_density(network(on_device.image, on_device.readout), on_device.inside)
            cc = correlation(log_p.exp(), on_device.density, on_device.inside)[0]
            nss = scanpath_saliency(log_p.exp(), on_device.counts, on_device.inside)[0]
            domain = self.recipe.readouts[int(batch.readout[0])]
            for window in batch.weight[0].nonzero().flatten().tolist():
                rows.setdefault(f"{domain}/{WINDOWS[window]}", []).append(
                    (cc[window].item(), nss[window].item())
                )
        return [
            (name, sum(a for a, _ in v) / len(v), sum(b for _, b in v) / len(v))
            for name, v in rows.items()
        ]

    def _save(self, save: Callable[[Progress, State, State], None], progress: Progress) -> None:
        save(progress, self.average.module.state_dict(), self.optimizer.state_dict())


def _read_teachers(recipe: Recipe, where: Path, paths: Sequence[Path]) -> list[Predictor]:
    """Raises RecipeError when the recipe wants teachers and there are none or the reverse, or when
    one has learned from what is held out."""
    if recipe.taught != bool(paths):
        raise RecipeError(
            f"{where} lets sets be taught: give the models that teach with --teacher"
            if recipe.taught
            else f"{where} lets no set be taught: leave out --teacher"
        )
    teachers = [Predictor(path) for path in paths]
    sets = {use.set for stage in recipe.stages for use in stage.sets}
    for path, teacher in zip(paths, teachers, strict=True):
        for name in sorted(sets):
            for split in recipe.hold_out:
                if saw(teacher.info, name, split):
                    raise RecipeError(
                        f"teacher {path} has learned from split {split} of {name}, which is held "
                        "out here; take one that was trained without it"
                    )
    return teachers


def _optimizer(network: SaliencyNetwork, stage: Stage) -> torch.optim.AdamW:
    for parameter in network.backbone.early_parameters():
        parameter.requires_grad_(False)
    for parameter in network.backbone.late_depthwise_parameters():
        parameter.requires_grad_(not stage.freeze_depthwise)
    # The domain head is fitted after training, on the finished features.
    network.domain_head.requires_grad_(False)
    # A rate of zero must not end requires_grad: the next stage would find nothing to train.
    backbone = [p for p in network.backbone.parameters() if p.requires_grad]
    groups = [
        {"params": backbone, "peak": stage.backbone_rate, "weight_decay": 0.0},
        {
            "params": list(network.decoder.parameters()),
            "peak": stage.decoder_rate,
            "weight_decay": stage.weight_decay,
        },
        {
            "params": list(network.readout.parameters()),
            "peak": stage.readout_rate,
            "weight_decay": 0.0,
        },
    ]
    return torch.optim.AdamW(groups, lr=stage.decoder_rate)


def schedule(done: float) -> float:
    """Multiple of the peak rate after a share `done` (0..1) of the stage: linear, then cosine."""
    if done < WARM_UP:
        return (done + 1e-3) / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))


def _set_rates(optimizer: torch.optim.Optimizer, multiple: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * multiple


def _append(
    log: Path, stage: str, pass_number: int, loss: float, held_out: list[tuple[str, float, float]]
) -> None:
    new = not log.exists()
    with log.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(["stage", "pass", "training_loss", "domain/window", "cc", "nss"])
        for name, cc, nss in held_out or [("", math.nan, math.nan)]:
            measured = (f"{cc:.4f}", f"{nss:.4f}")
            writer.writerow(
                [text_cell(stage), pass_number, f"{loss:.4f}", text_cell(name), *measured]
            )
