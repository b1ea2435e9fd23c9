"""How much less is looked at along the border and more at text, and what the features say by
themselves, fitted to what was recorded."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch

from gazecast.model.network import WINDOW_COUNT, NetworkSpec, SaliencyNetwork
from gazecast.training.fit import factors
from gazecast.training.fit.factors import fit_factors
from gazecast.training.fit.losses import log_density
from gazecast.training.fit.samples import Batch

ROWS, COLUMNS = 24, 40


@pytest.fixture
def network():
    """One that finds text in some places and not in others."""
    torch.manual_seed(0)
    spec = NetworkSpec("test_efficientnet", ("web", "poster"), (16, 16, 16, 16), 1)
    network = SaliencyNetwork(spec).eval()
    network.text_head.layers[-1].weight.data *= 20
    return network


@torch.no_grad()
def picture(network, readout, looked_at, seed, windows=(1.0, 1.0, 1.0)):
    """A picture with two padded columns; looked_at: from what the network says, the border and the
    log of text (all rows x columns) to where people looked."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 6, 10, generator=generator)
    fine = torch.rand(1, 3, 4 * ROWS, 4 * COLUMNS, generator=generator)
    image = (torch.nn.functional.interpolate(coarse, fine.shape[2:]) * fine) * 2 - 1
    inside = torch.ones(1, 1, ROWS, COLUMNS, dtype=torch.bool)
    inside[..., -2:] = False
    which = torch.tensor([readout])
    log_p = log_density(network(image, which), inside)
    border = network.readout.border_over((ROWS, COLUMNS))
    log_text = network.text_head.log_text(network.backbone(image)[0])[0, 0]
    density = looked_at(log_p.exp(), border, log_text) * inside
    density = density / density.sum(dim=(-2, -1), keepdim=True)
    weight = torch.tensor([windows])
    return Batch(image, inside, density, torch.zeros_like(density), weight, which)


def test_the_factors_that_made_the_density_are_found(network, monkeypatch):
    monkeypatch.setattr(factors, "RIDGE", 1e-7)
    frames, pulls = torch.tensor([-0.9, 0.5, -1.2]), torch.tensor([0.4, 0.0, -0.3])

    def multiplied(p, border, log_text):
        return p * torch.exp(frames[:, None, None] * border + pulls[:, None, None] * log_text)

    pictures = [picture(network, 1, multiplied, seed) for seed in range(3)]
    fit_factors(network, pictures)
    readout = network.readout
    assert readout.frame[1].tolist() == pytest.approx(frames.tolist(), abs=0.01)
    assert readout.pull[1].tolist() == pytest.approx(pulls.tolist(), abs=0.01)
    for untouched in (readout.frame[0], readout.pull[0]):
        assert untouched.tolist() == [0] * WINDOW_COUNT
    # Again, they have nothing to add.
    before = torch.stack([readout.frame, readout.pull])
    fit_factors(network, pictures)
    assert (torch.stack([readout.frame, readout.pull]) - before).abs().max() < 0.01


def features_of(network, picture):
    """As the direct readout lays them over the output; (channels, rows, columns)."""
    finer, coarser = network.backbone(picture.image)[-2:]
    laid = [
        torch.nn.functional.interpolate(each, size=(ROWS, COLUMNS), mode="nearest")
        for each in (finer, coarser)
    ]
    return torch.cat(laid, dim=1)[0]


@torch.no_grad()
def drawn_to_a_feature(network, seed):
    """Looked at as predicted, times a power of a feature at stride 16."""
    plain = picture(network, 1, lambda p, *_: p, seed)
    feature = features_of(network, plain)[5]
    power = 2 * (feature - feature.mean()) / feature.std()
    return picture(network, 1, lambda p, *_: p * torch.exp(power), seed)


@torch.no_grad()
def divergence(network, pictures):
    found = []
    for one in pictures:
        log_p = log_density(network(one.image, one.readout), one.inside)
        log_q = torch.log(one.density.clamp(min=1e-12))
        found.append((one.density * (log_q - log_p)).where(one.inside, 0).sum() / WINDOW_COUNT)
    return torch.stack(found).mean().item()


def test_what_the_features_say_is_found_the_more_the_more_pictures_say_it(network, monkeypatch):
    pictures = [drawn_to_a_feature(network, seed) for seed in range(12)]
    fresh, seen = pictures[8:], pictures[:8]
    begun = deepcopy(network.state_dict())
    apart = [divergence(network, fresh)]
    for count in (2, 8):
        network.load_state_dict(begun)
        fit_factors(network, seen[:count])
        apart.append(divergence(network, fresh))
    assert apart[0] > apart[1] > apart[2]
    for direct in (network.readout.direct_16, network.readout.direct_32):
        assert direct[1].any()
        assert not direct[0].any()
    network.load_state_dict(begun)
    monkeypatch.setattr(factors, "DIRECT_RIDGE", 0.1)
    fit_factors(network, seen)
    assert divergence(network, fresh) < apart[2]


def test_fitted_again_the_features_say_no_more(network):
    pictures = [drawn_to_a_feature(network, seed) for seed in range(4)]
    fit_factors(network, pictures)
    once = network.readout.direct_16.clone()
    fit_factors(network, pictures)
    assert (network.readout.direct_16 - once).abs().max() < 0.1 * once.abs().max()


def test_a_window_without_ground_truth_keeps_its_factors(network):
    network.readout.frame[0, 0], network.readout.pull[0, 0] = -0.3, 0.2
    one = picture(network, 0, lambda p, border, _: p * (1 - border / 2), 0, (0.0, 1.0, 1.0))
    fit_factors(network, [one])
    assert network.readout.frame[0, 0] == pytest.approx(-0.3)
    assert network.readout.pull[0, 0] == pytest.approx(0.2)
    assert (network.readout.frame[0, 1:] < -0.1).all()


def test_looking_never_at_the_border_stays_finite(network):
    fit_factors(network, [picture(network, 0, lambda p, border, _: p * (border < 0.01), 0)])
    assert ((network.readout.frame[0] < -1) & (network.readout.frame[0] > -10)).all()
