"""The weights in the package: whole, described, predicting what they predicted when released."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from gazecast.analysis.regions import Region, region_share
from gazecast.model.metadata import file_sha256
from gazecast.model.predictor import SHIPPED_MODEL, Predictor
from gazecast.model.vocabulary import DOMAINS, WINDOWS

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = json.loads(Path(__file__).with_name("golden_shares.json").read_text())
"""Shares of the examples' regions, 3 s, domain auto. A new release of the weights makes this file
again: python tests/model/make_golden_shares.py"""


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor()


def test_description_is_of_these_weights_and_complete(predictor):
    info = predictor.info
    assert info.sha256 == file_sha256(SHIPPED_MODEL)
    assert info.sha256 == GOLDEN["model"], "make the golden shares again for new weights"
    assert info.windows == WINDOWS
    assert set(info.domains) == set(DOMAINS)
    assert "not validated" in info.domains["mobile"]
    assert "clicks, not gaze" in info.domains["poster"]
    assert info.datasets
    assert all(dataset.licence for dataset in info.datasets)


@pytest.mark.parametrize("name", sorted(GOLDEN["shares"]))
def test_golden_shares(predictor, name):
    prediction = predictor.predict(EXAMPLES / f"{name}.png")
    golden = GOLDEN["shares"][name]
    assert prediction.domain.name == golden["domain"]
    regions = json.loads((EXAMPLES / f"{name}.regions.json").read_text())
    shares = {
        region["name"]: region_share(prediction.density, Region(**region)) for region in regions
    }
    assert shares == pytest.approx(golden["regions"], abs=2e-3)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_every_output_is_a_density(predictor, domain, window):
    density = predictor.predict(EXAMPLES / "poster.png", window, domain).density
    assert density.dtype == np.float32
    assert density.min() >= 0
    assert density.sum(dtype=np.float64) == pytest.approx(1, abs=1e-4)


def test_mirror_image_gives_nearly_the_mirrored_map(predictor):
    with Image.open(EXAMPLES / "poster.png") as poster:
        singer = poster.convert("RGB").crop((350, 480, 860, 950))  # no text: that reads one way
    density = predictor.predict(singer, domain="photo").density
    mirrored = predictor.predict(ImageOps.mirror(singer), domain="photo").density
    assert np.corrcoef(density.ravel(), mirrored[:, ::-1].ravel())[0, 1] > 0.95


def test_an_empty_page_has_no_invented_hotspot(predictor):
    density = predictor.predict(np.full((768, 1366, 3), 255, np.uint8), domain="web").density
    assert density.max() * density.size < 16


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_size_of_the_picture_hardly_matters(predictor, scale):
    with Image.open(EXAMPLES / "landing-page.png") as page:
        picture = page.convert("RGB")
    resized = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    first, second = predictor.predict(picture), predictor.predict(resized)
    assert first.domain.name == second.domain.name
    assert np.corrcoef(first.density.ravel(), second.density.ravel())[0, 1] > 0.98
