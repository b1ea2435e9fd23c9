"""How much fine-tuning gains with how many pages: the learning curve in docs/retrain.md.

    gazecast export checkpoints/photos.pt --data DATA --out photos.onnx
    python benchmarks/finetune_fiwi.py --data DATA --start photos.onnx --out docs/retrain

The starting model has seen no web page. For each fold of FiWI, the other three stand in for a
user's pages: 5, 10, 20 and all 27 of them are trained on, stage after stage, and the nine pages of
the fold are predicted after each. Every stage is kept here, so that each can be seen; `gazecast
finetune` keeps those that cross-validation on the user's own pages says are better. Results are
kept as they come in: killed, the same command goes on. About an hour on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib import pyplot

from gazecast.data.layouts.folder import read_folder
from gazecast.model.network import SaliencyNetwork
from gazecast.training.cross_validation import FOLDS
from gazecast.training.exported import read_exported
from gazecast.training.finetuning.candidate import HeldOut
from gazecast.training.finetuning.domain_stage import CachedOutput, fit_domain
from gazecast.training.finetuning.judging import held_out_map, score
from gazecast.training.finetuning.ranks import Ranks
from gazecast.training.finetuning.settings import DETAIL, Settings
from gazecast.training.finetuning.step_stage import train_stage
from gazecast.training.finetuning.user_data import read_user_data
from gazecast.training.finetuning.views import load_examples, training_views, whole_views

PAGES = (5, 10, 20, 27)
START = "start"

Row = dict[str, Any]
"""One training. scores: by stage, then metric, then "mean" over windows or "5s"; START is before
any. seconds: by stage."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds fiwi/")
    parser.add_argument("--start", type=Path, required=True, help="ONNX file to begin with")
    parser.add_argument("--out", type=Path, required=True, help="folder for the JSON and the plot")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    results = arguments.out / "learning-curve.json"
    measured = json.loads(results.read_text()) if results.exists() else {}
    for fold in FOLDS:
        missing = [pages for pages in PAGES if f"{fold}/{pages}" not in measured]
        if missing:
            for pages, row in one_fold(arguments.data / "fiwi", arguments.start, fold, missing):
                measured[f"{fold}/{pages}"] = row
                results.write_text(json.dumps(measured, indent=1) + "\n")
                print(fold, pages, json.dumps(row), flush=True)
    print(table(measured))
    plot(measured, arguments.out / "learning-curve.png")


def one_fold(
    folder: Path, start_from: Path, fold: str, wanted: Sequence[int]
) -> Iterator[tuple[int, Row]]:
    """Yields a row for each number of pages: scores are on the pages of `fold`."""
    settings, ranks = Settings(), Ranks(0, 1, torch.device("cpu"))
    user = read_user_data(folder, sigma_px=30)
    split = {stimulus.name: stimulus.split for stimulus in read_folder(folder).stimuli}
    names = sorted(name for name in split if split[name] != fold)
    order = np.random.default_rng(FOLDS.index(fold)).permutation(names).tolist()
    test = [stimulus for stimulus in user.stimuli if split[stimulus.name] == fold]
    start = read_exported(start_from)
    row, pixels = start.network.spec.domains.index("web"), start.info.input.pixels
    start.network.requires_grad_(False)
    examples = load_examples(user.stimuli, user.about, "web", row, pixels)
    whole = whole_views(examples, pixels)

    def measure(network: SaliencyNetwork) -> dict[str, dict[str, float]]:
        maps = {page.name: held_out_map(network, whole[page.name], row) for page in test}
        scores = score(HeldOut(maps), test, user.about)
        return {
            metric: {
                "mean": float(np.mean([each.mean(metric) for each in scores.values()])),
                "5s": float(np.mean([each.by_window["5s"][metric] for each in scores.values()])),
            }
            for metric in ("nss", "cc")
        }

    at_start = measure(start.network)
    cached = {name: CachedOutput(start.network, whole[name]) for name in names}
    views = training_views(
        start.network,
        {name: examples[name] for name in names},
        pixels=round(pixels * DETAIL),
        count=settings.views,
        crop=settings.crop,
        seed=settings.seed,
        device=ranks.device,
    )
    for pages in wanted:
        shown = order[:pages]
        network = deepcopy(start.network)
        by_stage, seconds = {START: at_start}, {}
        began = time.monotonic()
        fit_domain(network, [cached[name] for name in shown], settings)
        seconds["domain"] = round(time.monotonic() - began, 1)
        by_stage["domain"] = measure(network)
        for stage in settings.stages:
            began = time.monotonic()
            in_pass = [view for name in shown for view in views[name]]
            train_stage(network, in_pass, stage, settings, ranks)
            seconds[stage.name] = round(time.monotonic() - began, 1)
            by_stage[stage.name] = measure(network)
        yield pages, {"scores": by_stage, "seconds": seconds}


def table(measured: Mapping[str, Row]) -> str:
    """Markdown: gain in NSS over the start, mean over folds and their range."""
    lines = ["| pages | domain | + decoder | + all | CC |", "|---|---|---|---|---|"]
    for pages in PAGES:
        cells = []
        for stage in ("domain", "decoder", "all"):
            gains = [gain(measured[f"{fold}/{pages}"], stage) for fold in FOLDS]
            cells.append(f"{np.mean(gains):+.2f} ({min(gains):+.2f} to {max(gains):+.2f})")
        cc = [measured[f"{fold}/{pages}"]["scores"]["all"]["cc"]["5s"] for fold in FOLDS]
        lines.append(f"| {pages} | {' | '.join(cells)} | {np.mean(cc):.3f} |")
    return "\n".join(lines)


def gain(row: Row, stage: str) -> float:
    """In NSS within 5 s, on the pages held out."""
    scores = row["scores"]
    return scores[stage]["nss"]["5s"] - scores[START]["nss"]["5s"]


def plot(measured: Mapping[str, Row], path: Path) -> None:
    mpl.use("Agg")
    figure, axes = pyplot.subplots(figsize=(7, 4.2), constrained_layout=True)
    names = {"domain": "domain: 17 numbers", "decoder": "then decoder", "all": "then all"}
    for (stage, label), colour in zip(
        names.items(), ("#888888", "#3b7dd8", "#c2410c"), strict=True
    ):
        gains = np.array(
            [[gain(measured[f"{fold}/{pages}"], stage) for pages in PAGES] for fold in FOLDS]
        )
        axes.plot(PAGES, gains.mean(axis=0), "o-", color=colour, label=label)
        axes.fill_between(
            PAGES, gains.min(axis=0), gains.max(axis=0), color=colour, alpha=0.15, linewidth=0
        )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.axhline(0.25, color="black", linewidth=0.8, linestyle=":")
    axes.set_xticks(PAGES)
    axes.set_xlabel("pages that were trained on (11 observers each)")
    axes.set_ylabel("gain in NSS within 5 s")
    axes.set_title(
        "Fine-tuning a model of photographs on web pages\nnine pages held out, mean and "
        "range over four folds",
        fontsize=11,
    )
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
