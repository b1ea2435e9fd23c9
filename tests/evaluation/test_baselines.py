"""The centre prior (the mean map of other images) and the centred Gaussian."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.data.stimulus import DataError
from gazecast.evaluation.baselines import UNIFORM_SHARE, CentredGaussian, CentrePrior
from gazecast.evaluation.ground_truth import GroundTruth

TRUTH = GroundTruth("fixation", sigma_px=3)


def peak(density):
    """(x, y) of the maximum, 0 to 1 of the map."""
    row, column = np.unravel_index(density.argmax(), density.shape)
    return (column + 0.5) / density.shape[1], (row + 0.5) / density.shape[0]


def test_prior_is_a_density_of_the_size_of_the_image(make_stimulus):
    prior = CentrePrior([make_stimulus("a", [10], [10])], TRUTH)

    density = prior(make_stimulus("b", [], [], width=55, height=91))

    assert density.shape == (91, 55)
    assert density.sum() == pytest.approx(1)


def test_fixations_are_pooled_relative_to_each_image(make_stimulus):
    wide = make_stimulus("a", [75], [10], width=100, height=40)
    tall = make_stimulus("b", [30], [20], width=40, height=80)
    prior = CentrePrior([wide, tall], TRUTH)

    assert peak(prior(make_stimulus("c", [], [], width=200, height=200))) == pytest.approx(
        (0.75, 0.25), abs=0.02
    )


def test_images_weigh_by_their_fixations(make_stimulus):
    left = make_stimulus("a", [5] * 3, [15] * 3)
    right = make_stimulus("b", [35], [15])

    density = CentrePrior([left, right], TRUTH)(make_stimulus("c", [], []))

    assert density[:, :20].sum() == pytest.approx(0.75, abs=0.01)


def test_an_image_is_left_out_of_its_own_prior(make_stimulus):
    left, right = make_stimulus("a", [5] * 9, [15] * 9), make_stimulus("b", [35], [15])

    own = CentrePrior([left, right], TRUTH)(left)

    np.testing.assert_allclose(own, CentrePrior([right], TRUTH)(left), atol=1e-12)


def test_no_place_is_impossible(make_stimulus):
    density = CentrePrior([make_stimulus("a", [1], [1])], TRUTH)(make_stimulus("b", [], []))

    assert density.min() >= UNIFORM_SHARE / density.size


def test_only_the_window_counts(make_stimulus):
    stimulus = make_stimulus("a", [5, 35, 35], [15, 15, 15], onset_s=[0.4, 1.4, 2])

    first_second = CentrePrior([stimulus], GroundTruth("fixation", 3, seconds=1))

    assert peak(first_second(make_stimulus("b", [], [])))[0] < 0.5


def test_no_label_to_fit_on_is_an_error(make_stimulus):
    with pytest.raises(DataError, match="click10"):
        CentrePrior([make_stimulus("a", [5], [5])], GroundTruth("click10", 3))


def test_no_other_image_is_an_error(make_stimulus):
    only = make_stimulus("a", [5], [5])

    with pytest.raises(DataError, match="no image other than a"):
        CentrePrior([only], TRUTH)(only)


def test_centred_gaussian_scatters_about_the_middle_as_the_mean_map_does(make_stimulus):
    stimulus = make_stimulus("a", [], [], width=120, height=80)
    x, y = (np.arange(120) + 0.5) / 120 - 0.5, (np.arange(80) + 0.5) / 80 - 0.5
    mean_map = np.exp(-(((x - 0.1) / 0.08) ** 2) / 2 - ((y[:, None] + 0.05) / 0.12) ** 2 / 2)
    mean_map /= mean_map.sum()

    density = CentredGaussian(lambda _: mean_map)(stimulus)

    assert density.sum() == pytest.approx(1)
    assert peak(density) == pytest.approx((0.5, 0.5), abs=0.01)
    for axis, distance in ((0, x), (1, y)):
        assert density.sum(axis=axis) @ distance**2 == pytest.approx(
            mean_map.sum(axis=axis) @ distance**2, rel=0.01
        )
