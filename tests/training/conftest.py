"""Synthetic stimuli: small images that observers look at, in memory and on disk."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gazecast.data.stimulus import Fixations, Stimulus


@pytest.fixture
def make_stimulus():
    def make(name, x, y, *, width=40, height=30, onset_s=None, observer=None, split="train"):
        number = len(x)
        onset = np.full(number, np.nan) if onset_s is None else np.asarray(onset_s) * 1000.0
        fixations = Fixations(
            x=np.asarray(x, dtype=np.float64),
            y=np.asarray(y, dtype=np.float64),
            onset_ms=onset,
            duration_ms=np.full(number, np.nan),
            observer=np.asarray(["0"] * number if observer is None else observer, dtype=np.str_),
            kind=np.full(number, "fixation"),
        )
        return Stimulus(name, Path("images") / name, width, height, split, fixations)

    return make


@pytest.fixture
def data_root(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def write_set(data_root):
    """Write a data set in the project's own layout.

    images: pixels by file name. points: rows of image, x, y, and optionally start_ms and kind.
    maps: 8-bit maps by image. splits: by image, "train" where not given. about: dataset.json.
    """

    def write(name, images, points=(), maps=None, splits=None, **about):
        folder = data_root / name
        (folder / "images").mkdir(parents=True)
        (folder / "maps").mkdir()
        listed = [("image", "split", "width", "height")]
        for image, rgb in images.items():
            Image.fromarray(rgb).save(folder / "images" / image)
            listed.append((image, (splits or {}).get(image, "train"), *rgb.shape[1::-1]))
        for image, density in (maps or {}).items():
            Image.fromarray(density).save(folder / "maps" / f"{Path(image).stem}.png")
        rows = [("image", "observer", "kind", "x", "y", "start_ms", "duration_ms")]
        for image, x, y, *rest in points:
            start, kind = (*rest, *("", "fixation")[len(rest) :])
            rows.append((image, "0", kind, x, y, start, ""))
        tables = {"images.csv": listed} | ({"fixations.csv": rows} if points else {})
        for file_name, table in tables.items():
            with (folder / file_name).open("w", newline="") as file:
                csv.writer(file).writerows(table)
        (folder / "dataset.json").write_text(json.dumps(about))
        return folder

    return write
