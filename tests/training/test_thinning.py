"""Thinning leaves out what the rest can replace, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.export import export as export_module
from gazecast.training.export import thinning
from gazecast.training.export.export import export
from gazecast.training.export.shipped import Shipped
from gazecast.training.export.thinning import STEP, thin
from gazecast.training.export.weights import read_weights, write_weights
from gazecast.training.finetuning.starting import with_domain
from gazecast.training.fit.checkpoint import Checkpoint, Progress, save_checkpoint
from gazecast.training.fit.recipe import RecipeError, parse_recipe

pytestmark = pytest.mark.usefixtures("one_thread")

SPEC = NetworkSpec("tf_efficientnet_lite0", DOMAINS, (16, 16, 16, 16), 0)


def random_network():
    """A quarter of each block's channels are there twice."""
    torch.manual_seed(0)
    network = SaliencyNetwork(SPEC).eval()
    for block in network.backbone.expanding_blocks().values():
        for value in (*block.conv_pw.parameters(), *block.conv_dw.parameters()):
            quarter = len(value) // 4
            value.data[-quarter:] = value.data[:quarter]
    return network


@pytest.fixture(scope="module")
def network():
    return random_network()


@pytest.fixture(scope="module")
def images():
    """Smooth ones, of two sizes."""
    generator = torch.Generator().manual_seed(1)
    coarse = [torch.rand(1, 3, 6, 4 + 4 * (n % 2), generator=generator) for n in range(12)]
    return [nn.functional.interpolate(each, scale_factor=16, mode="bicubic") for each in coarse]


@pytest.fixture(scope="module")
def thinned(network, images):
    return thin(network, iter(images), 0.15)


def multiplications(network, image):
    """Of all convolutions in the expanding blocks."""
    done = []

    def count(layer, inputs, output):
        done.append(layer.weight.numel() * output[0, 0].numel())

    layers = [
        layer
        for block in network.backbone.expanding_blocks().values()
        for layer in block.modules()
        if isinstance(layer, nn.Conv2d)
    ]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        network.backbone(image)
    for hook in hooks:
        hook.remove()
    return sum(done)


def test_as_many_multiplications_are_saved_as_asked_for(network, thinned, images):
    before, after = (
        sum(multiplications(each, image) for image in images) for each in (network, thinned)
    )
    assert 0.84 < after / before <= 0.85
    own = [block.conv_pwl.in_channels for block in network.backbone.expanding_blocks().values()]
    for wide, narrow in zip(own, thinned.spec.hidden, strict=True):
        assert narrow > 0
        assert (wide - narrow) % STEP == 0


@torch.no_grad()
def test_without_what_is_there_twice_the_prediction_stays(network, thinned, images):
    for image in images:
        before, after = (
            torch.softmax(each(image).flatten(3), -1).flatten() for each in (network, thinned)
        )
        assert np.corrcoef(before, after)[0, 1] > 0.999


def test_blocks_make_up_for_what_those_before_them_changed(network, images, monkeypatch):
    """Of channels that nothing else says, a sixth is gone as well."""
    made_up = thin(network, images, 0.4)
    monkeypatch.setattr(thinning, "_make_up", lambda *_: None)
    alone = thin(network, images, 0.4)
    assert alone.spec == made_up.spec
    assert missing(made_up, network, images) < 0.7 * missing(alone, network, images)


@torch.no_grad()
def missing(thinner, network, images):
    """Of the coarsest features, in squares."""
    pairs = [(thinner.backbone(image)[-1], network.backbone(image)[-1]) for image in images]
    return sum(float((found - wanted).square().sum()) for found, wanted in pairs)


def test_the_network_given_stays_as_it_is(network, thinned):
    fresh = random_network().state_dict()
    for name, value in network.state_dict().items():
        assert torch.equal(value, fresh[name])
    assert network.spec == SPEC
    assert thinned.spec == replace(SPEC, hidden=thinned.spec.hidden)


@pytest.fixture(scope="module")
def plan():
    """Of 64 channels of which 16 are mixtures of the others, and what is expected of leaving any
    number of them out: ordinary least squares on 4,000 places."""
    rng = np.random.default_rng(0)
    seen = rng.gamma(1.0, size=(48, 4000))
    seen = np.concatenate([seen, rng.random((16, 48)) @ seen + 0.3])[rng.permutation(64)]
    weight = rng.normal(size=(8, 64))
    with_one = np.concatenate([seen, np.ones((1, 4000))])
    moments = torch.from_numpy(with_one @ with_one.T / 4000)
    made = thinning._plan(moments, torch.from_numpy(weight), 1.0)

    def error(gone):
        kept = with_one[np.setdiff1d(np.arange(65), made.order[:gone].numpy())]
        target = weight @ seen
        fit = np.linalg.lstsq(kept.T, target.T, rcond=None)[0].T @ kept
        return ((target - fit) ** 2).sum() / ((target - target.mean(1, keepdims=True)) ** 2).sum()

    return made, error


def test_channels_that_the_others_say_go_first(plan):
    made, _ = plan
    assert made.errors[:2] == pytest.approx((0, 0), abs=1e-3)
    assert made.errors[2] > 0.05
    assert sorted(made.order.tolist()) == list(range(64))


def test_the_error_is_that_of_least_squares(plan):
    made, error = plan
    for steps, told in enumerate(made.errors):
        assert told == pytest.approx(error(STEP * steps), rel=0.01, abs=1e-3)


def test_what_cannot_be_left_out_is_said(network, images):
    with pytest.raises(ValueError, match="100% of the backbone cannot be left out"):
        thin(network, images[:2], 1.0)
    other = SaliencyNetwork(replace(SPEC, backbone="test_efficientnet"))
    with pytest.raises(ValueError, match="test_efficientnet has no blocks"):
        thin(other, images[:2], 0.1)


def test_a_thinned_model_is_read_back_and_grows(tmp_path):
    torch.manual_seed(0)
    whole = NetworkSpec("tf_efficientnet_lite1", DOMAINS, (16, 16, 16, 16), 0)
    count = len(SaliencyNetwork(whole).backbone.expanding_blocks())
    spec = replace(whole, hidden=tuple(16 + 16 * (n % 3) for n in range(count)))
    path = tmp_path / "thinned.safetensors"
    write_weights(Shipped(SaliencyNetwork(spec).eval()), path)
    found = read_weights(path).network
    assert found.spec == spec
    assert with_domain(found, "kiosk", "web").spec.hidden == spec.hidden


RECIPE = """
name: toy
network: {backbone: tf_efficientnet_lite0, widths: [16, 16, 16, 16], context_blocks: 0,
  pixels: 4096, thinned: 0.1}
stages:
  - {name: first, passes: 0, pixels: 4096, backbone_rate: 0, decoder_rate: 1, readout_rate: 1,
     sets: [{set: pages, splits: [f0, f1], readout: web, windows: [3s], sigma_px: 9,
             evidence: {fixation: 1}}]}
borrowed: {mobile: [web], poster: [web], photo: [web]}
validation: {web: w, mobile: m, poster: p, photo: f}
domain_examples: {web: [{set: pages}], mobile: [{set: pages}], poster: [{set: pages}],
  photo: [{set: pages}]}
hold_out: [f1]
"""


def test_export_thins_on_pictures_that_were_not_held_out(network, write_set, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    pictures = {f"{n}.png": rng.integers(0, 256, (48, 64, 3), np.uint8) for n in range(3)}
    points = [(name, 9, 9, "", "fixation") for name in pictures]
    splits = {"0.png": "f0", "1.png": "f0", "2.png": "f1"}
    data = write_set("pages", pictures, points, None, splits).parent
    state = network.state_dict()
    save_checkpoint(
        tmp_path / "last.pt", Checkpoint(network.spec, RECIPE, Progress(1), state, state, None)
    )
    looked_at, shipped = [], []

    def watched(network, images, share):
        looked_at.extend(images)
        return thin(network, looked_at, share)

    monkeypatch.setattr(export_module, "thin", watched)
    monkeypatch.setattr(export_module, "fit_domain_head", lambda *_: None)
    monkeypatch.setattr(export_module, "write_model", lambda made, *_: shipped.append(made))
    export([tmp_path / "last.pt"], tmp_path / "a.onnx", name="a", version="1", data_root=data)
    assert len(looked_at) == 2 * len(DOMAINS)
    assert shipped[0].network.spec.hidden


def test_thinning_needs_examples():
    with pytest.raises(RecipeError, match=r"network\.thinned is measured on domain_examples"):
        parse_recipe(RECIPE.partition("domain_examples")[0], "toy.yaml")
