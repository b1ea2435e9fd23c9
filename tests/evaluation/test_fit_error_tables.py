"""The error tables, on made-up pages where the errors are known."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.evaluation.fit_error_tables import PANELS, Page, Pairs, Shares, check, fit
from gazecast.model.error_tables import arcsine
from gazecast.model.vocabulary import WINDOWS

OBSERVERS, RECTANGLES = 11, 60


def page(number, bias=0.0, model_sd=0.05, rate=9.0, floor=0.01, slope=0.2):
    """Observers look with a region's true chance, which the model misses by `model_sd`."""
    rng = np.random.default_rng(number)
    angle = rng.uniform(0.05, 0.6, RECTANGLES)
    true = np.sin(np.clip(angle + bias + model_sd * rng.normal(size=RECTANGLES), 0, 1.5)) ** 2
    fixations = np.full(OBSERVERS, rate)
    observed = rng.binomial(int(rate), true, (OBSERVERS, RECTANGLES)).astype(float)
    shares = Shares(np.sin(angle) ** 2, observed, fixations)
    apart = rng.uniform(0.05, 0.3, 180)
    return Page(
        f"{number}.png",
        f"f{number % 4}",
        dict.fromkeys(WINDOWS, shares),
        renderings=Pairs(floor * rng.normal(size=180), np.full(180, 0.01)),
        crops=Pairs(slope * apart * rng.normal(size=180), apart),
    )


@pytest.fixture(scope="module")
def pages():
    return [page(number) for number in range(36)]


def test_the_parts_of_the_error_are_told_apart():
    table = fit([page(number, rate=40) for number in range(36)], "made up").share["3s"]
    middle = arcsine(0.1)
    assert table.base + table.slope * middle == pytest.approx(0.05**2, rel=0.3)
    # A binomial share of many fixations, n, has variance 1 / 4n on the arcsine scale.
    assert table.observer == pytest.approx(1 / (4 * 40), rel=0.2)
    assert table.low == pytest.approx(-1.645, abs=0.2)
    assert table.high == pytest.approx(1.645, abs=0.2)


def test_a_bias_moves_the_interval(pages):
    biased = fit([page(number, bias=0.08) for number in range(36)], "made up").share["3s"]
    assert biased.low + biased.high > 0.5


def test_the_chance_of_being_seen_is_that_of_the_observers(pages):
    table = fit(pages, "made up").seen["3s"]
    for share in (0.02, 0.1, 0.25):
        assert table.chance(share) == pytest.approx(1 - (1 - share) ** 9, abs=0.03)


def test_the_error_of_differences(pages):
    table = fit(pages, "made up").difference
    assert table.floor == pytest.approx(0.01, rel=0.15)
    assert table.slope == pytest.approx(0.2, rel=0.15)
    assert table.deviation(0) == table.floor
    assert table.deviation(0.99) == table.ceiling


def test_held_out_coverage_and_error(pages):
    checked = check(pages)
    assert set(checked.coverage) == set(WINDOWS)
    for panel in PANELS:
        covered = checked.coverage["3s"][panel]
        assert covered.value == pytest.approx(0.9, abs=0.03)
        assert covered.low < covered.value < covered.high
    assert checked.seen_error["3s"] < 0.03
    assert checked.difference_coverage["crops"] == pytest.approx(0.9, abs=0.05)
    assert checked.difference_coverage["renderings"] > 0.9


def test_a_fold_that_is_unlike_the_others_shows(pages):
    strange = [page(n, bias=0.3 if n % 4 == 0 else 0.0) for n in range(36)]
    assert check(strange).coverage["3s"][11].value < 0.86


def test_the_same_seed_gives_the_same_tables(pages):
    assert fit(pages, "made up", seed=3) == fit(pages, "made up", seed=3)
