"""People beside the model."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.evaluation.ceilings import observer_ceiling, spearman_brown
from gazecast.evaluation.ground_truth import GroundTruth
from gazecast.evaluation.people import compare_with_people
from gazecast.evaluation.scoring import evaluate

TRUTH = GroundTruth("fixation", sigma_px=3)


@pytest.fixture
def stimuli(make_stimulus):
    """Six images, each with five observers who look around places of the image's own."""
    rng = np.random.default_rng(1)
    return [
        make_stimulus(
            str(index),
            np.clip(rng.uniform(8, 32) + rng.normal(0, 4, 20), 0, 39),
            np.clip(rng.uniform(8, 22) + rng.normal(0, 4, 20), 0, 29),
            observer=np.repeat(np.arange(5), 4),
        )
        for index in range(6)
    ]


def test_figures_are_those_of_the_ceiling_with_an_interval(stimuli):
    people = compare_with_people(stimuli, TRUTH, evaluate(TRUTH.density, stimuli, TRUTH))

    each = [observer_ceiling([stimulus], TRUTH) for stimulus in stimuli]
    assert people.nss.mean == pytest.approx(np.mean([ceiling.nss for ceiling in each]))
    assert people.panel_cc.mean == pytest.approx(
        spearman_brown(np.mean([ceiling.split_half_cc for ceiling in each]))
    )
    assert people.panel_cc.low == pytest.approx(spearman_brown(people.split_half_cc.low))
    assert people.perfect_model_cc.mean == pytest.approx(people.panel_cc.mean**0.5)
    assert people.observers == 5
    for estimate in (people.panel_cc, people.nss, people.auc, *people.reached.values()):
        assert estimate.low < estimate.mean < estimate.high
        assert estimate.images == 6


def test_reached_is_the_models_mean_over_that_of_people(stimuli):
    model = evaluate(TRUTH.density, stimuli, TRUTH)

    people = compare_with_people(stimuli, TRUTH, model)

    assert people.reached["cc"].mean == pytest.approx(1 / people.panel_cc.mean)
    assert people.reached["nss"].mean == pytest.approx(model.summary["nss"].mean / people.nss.mean)


def test_images_of_one_observer_are_passed_over(stimuli, make_stimulus):
    alone = make_stimulus("alone", [5, 9], [5, 9])
    model = evaluate(TRUTH.density, [*stimuli, alone], TRUTH)

    assert compare_with_people([*stimuli, alone], TRUTH, model).nss.images == 6
    assert compare_with_people([alone], TRUTH, model) is None
