"""How much fine-tuning gains with how many pages: the learning curve in docs/retrain.md.

    gazecast export checkpoints/photos.pt --data DATA --out photos.onnx
    python benchmarks/finetune_fiwi.py --data DATA --start photos.onnx --out docs/retrain

The starting model has seen no web page. For each fold of FiWI, the other three stand in for a
user's pages: 5, 10, 20 and all 27 of them are trained on, stage after stage, and the nine pages of
the fold are predicted after each. Every stage is kept here, so that each can be seen; `gazecast
finetune` keeps those that cross-validation on the user's own pages says are better. Results are
kept as they come in, the quick stages first: killed, the same command goes on, and what is missing
is left out of the table and the plot. About half an hour on one core.
"""

from __future__ import annotations

import argparse
import json
from copy import deepcopy
from functools import cached_property
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch
from matplotlib import pyplot

from gazecast.data.layouts.folder import read_folder
from gazecast.evaluation.candidate import HeldOut
from gazecast.evaluation.cross_validation import FOLDS
from gazecast.model.allocator import keep_freed_memory
from gazecast.model.network import SaliencyNetwork
from gazecast.training.export.weights import read_trainable
from gazecast.training.finetuning.domain_stage import CachedOutput, fit_domain
from gazecast.training.finetuning.judging import held_out_map, score
from gazecast.training.finetuning.ranks import Ranks
from gazecast.training.finetuning.settings import DETAIL, Settings
from gazecast.training.finetuning.step_stage import train_stage
from gazecast.training.finetuning.user_data import read_user_data
from gazecast.training.finetuning.views import View, load_examples, training_views, whole_views

PAGES = (5, 10, 20, 27)
START, STAGES = "start", ("domain", "decoder", "all")
ALONE = Ranks(0, 1, torch.device("cpu"))

Scores = dict[str, dict[str, float]]
"""By metric, then window or "mean"."""

Measured = dict[str, Scores]
"""By fold/pages/stage; START, with no pages, is before any."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds fiwi/")
    parser.add_argument("--start", type=Path, required=True, help="ONNX file to begin with")
    parser.add_argument("--out", type=Path, required=True, help="folder for the JSON and the plot")
    parser.add_argument("--work", type=Path, default=Path("finetune-fiwi"), help="for networks")
    parser.add_argument("--draw", action="store_true", help="measure nothing more")
    arguments = parser.parse_args()
    keep_freed_memory()
    arguments.out.mkdir(parents=True, exist_ok=True)
    arguments.work.mkdir(parents=True, exist_ok=True)
    results = arguments.out / "learning-curve.json"
    measured: Measured = json.loads(results.read_text()) if results.exists() else {}
    if not arguments.draw:
        curve = Curve(arguments.data / "fiwi", arguments.start, arguments.work)
        for stage, pages, fold in plan():
            if f"{fold}/{pages}/{stage}" not in measured:
                measured[f"{fold}/{pages}/{stage}"] = curve.scores(stage, pages, fold)
                results.write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n")
                print(fold, pages, stage, measured[f"{fold}/{pages}/{stage}"], flush=True)
    print(table(measured))
    plot(measured, arguments.out / "learning-curve.png")


def plan() -> list[tuple[str, int, str]]:
    """Stage, pages and fold, in the order they are measured."""
    trained = [(stage, pages) for stage in STAGES for pages in sorted(PAGES, reverse=True)]
    return [(stage, pages, fold) for stage, pages in ((START, 0), *trained) for fold in FOLDS]


class Curve:
    """What all trainings share, and the networks that they leave."""

    def __init__(self, folder: Path, start_from: Path, work: Path) -> None:
        self.settings, self.work = Settings(), work
        self.user = read_user_data(folder, sigma_px=30)
        self.split = {stimulus.name: stimulus.split for stimulus in read_folder(folder).stimuli}
        self.start = read_trainable(start_from).network.requires_grad_(False)
        self.row = self.start.spec.domains.index("web")
        self.pixels = read_trainable(start_from).info.input.pixels
        self.examples = load_examples(
            self.user.stimuli, self.user.about, "web", self.row, self.pixels
        )
        self.whole = whole_views(self.examples, self.pixels)

    def scores(self, stage: str, pages: int, fold: str) -> Scores:
        """On the pages of `fold`: NSS and CC by window and on average, after the stage."""
        network = self.network(stage, pages, fold)
        test = [page for page in self.user.stimuli if self.split[page.name] == fold]
        maps = {page.name: held_out_map(network, self.whole[page.name], self.row) for page in test}
        scored = score(HeldOut(maps), test, self.user.about).values()
        return {
            metric: {
                "mean": float(np.mean([each.mean(metric) for each in scored])),
                **{
                    window: float(np.mean([each.by_window[window][metric] for each in scored]))
                    for window in self.user.about.windows
                },
            }
            for metric in ("nss", "cc")
        }

    def network(self, stage: str, pages: int, fold: str) -> SaliencyNetwork:
        network = deepcopy(self.start)
        if stage == START:
            return network
        path = self.work / f"{fold}-{pages}-{stage}.pt"
        if path.exists():
            network.load_state_dict(torch.load(path, weights_only=True))
            return network
        names = sorted(name for name in self.split if self.split[name] != fold)
        shown = np.random.default_rng(FOLDS.index(fold)).permutation(names).tolist()[:pages]
        if stage == "domain":
            fit_domain(network, [self.cached[name] for name in shown], self.settings)
        else:
            (settings,) = (each for each in self.settings.stages if each.name == stage)
            before = (START, *STAGES)[STAGES.index(stage)]
            network = self.network(before, pages, fold)
            views = [view for name in shown for view in self.views[name]]
            train_stage(network, views, settings, self.settings, ALONE)
        torch.save(network.state_dict(), path)
        return network

    @cached_property
    def cached(self) -> dict[str, CachedOutput]:
        return {name: CachedOutput(self.start, batch) for name, batch in self.whole.items()}

    @cached_property
    def views(self) -> dict[str, list[View]]:
        return training_views(
            self.start,
            self.examples,
            pixels=round(self.pixels * DETAIL),
            count=self.settings.views,
            crop=self.settings.crop,
            seed=self.settings.seed,
            device=ALONE.device,
        )


def gains(measured: Measured, stage: str, pages: int, window: str) -> list[float]:
    """In NSS over the start, of every fold that was measured."""
    return [
        measured[f"{fold}/{pages}/{stage}"]["nss"][window]
        - measured[f"{fold}/0/{START}"]["nss"][window]
        for fold in FOLDS
        if f"{fold}/{pages}/{stage}" in measured
    ]


def table(measured: Measured) -> str:
    """Markdown: gain in NSS over the start, mean over folds and their range."""
    lines = ["| pages | stage | 1s | 3s | 5s | folds |", "|---|---|---|---|---|---|"]
    for pages in PAGES:
        for stage in STAGES:
            by_window = [gains(measured, stage, pages, window) for window in ("1s", "3s", "5s")]
            if by_window[0]:
                cells = [f"{np.mean(v):+.2f} ({min(v):+.2f} to {max(v):+.2f})" for v in by_window]
                lines.append(f"| {pages} | {stage} | {' | '.join(cells)} | {len(by_window[0])} |")
    return "\n".join(lines)


def plot(measured: Measured, path: Path) -> None:
    """The gain in NSS within 3 s by number of pages, a line a stage."""
    mpl.use("Agg")
    figure, axes = pyplot.subplots(figsize=(7, 4.2), constrained_layout=True)
    labels = ("18 numbers of the domain", "then the decoder", "then everything")
    for stage, label, colour in zip(STAGES, labels, ("#777777", "#3b7dd8", "#c2410c"), strict=True):
        by_pages = {n: gains(measured, stage, n, "3s") for n in PAGES}
        there = [n for n, of_folds in by_pages.items() if len(of_folds) == len(FOLDS)]
        values = np.array([by_pages[n] for n in there])
        if there:
            axes.plot(there, values.mean(axis=1), "o-", color=colour, label=label)
            axes.fill_between(
                there, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.12, lw=0
            )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.axhline(0.25, color="black", linewidth=0.8, linestyle=":")
    axes.set_ylim(bottom=-0.3)  # room for the legend
    axes.set_xticks(PAGES)
    axes.set_xlabel("pages that were trained on (11 observers each)")
    axes.set_ylabel("gain in NSS within 3 s")
    axes.set_title(
        "Fine-tuning a model of photographs on web pages\n"
        "nine pages held out, mean and range over four folds",
        fontsize=11,
    )
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
