"""A small model that looks at bright squares, and studies of people who do or do not."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from PIL import Image

from gazecast.model.graph import THUMBNAIL_SIDE
from gazecast.model.metadata import InputSize, ModelInfo, RecipeUse
from gazecast.model.vocabulary import DOMAINS, WINDOWS
from gazecast.training.finetuning.settings import Settings, StageSettings
from gazecast.training.fit.recipe import parse_recipe

if TYPE_CHECKING:  # torch is slow to load, and not everything here needs it
    from gazecast.training.export.weights import TrainableModel

SIDE, SQUARE = 64, 12


def write_study(folder, images, looked_at, observers=4):
    """images: uint8 (64, 64, 3) each. looked_at: for each the top left of what people look at."""
    (folder / "images").mkdir(parents=True)
    rows = [("image", "observer", "kind", "x", "y", "start_ms", "duration_ms")]
    rng = np.random.default_rng(0)
    for number, (rgb, (x, y)) in enumerate(zip(images, looked_at, strict=True)):
        name = f"{number:02}.png"
        Image.fromarray(rgb).save(folder / "images" / name)
        for observer in range(observers):
            for onset in (100, 400, 900):
                dx, dy = rng.uniform(0, SQUARE, 2)
                rows.append((name, observer, "fixation", x + dx, y + dy, onset, 200))
    with (folder / "fixations.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


def scenes(count, squares, seed=0):
    """Noise, coarse enough that no two look alike, with bright squares: images and, for each, the
    places of its squares; with two, the first is in the left half, the other in the right."""
    rng = np.random.default_rng(seed)
    images, places = [], []
    for _ in range(count):
        coarse = rng.integers(20, 160, (8, 8, 3), dtype=np.uint8)
        rgb = np.kron(coarse, np.ones((8, 8, 1), dtype=np.uint8))
        at = [(int(rng.integers(2, SIDE - SQUARE - 2)), int(rng.integers(2, SIDE - SQUARE - 2)))]
        if squares == 2:
            at = [(int(rng.integers(left, left + 16)), at[0][1]) for left in (2, 34)]
        for x, y in at:
            rgb[y : y + SQUARE, x : x + SQUARE] = 255
        images.append(rgb)
        places.append(at)
    return images, places


@pytest.fixture(scope="session")
def start(tmp_path_factory) -> TrainableModel:
    """The model: web, mobile and poster are copies of photo."""
    import torch

    from gazecast.training.export.export import shipped_network
    from gazecast.training.export.familiarity import Familiarity
    from gazecast.training.export.weights import TrainableModel
    from gazecast.training.fit.checkpoint import load_checkpoint
    from gazecast.training.fit.trainer import train

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("start")
    images, places = scenes(24, 1, seed=9)
    write_study(root / "squares", images, [at[0] for at in places])
    gaze = {
        "set": "squares",
        "readout": "photo",
        "evidence": {"fixation": 1},
        "sigma_px": 4,
        "windows": ["1s", "3s", "5s"],
    }
    recipe = {
        "name": "squares",
        "network": {
            "backbone": "test_efficientnet",
            "imagenet": False,
            "widths": [16, 16, 16, 16],
            "context_blocks": 1,
            "pixels": SIDE * SIDE,
        },
        "stages": [
            {
                "name": "only",
                "passes": 12,
                "pixels": SIDE * SIDE,
                "batch": 8,
                "backbone_rate": 1e-3,
                "decoder_rate": 1e-2,
                "readout_rate": 1e-2,
                "average": 0.5,
                "sets": [gaze],
            }
        ],
        "borrowed": {name: ["photo"] for name in ("web", "mobile", "poster")},
        "validation": dict.fromkeys(("web", "mobile", "poster", "photo"), "toy"),
    }
    (root / "squares.yaml").write_text(yaml.safe_dump(recipe))
    path = train(root / "squares.yaml", root, root / "run")
    torch.set_num_threads(before)
    checkpoint = load_checkpoint(path)
    network = shipped_network(checkpoint, parse_recipe(checkpoint.recipe, "squares"))
    head = network.domain_head
    info = ModelInfo(
        name="squares",
        version="1",
        sha256="0" * 64,
        licence="none",
        datasets=(),
        recipe=RecipeUse("squares.yaml", "1" * 64),
        commit="2" * 40,
        created="2026-01-01T00:00:00Z",
        input=InputSize(pixels=SIDE * SIDE, multiple=32),
        windows=WINDOWS,
        domains=dict.fromkeys(DOMAINS, "toy"),
        metrics={},
    )
    familiarity = Familiarity(head.out_features, head.in_features)
    return TrainableModel(root / "squares.onnx", info, network, familiarity, THUMBNAIL_SIDE)


@pytest.fixture(scope="session")
def quick() -> Settings:
    """Short stages, for a network that learns fast."""
    return Settings(
        folds=3,
        views=1,
        stages=(
            StageSettings("decoder", 2, 0.0, 1e-3, 3e-3),
            StageSettings("all", 1, 1e-4, 1e-3, 1e-3),
        ),
    )


@pytest.fixture
def left_squares(tmp_path) -> Path:
    """Two squares on each image, and people look at the left one only."""
    images, places = scenes(12, 2)
    return write_study(tmp_path / "left", images, [at[0] for at in places])


@pytest.fixture
def shuffled(tmp_path) -> Path:
    """One square on each image, and people look where it is on another one."""
    images, places = scenes(12, 1)
    moved = places[5:] + places[:5]
    return write_study(tmp_path / "shuffled", images, [at[0] for at in moved])
