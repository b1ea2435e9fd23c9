"""The statistics that decide on a promotion, on scores whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gazecast.evaluation.held_out_pairs import FEWEST_IMAGES
from gazecast.evaluation.reference_pictures import reference_pictures
from gazecast.evaluation.scoring import Estimate
from gazecast.training.promotion.judgement import (
    OTHER_KINDS,
    OWN_KIND,
    Difference,
    Elsewhere,
    differences,
    elsewhere,
    judge,
    paired_gain,
)


def scores(nss, **others):
    columns = {"nss": nss, **others}
    return {
        f"page-{number:02}": {name: float(values[number]) for name, values in columns.items()}
        for number in range(len(nss))
    }


def difference(mean, low, high, metric="nss"):
    return Difference(metric, 1.0, 1.0 + mean, Estimate(mean, low, high, 20))


BETTER, SAME, WORSE = (
    difference(0.3, 0.1, 0.5),
    difference(0.1, -0.1, 0.3),
    difference(-0.3, -0.5, -0.1),
)
ALIKE = Elsewhere("photo", 4, 0.99, 0.01, OTHER_KINDS)
APART = Elsewhere("photo", 4, 0.80, 0.01, OTHER_KINDS)


# ---- Intervals -------------------------------------------------------------------------------


def test_what_images_share_does_not_widen_the_interval():
    """Images differ by far more than the models do: only the differences may count."""
    rng = np.random.default_rng(0)
    current = rng.normal(1.5, 2.0, 40)
    gain = paired_gain(current + 0.1 + rng.normal(0, 0.05, 40), current)
    assert 0.05 < gain.low < gain.mean < gain.high < 0.15
    assert gain.images == 40


def test_the_order_of_the_two_turns_the_sign_and_the_interval_round():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 20))
    gain, loss = paired_gain(one, other), paired_gain(other, one)
    assert gain.mean == pytest.approx(-loss.mean)
    assert gain.low == pytest.approx(-loss.high, abs=0.03)
    lower_is_better = paired_gain(one, other, lower_is_better=True)
    assert lower_is_better == loss


def test_a_seed_gives_one_interval():
    one, other = np.random.default_rng(2).normal(size=(2, 12))
    assert paired_gain(one, other) == paired_gain(one, other)
    assert paired_gain(one, other, seed=1) != paired_gain(one, other)


def test_equal_scores_have_no_gain_at_all():
    values = np.arange(10.0)
    assert paired_gain(values, values) == Estimate(0.0, 0.0, 0.0, 10)


@pytest.mark.parametrize("images", [8, 24])
@pytest.mark.parametrize("shape", ["normal", "skewed"])
def test_the_interval_holds_the_true_gain_about_as_often_as_it_says(images, shape):
    rng = np.random.default_rng(images)
    trials, held, wrongly_better = 300, 0, 0
    for trial in range(trials):
        noise = (
            rng.normal(size=images)
            if shape == "normal"
            else rng.gamma(2.0, size=images) / np.sqrt(2) - np.sqrt(2)
        )
        gain = paired_gain(noise, np.zeros(images), seed=trial)
        held += gain.low <= 0 <= gain.high
        wrongly_better += gain.low > 0
    # Three standard errors of 300 trials are 0.038; skew costs a few per cent with 8 images.
    assert (0.95 if shape == "normal" else 0.92) - 0.038 < held / trials < 0.95 + 0.038
    assert wrongly_better / trials < 0.025 + 0.027


@pytest.mark.parametrize(
    ("candidate", "current", "message"),
    [
        (np.zeros(FEWEST_IMAGES - 1), np.zeros(FEWEST_IMAGES - 1), "too few"),
        (np.zeros(9), np.zeros(10), "pair up"),
        (np.full(10, np.nan), np.zeros(10), "finite"),
    ],
)
def test_scores_that_cannot_be_compared_are_refused(candidate, current, message):
    with pytest.raises(ValueError, match=message):
        paired_gain(candidate, current)


# ---- On the user's data ----------------------------------------------------------------------


def test_differences_are_of_metrics_that_both_have_the_deciding_one_first():
    rng = np.random.default_rng(3)
    base = rng.normal(1, 1, 12)
    current = scores(base, cc=base, kld=base, auc=base)
    candidate = scores(base + 0.5, cc=base - 0.5, kld=base - 0.5)
    found = {each.metric: each for each in differences(candidate, current)}
    assert list(found) == ["nss", "cc", "kld"]
    assert [each.outcome for each in found.values()] == ["better", "worse", "better"]
    assert found["kld"].gain.mean == pytest.approx(0.5)
    assert found["nss"].candidate == pytest.approx(found["nss"].current + 0.5)


def test_images_are_paired_by_name():
    values = np.arange(10.0)
    forward = scores(values)
    backward = dict(reversed(forward.items()))
    assert differences(forward, backward)[0].gain.low == 0
    with pytest.raises(ValueError, match="different images"):
        differences(forward, scores(np.arange(9.0)))


# ---- Elsewhere -------------------------------------------------------------------------------


def test_every_kind_has_reference_pictures():
    pictures = reference_pictures()
    for domain in ("web", "mobile", "poster", "photo"):
        assert sum(picture.domain == domain for picture in pictures) >= 2
    assert all(picture.rgb.dtype == np.uint8 for picture in pictures)


def test_the_shipped_model_is_like_itself(fixed_predictor):
    for each in elsewhere(fixed_predictor, fixed_predictor, frozenset({"web"})):
        assert each.within
        assert each.cc == pytest.approx(1)
        assert each.kld == pytest.approx(0, abs=1e-6)
        assert each.tolerance == (OWN_KIND if each.domain == "web" else OTHER_KINDS)


def test_a_model_that_looks_elsewhere_is_told(fixed_predictor):
    class Elsewhere(type(fixed_predictor)):
        def predict(self, *arguments):
            found = super().predict(*arguments)
            upside_down = {window: d[::-1] for window, d in found.densities.items()}
            return replace(found, densities=upside_down)

    assert not any(each.within for each in elsewhere(Elsewhere(), fixed_predictor, frozenset()))


# ---- The judgement ---------------------------------------------------------------------------


@pytest.fixture
def info(fixed_predictor):
    return fixed_predictor.info


def test_better_here_and_alike_there_has_no_objection(info):
    judgement = judge([BETTER], [ALIKE], info, info)
    assert judgement.objections == ()
    assert not judgement.same


def test_no_detectable_difference_is_an_objection_of_its_own(info):
    judgement = judge([SAME], [ALIKE], info, info)
    assert judgement.same
    (objection,) = judgement.objections
    assert objection.startswith("On your held-out images there is no detectable difference: NSS")


def test_worse_cannot_pass_for_the_same(info):
    assert not judge([WORSE], [ALIKE], info, info).same
    assert not judge([SAME], [APART], info, info).same


def test_a_gain_in_one_metric_does_not_pay_for_a_loss_in_another(info):
    loss = difference(-0.1, -0.2, -0.01, metric="kld")
    judgement = judge([BETTER, loss], [ALIKE], info, info)
    assert [o for o in judgement.objections if "KLD is worse" in o]


def test_better_here_does_not_pay_for_unlike_there(info):
    judgement = judge([BETTER], [ALIKE, APART], info, info)
    (objection,) = judgement.objections
    assert "photo pictures" in objection
    assert "CC 0.80 (at least 0.90)" in objection


@pytest.mark.parametrize(("low", "objections"), [(0.1, 0), (0.0, 1), (-0.2, 1)])
def test_maps_that_fit_other_images_as_well_are_an_objection(info, low, objections):
    """As those learned from labels that are on the wrong images."""
    own = Estimate(low + 0.2, low, low + 0.4, 20)
    judgement = judge([BETTER], [ALIKE], info, info, own)
    assert len(judgement.objections) == objections
    assert all("records belong to their images" in objection for objection in judgement.objections)


def test_a_candidate_without_calibration_does_not_replace_one_with_it(info):
    bare = replace(info, calibration=None)
    assert "calibrated" in judge([BETTER], [ALIKE], bare, info).objections[0]
    assert not judge([BETTER], [ALIKE], bare, bare).objections
