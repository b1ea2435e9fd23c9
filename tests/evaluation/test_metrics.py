"""The metrics against pysaliency, and what must hold for any map."""

from __future__ import annotations

import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays

from gazecast.evaluation import metrics


@pytest.fixture(scope="module")
def pysaliency():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports the deprecated pkg_resources
        import pysaliency
    return pysaliency


CASES = [
    pytest.param((9, 31), False, id="wide"),
    pytest.param((31, 9), False, id="tall"),
    pytest.param((16, 16), True, id="ties"),
]


def random_case(shape, ties):
    """Prediction, ground-truth density, x and y of fixations, some of them repeated."""
    rng = np.random.default_rng(5)
    prediction = rng.random(shape)
    if ties:
        prediction = np.round(prediction * 4)
    density = rng.random(shape) ** 3
    x = rng.integers(shape[1], size=80)
    y = rng.integers(shape[0], size=80)
    x[:3], y[:3] = 2, 5
    return prediction, density, x, y


def count_map(shape, x, y):
    counts = np.zeros(shape)
    np.add.at(counts, (y, x), 1)
    return counts


@pytest.mark.parametrize(("shape", "ties"), CASES)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(metrics.cc, "CC"), (metrics.kld, "MIT_KLDiv"), (metrics.sim, "SIM")],
    ids=["cc", "kld", "sim"],
)
def test_map_metrics_equal_pysaliency(pysaliency, ours, theirs, shape, ties):
    prediction, density, _, _ = random_case(shape, ties)

    with np.errstate(divide="ignore"):  # pysaliency takes the logarithm of zeros
        expected = getattr(pysaliency.metrics, theirs)(prediction, density)

    assert ours(prediction, density) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("shape", "ties"), CASES)
def test_nss_equals_pysaliency(pysaliency, shape, ties):
    prediction, _, x, y = random_case(shape, ties)

    expected = pysaliency.metrics.NSS(prediction, x, y).mean()

    assert metrics.nss(prediction, count_map(shape, x, y)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("shape", "ties"), CASES)
def test_auc_equals_pysaliency(pysaliency, shape, ties):
    prediction, _, x, y = random_case(shape, ties)

    per_fixation = pysaliency.roc.general_rocs_per_positive(prediction[y, x], prediction.ravel())

    auc = metrics.auc_judd(prediction, count_map(shape, x, y))
    assert auc == pytest.approx(per_fixation.mean(), abs=1e-12)


@pytest.mark.parametrize(("shape", "ties"), CASES)
def test_sauc_equals_pysaliency(pysaliency, shape, ties):
    prediction, _, x, y = random_case(shape, ties)
    rng = np.random.default_rng(6)
    other_x, other_y = rng.integers(shape[1], size=300), rng.integers(shape[0], size=300)

    per_fixation = pysaliency.roc.general_rocs_per_positive(
        prediction[y, x], prediction[other_y, other_x]
    )

    counts, others = count_map(shape, x, y), count_map(shape, other_x, other_y)
    sauc = metrics.sauc(prediction, counts, others)
    assert sauc == pytest.approx(per_fixation.mean(), abs=1e-12)


@pytest.mark.parametrize("shape", [(9, 31), (31, 9)])
def test_information_gain_equals_pysaliency(pysaliency, shape):
    prediction, baseline, x, y = random_case(shape, ties=False)
    prediction, baseline = prediction + 0.01, baseline + 0.01

    class Fixed(pysaliency.Model):
        def __init__(self, density):
            super().__init__()
            self.density = density / density.sum()

        def _log_density(self, stimulus):
            return np.log(self.density)

    stimuli = pysaliency.Stimuli([np.zeros((*shape, 3), np.uint8)])
    fixations = pysaliency.Fixations.create_without_history(x, y, np.zeros(len(x), int))
    expected = Fixed(prediction).information_gain(stimuli, fixations, Fixed(baseline))

    gain = metrics.information_gain(prediction, count_map(shape, x, y), baseline)
    assert gain == pytest.approx(expected, abs=1e-9)


SHAPES = st.shared(array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=8), key="shape")
# Levels of a 10-bit image: differences far above rounding, many ties.
MAPS = arrays(np.float64, SHAPES, elements=st.integers(0, 1023))
VARIED = MAPS.filter(lambda values: values.min() < values.max())
COUNTS = arrays(np.float64, SHAPES, elements=st.integers(0, 3)).filter(np.any)


@settings(max_examples=50)
@given(VARIED)
def test_perfect_prediction(density):
    assert metrics.cc(density, density) == pytest.approx(1)
    assert metrics.kld(density, density) == pytest.approx(0, abs=1e-9)
    assert metrics.sim(density, density) == pytest.approx(1)


@settings(max_examples=50)
@given(MAPS, MAPS, COUNTS)
def test_ranges(prediction, density, counts):
    assert -1 - 1e-12 <= metrics.cc(prediction, density) <= 1 + 1e-12
    assert metrics.kld(prediction, density) >= -1e-9
    assert 0 <= metrics.sim(prediction, density) <= 1 + 1e-12
    assert 0 <= metrics.auc_judd(prediction, counts) <= 1


@settings(max_examples=50)
@given(MAPS, MAPS)
def test_cc_and_sim_are_symmetric(first, second):
    assert metrics.cc(first, second) == pytest.approx(metrics.cc(second, first), abs=1e-12)
    assert metrics.sim(first, second) == pytest.approx(metrics.sim(second, first), abs=1e-12)


@settings(max_examples=50)
@given(MAPS, MAPS, COUNTS, st.floats(0.01, 100), st.floats(-100, 100))
def test_cc_and_nss_ignore_scale_and_offset(prediction, density, counts, scale, offset):
    changed = prediction * scale + offset

    assert metrics.cc(changed, density) == pytest.approx(metrics.cc(prediction, density), abs=1e-6)
    assert metrics.nss(changed, counts) == pytest.approx(metrics.nss(prediction, counts), abs=1e-6)


@settings(max_examples=50)
@given(MAPS, MAPS, COUNTS, st.floats(0.01, 100))
def test_density_metrics_ignore_scale(prediction, density, counts, scale):
    changed = prediction * scale

    assert metrics.kld(changed, density) == pytest.approx(metrics.kld(prediction, density))
    assert metrics.sim(changed, density) == pytest.approx(metrics.sim(prediction, density))
    assert metrics.information_gain(changed, counts, density) == pytest.approx(
        metrics.information_gain(prediction, counts, density), abs=1e-9
    )


@settings(max_examples=50)
@given(MAPS, COUNTS, COUNTS)
def test_auc_ignores_monotone_changes(prediction, counts, others):
    changed = np.sqrt(prediction) - 7

    assert metrics.auc_judd(changed, counts) == metrics.auc_judd(prediction, counts)
    assert metrics.sauc(changed, counts, others) == metrics.sauc(prediction, counts, others)


@settings(max_examples=50)
@given(MAPS, COUNTS)
def test_auc_of_the_opposite_is_the_opposite(prediction, counts):
    opposite = metrics.auc_judd(-prediction, counts)

    assert opposite == pytest.approx(1 - metrics.auc_judd(prediction, counts))


@settings(max_examples=50)
@given(MAPS, COUNTS)
def test_sauc_against_the_same_fixations_is_chance(prediction, counts):
    assert metrics.sauc(prediction, counts, counts) == pytest.approx(0.5)


@settings(max_examples=50)
@given(MAPS, MAPS, COUNTS)
def test_information_gain_is_antisymmetric(prediction, baseline, counts):
    gain = metrics.information_gain(prediction, counts, baseline)

    assert gain == pytest.approx(-metrics.information_gain(baseline, counts, prediction), abs=1e-9)


@settings(max_examples=50)
@given(MAPS, COUNTS)
def test_fixations_weigh_as_often_as_they_occur(prediction, counts):
    twice = counts * 2

    assert metrics.nss(prediction, twice) == pytest.approx(metrics.nss(prediction, counts))
    assert metrics.auc_judd(prediction, twice) == pytest.approx(
        metrics.auc_judd(prediction, counts)
    )


@settings(max_examples=50)
@given(MAPS, COUNTS, COUNTS, st.sampled_from([0.0, 0.1, 1 / 3, 5e-7]))
def test_constant_prediction_is_chance(density, counts, others, level):
    constant = np.full(density.shape, level)

    assert metrics.cc(constant, density) == 0
    assert metrics.nss(constant, counts) == 0
    assert metrics.auc_judd(constant, counts) == 0.5
    assert metrics.sauc(constant, counts, others) == 0.5
    assert metrics.information_gain(constant, counts, np.ones_like(density)) == pytest.approx(0)


def test_cc_of_two_constant_maps_is_zero():
    assert metrics.cc(np.ones((3, 4)), np.ones((3, 4))) == 0


def test_zero_map_is_the_uniform_density():
    density = np.arange(12.0).reshape(3, 4)

    assert metrics.kld(np.zeros((3, 4)), density) == metrics.kld(np.ones((3, 4)), density)
    assert metrics.sim(np.zeros((3, 4)), density) == metrics.sim(np.ones((3, 4)), density)


def test_impossible_fixation_has_a_finite_information_gain():
    prediction = np.array([[0.0, 1.0]])

    gain = metrics.information_gain(prediction, np.array([[1, 0]]), np.array([[0.5, 0.5]]))

    assert gain == pytest.approx(np.log2(metrics.EPSILON) + 1, rel=1e-6)


def test_auc_of_a_perfect_ranking():
    prediction = np.array([[3.0, 2.0, 1.0, 0.0]])

    # Above three of the four pixels, and equal to one.
    assert metrics.auc_judd(prediction, np.array([[1, 0, 0, 0]])) == 3.5 / 4


def test_float32_is_scored_in_double_precision():
    rng = np.random.default_rng(0)
    prediction = rng.random((40, 50), dtype=np.float32) * np.float32(1e-6)
    density = rng.random((40, 50))

    assert metrics.kld(prediction, density) == metrics.kld(prediction.astype(np.float64), density)


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (lambda a: metrics.cc(a, a.T), "one shape"),
        (lambda a: metrics.cc(a.ravel(), a.ravel()), "two-dimensional"),
        (lambda a: metrics.sim(a * np.nan, a), "not finite"),
        (lambda a: metrics.kld(np.log(a + 0.5), a), "negative"),
        (lambda a: metrics.nss(a, a * 0), "no fixation"),
        (lambda a: metrics.nss(a, a / 3), "whole numbers"),
        (lambda a: metrics.auc_judd(a, -a), "whole numbers"),
        (lambda a: metrics.sauc(a, a, a * 0), "no fixation"),
    ],
)
def test_maps_that_cannot_be_scored_are_refused(score, message):
    with pytest.raises(ValueError, match=message):
        score(np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 4.0]]))
