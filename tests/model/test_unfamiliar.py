"""Pictures that are no design are told, and designs are not, with the shipped model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from gazecast.model.predictor import Predictor

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.png"))


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


def noise(width, height):
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def blank(level):
    return np.full((768, 1366, 3), level, dtype=np.uint8)


def gradient():
    row = np.linspace(0, 255, 1366).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (768, 1366, 3)))


def code(paper, ink):
    """This file, as an editor shows it."""
    image = Image.new("RGB", (1366, 768), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(15)
    for number, line in enumerate(Path(__file__).read_text(encoding="utf-8").splitlines()[:40]):
        draw.text((8, 4 + number * 19), str(number + 1), fill="#858585", font=font)
        draw.text((50, 4 + number * 19), line, fill=ink, font=font)
    return np.asarray(image)


def scanned_text():
    """A page of the changelog, a little askew."""
    image = Image.new("L", (1240, 1754), 242)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    words = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8").split()
    for number, y in enumerate(range(150, 1600, 36)):
        draw.text((130, y), " ".join(words[9 * number : 9 * number + 9]), fill=35, font=font)
    turned = image.rotate(1.0, Image.Resampling.BICUBIC, fillcolor=242)
    blurred = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.8)), dtype=float)
    grainy = blurred + np.random.default_rng(2).normal(0, 6, blurred.shape)
    return np.repeat(grainy.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


ODD = {
    "noise": noise(1366, 768),
    "small noise": noise(300, 300),
    "white": blank(255),
    "black": blank(0),
    "grey": blank(128),
    "gradient": gradient(),
    "dark code": code("#1e1e1e", "#d4d4d4"),
    "light code": code("#ffffff", "#24292f"),
    "scanned text": scanned_text(),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_design_is_unfamiliar(predictor, kind):
    prediction = predictor.predict(ODD[kind])
    assert prediction.is_unfamiliar, prediction.unfamiliarity


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_designs_are_familiar(predictor, path):
    prediction = predictor.predict(path)
    assert not prediction.is_unfamiliar, prediction.unfamiliarity
