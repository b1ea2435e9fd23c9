"""How much less is looked at along the border, fitted to what was recorded."""

from __future__ import annotations

import pytest
import torch

from gazecast.model.network import WINDOW_COUNT, NetworkSpec, SaliencyNetwork
from gazecast.training.frame import fit_frames
from gazecast.training.losses import log_density
from gazecast.training.samples import Batch

ROWS, COLUMNS = 24, 40


@pytest.fixture
def network():
    torch.manual_seed(0)
    spec = NetworkSpec("test_efficientnet", ("web", "poster"), (16, 16, 16, 16), 1)
    return SaliencyNetwork(spec).eval()


@torch.no_grad()
def picture(network, readout, looked_at, seed, windows=(1.0, 1.0, 1.0)):
    """A picture with two padded columns; looked_at: from what the network says and the border (both
    rows x columns) to where people looked."""
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(1, 3, 4 * ROWS, 4 * COLUMNS, generator=generator) * 2 - 1
    inside = torch.ones(1, 1, ROWS, COLUMNS, dtype=torch.bool)
    inside[..., -2:] = False
    which = torch.tensor([readout])
    log_p = log_density(network(image, which), inside)
    density = looked_at(log_p.exp(), network.readout.border_over((ROWS, COLUMNS))) * inside
    density = density / density.sum(dim=(-2, -1), keepdim=True)
    weight = torch.tensor([windows])
    return Batch(image, inside, density, torch.zeros_like(density), weight, which)


def test_the_frame_that_made_the_density_is_found(network):
    def shunned(p, border):
        return p * torch.exp(torch.tensor([-0.9, 0.5, -2.0])[:, None, None] * border)

    pictures = [picture(network, 1, shunned, seed) for seed in range(3)]
    fit_frames(network, pictures)
    assert network.readout.frame[1].tolist() == pytest.approx([-0.9, 0.5, -2.0], abs=0.15)
    assert network.readout.frame[0].tolist() == [0] * WINDOW_COUNT
    # Again, it has nothing to add but what the ridge held back.
    before = network.readout.frame.clone()
    fit_frames(network, pictures)
    assert (network.readout.frame - before).abs().max() < 0.15


def test_a_window_without_ground_truth_keeps_its_frame(network):
    network.readout.frame[0, 0] = -0.3
    fit_frames(network, [picture(network, 0, lambda p, b: p * (1 - b / 2), 0, (0.0, 1.0, 1.0))])
    assert network.readout.frame[0, 0] == pytest.approx(-0.3)
    assert (network.readout.frame[0, 1:] < -0.1).all()


def test_looking_never_at_the_border_stays_finite(network):
    fit_frames(network, [picture(network, 0, lambda p, b: p * (b < 0.01), 0)])
    assert ((network.readout.frame[0] < -1) & (network.readout.frame[0] > -10)).all()
