"""Data sets of small synthetic images, on disk."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PIL import Image


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
