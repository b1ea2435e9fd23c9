"""Agreement between observers."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.evaluation.ceilings import observer_ceiling, spearman_brown
from gazecast.evaluation.ground_truth import GroundTruth

TRUTH = GroundTruth("fixation", sigma_px=2)


@pytest.fixture
def panel(make_stimulus):
    """An image whose observers each look at four points, at most `spread` pixels off its centre."""

    def make(spread, observers=8, seed=0):
        rng = np.random.default_rng(seed)
        x = 20 + rng.uniform(-spread, spread, observers * 4)
        y = 15 + rng.uniform(-spread, spread, observers * 4)
        return make_stimulus("a", x, y, observer=np.repeat(np.arange(observers), 4))

    return make


@pytest.mark.parametrize(
    ("half", "whole"), [(0.625, 0.769), (0.725, 0.840), (0.886, 0.940), (0, 0)]
)
def test_spearman_brown(half, whole):
    assert spearman_brown(half) == pytest.approx(whole, abs=1e-3)


def test_observers_who_look_at_the_same_places_agree_fully(make_stimulus):
    stimulus = make_stimulus("a", [9, 30] * 4, [9, 20] * 4, observer=np.repeat(range(4), 2))

    ceiling = observer_ceiling([stimulus], TRUTH)

    assert ceiling.split_half_cc == pytest.approx(1)
    assert ceiling.perfect_model_cc == pytest.approx(1)


def test_the_wider_observers_look_the_less_they_agree(panel):
    wide = observer_ceiling([panel(15, seed=seed) for seed in range(5)], TRUTH)
    narrow = observer_ceiling([panel(4, seed=seed) for seed in range(5)], TRUTH)

    assert wide.split_half_cc < narrow.split_half_cc
    assert wide.nss < narrow.nss
    assert wide.auc < narrow.auc


def test_ceiling_averages_images_and_repeats_exactly(panel):
    images = [panel(3, seed=1), panel(6, seed=2)]

    assert observer_ceiling(images, TRUTH) == observer_ceiling(images, TRUTH)
    assert observer_ceiling(images, TRUTH).images == 2


def test_images_seen_by_one_observer_have_no_ceiling(panel):
    assert observer_ceiling([panel(3, observers=1)], TRUTH) is None


def test_leave_one_out_never_scores_an_observer_on_their_own_map(make_stimulus):
    apart = make_stimulus("a", [5, 35], [15, 15], observer=["0", "1"])

    ceiling = observer_ceiling([apart], TRUTH)

    assert ceiling.nss < 0
    assert ceiling.auc < 0.5
