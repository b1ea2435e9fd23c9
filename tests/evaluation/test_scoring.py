"""Scores over a set of stimuli."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict, replace

import numpy as np
import pytest
from PIL import Image

from gazecast.data.stimulus import DataError
from gazecast.evaluation import metrics
from gazecast.evaluation.baselines import CentrePrior
from gazecast.evaluation.ground_truth import GroundTruth
from gazecast.evaluation.scoring import METRICS, bootstrap, compare, evaluate

TRUTH = GroundTruth("fixation", sigma_px=3)


@pytest.fixture
def stimuli(make_stimulus):
    """Five images of different sizes; the fixations of each scatter around a place of its own."""
    rng = np.random.default_rng(2)
    images = []
    for index, (width, height) in enumerate([(40, 30), (30, 40), (40, 30), (55, 21), (20, 20)]):
        places = rng.uniform(0.2, 0.8, 2) + rng.normal(0, 0.08, (25, 2))
        # Half pixels: rescaled coordinates stay clear of pixel borders.
        x = np.floor(np.clip(places[:, 0], 0, 0.99) * width) + 0.5
        y = np.floor(np.clip(places[:, 1], 0, 0.99) * height) + 0.5
        images.append(make_stimulus(f"{index}.png", x, y, width=width, height=height))
    return images


def noise(stimulus):
    seed = int(stimulus.name[0])
    return np.random.default_rng(seed).random((stimulus.height, stimulus.width))


def test_scores_of_an_image_are_the_metrics_of_its_maps(stimuli):
    result = evaluate(noise, stimuli, TRUTH)

    first = stimuli[0]
    density = TRUTH.density(first)
    assert result.images[0].image == "0.png"
    assert result.images[0].fixations == 25
    assert result.images[0].scores["cc"] == pytest.approx(metrics.cc(noise(first), density))
    assert result.images[0].scores["kld"] == pytest.approx(metrics.kld(noise(first), density))


def test_summary_averages_images(stimuli):
    result = evaluate(noise, stimuli, TRUTH, prior=CentrePrior(stimuli, TRUTH))

    assert tuple(result.summary) == METRICS
    for metric, estimate in result.summary.items():
        assert estimate.mean == pytest.approx(np.mean([i.scores[metric] for i in result.images]))
        assert estimate.low <= estimate.mean <= estimate.high
        assert estimate.images == 5


def test_sauc_equals_pysaliency_over_images_of_different_sizes(stimuli):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports the deprecated pkg_resources
        import pysaliency

    class Noise(pysaliency.SaliencyMapModel):
        def _saliency_map(self, image):
            return next(
                noise(s) for s, pixels in zip(stimuli, images, strict=True) if image is pixels
            )

    images = [np.full((s.height, s.width, 3), int(s.name[0]), np.uint8) for s in stimuli]
    fixations = pysaliency.Fixations.create_without_history(
        np.concatenate([s.fixations.x for s in stimuli]),
        np.concatenate([s.fixations.y for s in stimuli]),
        np.repeat(range(len(stimuli)), 25),
    )
    model = Noise(caching=False)
    expected = model.AUCs(pysaliency.Stimuli(images), fixations, nonfixations="shuffled")

    result = evaluate(noise, stimuli, TRUTH)

    ours = [image.scores["sauc"] for image in result.images]
    np.testing.assert_allclose(ours, expected.reshape(5, 25).mean(axis=1), atol=1e-12)


def test_the_truth_itself_scores_perfectly(stimuli):
    summary = evaluate(TRUTH.density, stimuli, TRUTH).summary

    assert summary["cc"].mean == pytest.approx(1)
    assert summary["kld"].mean == pytest.approx(0, abs=1e-9)
    assert summary["sim"].mean == pytest.approx(1)


def test_coarser_prediction_is_resized_as_float(stimuli):
    def coarse(stimulus):
        shape = (stimulus.height * 2 // 3, stimulus.width * 2 // 3)
        return TRUTH.density(stimulus, shape).astype(np.float32)

    assert evaluate(coarse, stimuli, TRUTH).summary["cc"].mean > 0.98


def test_centre_prior_gains_no_information_over_itself(stimuli):
    prior = CentrePrior(stimuli, TRUTH)

    assert evaluate(prior, stimuli, TRUTH, prior=prior).summary["ig"].mean == pytest.approx(0)


def test_published_maps_get_map_metrics_only(stimuli, tmp_path):
    levels = np.full((30, 40), 10, np.uint8)
    levels[10:20, 10:20] = 200
    path = tmp_path / "map.png"
    Image.fromarray(levels).save(path)
    map_only = replace(stimuli[0], fixations=None, density_path=path)

    result = evaluate(noise, [map_only, *stimuli[1:]], TRUTH, prior=CentrePrior(stimuli, TRUTH))

    assert set(result.images[0].scores) == {"cc", "kld", "sim"}
    assert result.images[0].fixations == 0
    assert result.summary["cc"].images == 5
    assert result.summary["nss"].images == 4


def test_a_single_image_has_no_sauc(stimuli):
    assert "sauc" not in evaluate(noise, stimuli[:1], TRUTH).summary


def test_images_without_fixations_in_the_window_are_named(make_stimulus):
    early = make_stimulus("early", [5, 9], [5, 9], onset_s=[0.2, 2])
    late = make_stimulus("late", [5], [5], onset_s=[1.5])

    result = evaluate(
        lambda s: np.ones((s.height, s.width)), [early, late], GroundTruth("fixation", 3, 1)
    )

    assert result.left_out == ("late",)
    assert [(image.image, image.fixations) for image in result.images] == [("early", 1)]


def test_nothing_to_score_is_an_error(stimuli):
    with pytest.raises(DataError, match=r"none of the 5 images .* first 1 s"):
        evaluate(noise, stimuli, GroundTruth("fixation", 3, seconds=1))


def test_compared_predictors_score_as_they_do_alone(stimuli):
    prior = CentrePrior(stimuli, TRUTH)

    both = compare({"noise": noise, "prior": prior}, stimuli, TRUTH)

    assert both["noise"] == evaluate(noise, stimuli, TRUTH)
    assert both["prior"] == evaluate(prior, stimuli, TRUTH)


def test_evaluation_survives_json(stimuli):
    result = asdict(evaluate(noise, stimuli, TRUTH))

    assert json.loads(json.dumps(result, allow_nan=False))["summary"] == result["summary"]


def test_bootstrap_interval_is_that_of_the_mean():
    scores = np.random.default_rng(0).normal(0.7, 0.1, 400)

    estimate = bootstrap(scores)

    assert estimate.mean == pytest.approx(scores.mean())
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * scores.std() / 20, rel=0.05)


def test_bootstrap_repeats_exactly():
    assert bootstrap([0.1, 0.5, 0.9]) == bootstrap([0.1, 0.5, 0.9])


def test_bootstrap_of_one_image_has_no_width():
    estimate = bootstrap([0.4])

    assert (estimate.low, estimate.high) == (0.4, 0.4)
