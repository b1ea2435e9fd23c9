"""Losses against the NumPy metrics, and the padding that must not count."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gazecast.evaluation import metrics
from gazecast.training.fit.losses import (
    correlation,
    kl_divergence,
    log_density,
    saliency_loss,
    scanpath_saliency,
)
from gazecast.training.fit.recipe import LossWeights

ROWS, COLUMNS = slice(2, 14), slice(3, 23)
SHAPE = (16, 24)
WINDOWS = 3


class Maps:
    """Two pictures of 12 x 20 cells, padded to 16 x 24, with three windows each."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.inside = torch.zeros(2, 1, *SHAPE, dtype=torch.bool)
        self.inside[..., ROWS, COLUMNS] = True
        self.logits = torch.from_numpy(rng.normal(size=(2, WINDOWS, *SHAPE))).float()
        density, counts = np.zeros((2, 2, WINDOWS, *SHAPE))
        density[..., ROWS, COLUMNS] = rng.exponential(size=(2, WINDOWS, 12, 20))
        density /= density.sum(axis=(-2, -1), keepdims=True)
        counts[..., ROWS, COLUMNS] = rng.poisson(0.2, size=(2, WINDOWS, 12, 20))
        self.density = torch.from_numpy(density).float()
        self.counts = torch.from_numpy(counts).float()
        self.log_p = log_density(self.logits, self.inside)

    def loss(self, logits=None, weight=None, counts=None, **weights):
        return saliency_loss(
            self.log_p if logits is None else log_density(logits, self.inside),
            self.density,
            self.counts if counts is None else counts,
            self.inside,
            torch.ones(2, WINDOWS) if weight is None else weight,
            LossWeights(**weights),
        )

    def contents(self):
        """The pictures' own cells: prediction, density and counts of each picture and window."""
        for picture in range(2):
            for window in range(WINDOWS):
                maps = (self.log_p.exp(), self.density, self.counts)
                yield tuple(one[picture, window, ROWS, COLUMNS].double().numpy() for one in maps)


@pytest.fixture
def maps():
    return Maps()


@pytest.fixture
def elsewhere(maps):
    """The logits with other values around the pictures."""
    changed = torch.where(maps.inside, maps.logits, maps.logits * 100 - 50)
    assert not torch.equal(changed, maps.logits)
    return changed


def test_the_density_is_one_over_the_picture_and_nothing_around_it(maps):
    p = maps.log_p.exp()
    assert p[..., ROWS, COLUMNS].sum(dim=(-2, -1)).numpy() == pytest.approx(1)
    assert (p * ~maps.inside).sum() == 0


def test_correlation_is_the_metric(maps):
    expected = [metrics.cc(p, q) for p, q, _ in maps.contents()]
    found = correlation(maps.log_p.exp(), maps.density, maps.inside)
    assert found.flatten().numpy() == pytest.approx(expected, abs=1e-5)


def test_scanpath_saliency_is_the_metric(maps):
    expected = [metrics.nss(p, n) for p, _, n in maps.contents()]
    found = scanpath_saliency(maps.log_p.exp(), maps.counts, maps.inside)
    assert found.flatten().numpy() == pytest.approx(expected, abs=1e-5)


def test_divergence_is_the_metric(maps):
    expected = [metrics.kld(p, q) for p, q, _ in maps.contents()]
    found = kl_divergence(maps.log_p, maps.density)
    assert found.flatten().numpy() == pytest.approx(expected, abs=1e-5)


def test_the_loss_is_the_weighted_sum_of_the_metrics(maps):
    expected = np.mean(
        [
            2 * metrics.kld(p, q) + 0.5 * (1 - metrics.cc(p, q)) - 0.3 * metrics.nss(p, n)
            for p, q, n in maps.contents()
        ]
    )
    assert maps.loss(kld=2, cc=0.5, nss=0.3).item() == pytest.approx(expected, abs=1e-5)


def test_the_padding_changes_neither_the_density_nor_any_term(maps, elsewhere):
    changed = log_density(elsewhere, maps.inside)
    assert torch.equal(changed[..., ROWS, COLUMNS], maps.log_p[..., ROWS, COLUMNS])
    assert torch.equal(maps.loss(elsewhere), maps.loss())


def test_no_gradient_reaches_the_padding(maps):
    logits = maps.logits.clone().requires_grad_()
    maps.loss(logits, kld=1, cc=1, nss=1).backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert (logits.grad * ~maps.inside).abs().sum() == 0
    assert (logits.grad[..., ROWS, COLUMNS].abs().sum(dim=(-2, -1)) > 0).all()


def test_values_around_the_picture_do_not_move_correlation_or_nss(maps):
    p, outside = maps.log_p.exp(), ~maps.inside * 7.0
    moved = correlation(p + outside, maps.density + outside, maps.inside)
    assert torch.equal(moved, correlation(p, maps.density, maps.inside))
    moved = scanpath_saliency(p + outside, maps.counts, maps.inside)
    assert torch.equal(moved, scanpath_saliency(p, maps.counts, maps.inside))


def test_a_window_without_ground_truth_does_not_count(maps):
    weight = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    logits = maps.logits.clone().requires_grad_()
    maps.loss(logits, weight).backward()
    assert logits.grad is not None
    assert ((logits.grad.abs().sum(dim=(-2, -1)) > 0) == (weight > 0)).all()


def test_a_batch_without_any_ground_truth_gives_zero(maps):
    assert maps.loss(weight=torch.zeros(2, WINDOWS)).item() == 0


def test_without_points_the_nss_term_is_zero(maps):
    none = torch.zeros_like(maps.counts)
    assert maps.loss(counts=none, nss=5).item() == pytest.approx(maps.loss(nss=0).item())


def test_a_perfect_prediction_has_no_divergence_and_full_correlation(maps):
    log_q = torch.log(maps.density.clamp_min(1e-30))
    assert kl_divergence(log_q, maps.density).abs().max() < 1e-5
    assert correlation(maps.density, maps.density, maps.inside).numpy() == pytest.approx(1)
