"""The head that tells kinds of pictures apart, on toy pictures and with random features."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from gazecast.evaluation.odd_pictures import odd_picture
from gazecast.model.graph import THUMBNAIL_SIDE
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.export import domain_head
from gazecast.training.export.domain_head import (
    assume_trained_domains,
    fit_domain_head,
    random_view,
    whole,
)
from gazecast.training.export.familiarity import Familiarity
from gazecast.training.fit.recipe import parse_recipe
from gazecast.training.fit.samples import scale_pixels

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = """
name: toy
network: {backbone: test_efficientnet, pixels: 4096}
stages:
  - name: first
    passes: 1
    pixels: 4096
    backbone_rate: 1.0e-4
    decoder_rate: 1.0e-3
    readout_rate: 1.0e-3
    sets:
      - {set: pages, readout: web, evidence: {fixation: 1}, sigma_px: 9, windows: [3s]}
      - {set: photos, readout: photo, evidence: {fixation: 1}, sigma_px: 9, windows: [3s]}
borrowed: {mobile: [web], poster: [web]}
validation: {web: w, mobile: m, poster: p, photo: f}
"""
EXAMPLES = "domain_examples:\n" + "".join(
    f"  {domain}: [{{set: {domain}}}]\n" for domain in DOMAINS
)


@pytest.fixture(autouse=True)
def few_views(monkeypatch):
    monkeypatch.setattr(domain_head, "VIEWS_PER_DOMAIN", 24)
    monkeypatch.setattr(domain_head, "ODD_VIEWS", 24)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return SaliencyNetwork(NetworkSpec("test_efficientnet", DOMAINS, (16, 16, 16, 16), 0)).eval()


def picture(domain, seed, side=320):
    """White with lines, dark with tiles, one flat colour with a block, or smooth clouds."""
    rng = np.random.default_rng(seed)
    if domain == "web":
        rgb = np.full((side, side, 3), 250, dtype=np.uint8)
        for y in range(10, side - 10, 20):
            rgb[y : y + 8, 20 : int(rng.integers(100, side))] = 40
    elif domain == "mobile":
        rgb = np.full((side, side, 3), 30, dtype=np.uint8)
        for _ in range(12):
            y, x = rng.integers(0, side - 50, 2)
            rgb[y : y + 50, x : x + 50] = rng.integers(60, 256, 3)
    elif domain == "poster":
        rgb = np.full((side, side, 3), (230, 40, 60), dtype=np.uint8)
        y, x = rng.integers(20, side // 2, 2)
        rgb[y : y + 100, x : x + 100] = (250, 220, 40)
    else:
        coarse = Image.fromarray(rng.integers(60, 200, (5, 5, 3), dtype=np.uint8))
        rgb = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC))
    return rgb


def probabilities(network, rgb):
    """As the predictor asks: the whole picture, squeezed to the thumbnail's square."""
    thumbnail = torch.from_numpy(whole(rgb).copy()).permute(2, 0, 1)[None]
    with torch.no_grad():
        return network.domain_head(network.embed(scale_pixels(thumbnail))).softmax(1)[0].numpy()


def resized(rgb, width, height):
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BICUBIC))


def as_jpeg(rgb, quality):
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


@pytest.fixture
def fitted(network, write_set, data_root):
    for domain in DOMAINS:
        write_set(domain, {f"{seed}.png": picture(domain, seed) for seed in range(6)})
    fit_domain_head(network, parse_recipe(RECIPE + EXAMPLES, "toy"), data_root)
    return network


def test_kinds_that_differ_are_told_apart(fitted):
    for label, domain in enumerate(DOMAINS):
        for seed in range(100, 104):
            assert probabilities(fitted, picture(domain, seed)).argmax() == label


def test_neither_size_nor_aspect_nor_compression_moves_the_decision(fitted):
    for label, domain in enumerate(DOMAINS):
        rgb = resized(picture(domain, 100), 480, 480)
        for changed in (
            resized(rgb, 240, 240),
            resized(rgb, 1400, 1400),
            resized(rgb, 900, 500),
            resized(rgb, 360, 800),
            as_jpeg(rgb, 40),
            as_jpeg(resized(rgb, 900, 500), 90),
        ):
            assert probabilities(fitted, changed).argmax() == label


def test_size_and_compression_alone_are_no_kind(network, write_set, data_root):
    """Where the domains show the same picture, chance is all there is to learn."""
    rgb = picture("photo", 0, side=480)
    versions = {
        "web": resized(rgb, 900, 600),
        "mobile": as_jpeg(resized(rgb, 350, 700), 60),
        "poster": as_jpeg(resized(rgb, 480, 480), 95),
        "photo": resized(as_jpeg(rgb, 70), 640, 480),
    }
    for domain, version in versions.items():
        write_set(domain, {"0.png": version})
    fit_domain_head(network, parse_recipe(RECIPE + EXAMPLES, "toy"), data_root)
    found = [probabilities(network, versions[domain])[n] for n, domain in enumerate(DOMAINS)]
    assert np.mean(found) < 0.35  # 0.98 if the thumbnails were not varied


def test_two_fits_give_the_same_head(fitted, data_root):
    weight, bias = fitted.domain_head.weight.clone(), fitted.domain_head.bias.clone()
    torch.manual_seed(99)
    fit_domain_head(fitted, parse_recipe(RECIPE + EXAMPLES, "toy"), data_root)
    assert torch.equal(fitted.domain_head.weight, weight)
    assert torch.equal(fitted.domain_head.bias, bias)


def test_odd_pictures_are_less_familiar_than_those_shown(network, write_set, data_root):
    for domain in DOMAINS:
        write_set(domain, {f"{seed}.png": picture(domain, seed) for seed in range(6)})
    familiarity = fit_domain_head(network, parse_recipe(RECIPE + EXAMPLES, "toy"), data_root)
    rng = np.random.default_rng(5)
    shown = [whole(picture(domain, seed)) for domain in DOMAINS for seed in range(100, 106)]
    odd = [whole(odd_picture(rng)) for _ in range(24)]
    with torch.no_grad():
        known, strange = (
            familiarity(domain_head._embed(network, np.stack(x))) for x in (shown, odd)
        )
    assert known.median() < strange.median()
    assert (strange > 1).float().mean() > 0.5


def test_a_familiarity_that_was_not_fitted_knows_everything(network):
    embedding = torch.randn(3, network.domain_head.in_features)
    assert (Familiarity(4, embedding.shape[1])(embedding) == 0).all()


def test_odd_pictures_are_of_many_kinds():
    rng = np.random.default_rng(0)
    drawn = [odd_picture(rng) for _ in range(40)]
    assert {each.shape for each in drawn} == {(480, 480, 3)}
    assert {each.dtype for each in drawn} == {np.dtype(np.uint8)}
    assert len({round(float(each.std())) for each in drawn}) > 10


def test_without_examples_every_picture_is_of_the_domains_trained(network):
    assume_trained_domains(network, parse_recipe(RECIPE, "toy"))
    for domain in DOMAINS:
        assert probabilities(network, picture(domain, 0)) == pytest.approx(
            [0.5, 0, 0, 0.5], abs=1e-6
        )


@pytest.mark.parametrize("size", [(640, 400), (73, 640), (1, 640), (640, 1), (5, 5)])
def test_a_view_is_a_thumbnail_of_any_picture(size):
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    for _ in range(5):
        view = random_view(rgb, rng)
        assert view.shape == (THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3)
        assert view.dtype == np.uint8
