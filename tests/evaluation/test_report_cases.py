"""Best and worst cases, and which window's map explains which looks."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from gazecast.analysis import hotspots
from gazecast.data.density import fixation_density
from gazecast.evaluation.evaluate import ProtocolResult
from gazecast.evaluation.ground_truth import GroundTruth
from gazecast.evaluation.protocols import EvaluationProtocol
from gazecast.evaluation.report.cases import RADIUS, Spot, best_and_worst, strongest_misses
from gazecast.evaluation.report.windows import compare_windows
from gazecast.evaluation.scoring import Evaluation, ImageScores

PROTOCOL = EvaluationProtocol(
    name="toy",
    dataset="toy",
    splits=("train",),
    prior_splits=("train",),
    kind="fixation",
    sigma_px=3.0,
    sigma_note="",
    windows=MappingProxyType({"1s": 1.0, "3s": 3.0, "5s": None}),
    domain="web",
)


def blob(x, y, shape=(60, 100)):
    """A density around (x, y), 0 to 1 of width and height."""
    rows, columns = shape
    down, across = np.ogrid[:rows, :columns]
    density = np.exp(-((across - x * columns) ** 2 + (down - y * rows) ** 2) / 18)
    return density / density.sum()


def result_of(correlations):
    images = tuple(ImageScores(name, 1, {"cc": cc, "nss": 1.0}) for name, cc in correlations)
    return ProtocolResult(
        protocol="toy",
        dataset="toy",
        splits=("train",),
        n=len(images),
        kind="fixation",
        sigma_px=3.0,
        sigma_note="",
        window="3s",
        seconds=None,
        domain="web",
        caveat="",
        methods={"model": Evaluation(images, {}, ())},
        differences={},
        people=None,
    )


def test_discs_are_as_large_as_hotspots():
    assert RADIUS == hotspots.RADIUS


def test_misses_are_where_people_and_model_part():
    people = 0.5 * blob(0.5, 0.5) + 0.5 * blob(0.2, 0.4)
    model = 0.5 * blob(0.5, 0.5) + 0.5 * blob(0.8, 0.1)

    missed, invented = strongest_misses(people, model)

    assert (missed.x, missed.y) == pytest.approx((0.2, 0.4), abs=0.02)
    assert (invented.x, invented.y) == pytest.approx((0.8, 0.1), abs=0.02)
    assert missed.people > 0.3 > missed.model + 0.29
    assert invented.model > 0.3 > invented.people + 0.29


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [
        (0.1, 0.1, "top left"),
        (0.5, 0.5, "middle"),
        (0.5, 0.2, "top centre"),
        (0.23, 0.41, "middle left"),
        (0.99, 0.99, "bottom right"),
    ],
)
def test_places_have_names(x, y, place):
    assert Spot(x, y, 0.1, 0.1).place == place


def test_a_case_tells_its_misses_in_words(make_stimulus):
    stimulus = make_stimulus("a.png", [20] * 5, [24] * 5, width=100, height=60)

    (case,) = best_and_worst(result_of([("a.png", 0.4)]), [stimulus], lambda *_: blob(0.8, 0.1))

    assert case.case.words.startswith("People looked at the middle left (2")
    assert "the model at the top right (8" in case.case.words
    assert case.aspect == pytest.approx(100 / 60)


def test_best_come_first_and_each_image_once(make_stimulus):
    names = [f"{index}.png" for index in range(5)]
    stimuli = [make_stimulus(name, [20], [15]) for name in names]
    correlations = list(zip(names, [0.1, 0.9, 0.5, 0.7, 0.3], strict=True))

    chosen = best_and_worst(result_of(correlations), stimuli, lambda *_: blob(0.5, 0.5, (30, 40)))

    assert [(drawn.case.rank, drawn.case.cc) for drawn in chosen] == [
        ("best", 0.9),
        ("best", 0.7),
        ("best", 0.5),
        ("worst", 0.1),
        ("worst", 0.3),
    ]


@pytest.fixture
def timed(make_stimulus):
    """Images on which people look at one place in the first second, then at others."""
    rng = np.random.default_rng(0)
    stimuli = []
    for index in range(5):
        x = np.repeat(rng.permutation([8.0, 20.0, 32.0]), 8) + rng.normal(0, 1, 24)
        stimuli.append(
            make_stimulus(
                str(index), x, rng.normal(15, 2, 24), onset_s=np.repeat([0.5, 2.0, 4.0], 8)
            )
        )
    return stimuli


def truth_of(stimulus, window):
    seconds = PROTOCOL.windows[window]
    looks = GroundTruth("fixation", 3.0, seconds).fixations(stimulus)
    return fixation_density(looks, stimulus.width, stimulus.height, sigma_px=3.0)


def test_each_windows_own_map_explains_its_looks_best(timed):
    table = compare_windows(PROTOCOL, timed, truth_of)

    assert table.n == 5
    for looked, others in table.leads.items():
        for shown, lead in others.items():
            assert lead.low > 0
            assert lead.mean == pytest.approx(
                table.nss[looked][looked].mean - table.nss[shown][looked].mean
            )


def test_one_map_for_all_windows_ties(timed):
    table = compare_windows(PROTOCOL, timed, lambda stimulus, _: truth_of(stimulus, "5s"))

    assert {lead.mean for others in table.leads.values() for lead in others.values()} == {0.0}


def test_images_without_looks_in_a_window_are_passed_over(timed, make_stimulus):
    late = make_stimulus("late", [5.0], [5.0], onset_s=[2.0])

    assert compare_windows(PROTOCOL, [*timed, late], truth_of).n == 5
