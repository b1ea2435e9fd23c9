"""What an exported model says of itself: the data it learned from, and the code's commit."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from gazecast.data.layouts import read_dataset
from gazecast.data.stimulus import EyeTrackingSet
from gazecast.evaluation.cross_validation import stated_splits
from gazecast.model.metadata import DatasetUse, ModelInfo
from gazecast.training.fit.recipe import Recipe, SetUse
from gazecast.training.fit.text_maps import FOUND_TEXT


def datasets_used(
    recipe: Recipe,
    data_root: Path,
    *,
    before: Sequence[Recipe] = (),
    teachers: Sequence[ModelInfo] = (),
) -> tuple[DatasetUse, ...]:
    """What the recipe trains on, and those before it whose results it began with, what its teachers
    were trained on beyond that, and the pictures that the domain head learns from.

    Splits held out are not counted. Raises DataError.
    """
    recipes = (*before, recipe)
    texts = {example.set: example for each in recipes for example in each.text_examples}
    uses: dict[str, list[SetUse]] = {}
    for each in recipes:
        for use in (use for stage in each.stages for use in each.trained_on(stage)):
            uses.setdefault(use.set, []).append(use)
    described = [
        _trained_on(name, how, data_root, (FOUND_TEXT,) if name in texts else ())
        for name, how in uses.items()
    ]
    described += [
        _described(read_dataset(data_root / name, text.layout), name, f"training: {FOUND_TEXT}")
        for name, text in texts.items()
        if name not in uses
    ]
    for teacher in teachers:
        for learned in teacher.datasets:
            if learned.use.startswith("training") and not _covered(learned, described):
                described.append(learned)
    for domain, examples in recipe.domain_examples.items():
        for example in examples:
            if example.set in (*uses, *texts):
                continue
            read = read_dataset(data_root / example.set, example.layout)
            if example.splits is not None:
                read = read.splits(example.splits)
            how_used = f"examples of domain {domain}, without gaze"
            described.append(_described(read, example.set, how_used))
    return tuple(described)


def _trained_on(
    name: str, how: Sequence[SetUse], data_root: Path, besides: Sequence[str]
) -> DatasetUse:
    """besides: what else the set's pictures taught."""
    splits = sorted({split for use in how for split in use.splits})
    kinds = (*sorted({kind for use in how for kind in _labels(use)}), *besides)
    read = read_dataset(data_root / name, how[0].layout).splits(splits)
    return _described(read, name, f"training: {', '.join(kinds)}; splits {', '.join(splits)}")


def _described(read: EyeTrackingSet, name: str, use: str) -> DatasetUse:
    return DatasetUse(
        name=name, licence=read.licence, images=len(read), use=use, source=read.source
    )


def _covered(learned: DatasetUse, described: Sequence[DatasetUse]) -> bool:
    """Whether the data set is listed already, with all the splits stated here."""
    splits = stated_splits(learned)
    return any(
        learned == own or (learned.name == own.name and splits and splits <= stated_splits(own))
        for own in described
    )


def _labels(use: SetUse) -> Iterable[str]:
    return ("predictions of other models",) if use.taught else use.evidence or ("maps",)


def code_commit() -> str:
    """The checkout's commit, marked "+changes" where files differ from it; "unknown" elsewhere."""
    here = Path(__file__).parent
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain"], cwd=here, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+changes" if changed else "")
