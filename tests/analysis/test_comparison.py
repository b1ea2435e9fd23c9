"""Verdicts on variants: what is named, what is not, and how chance finds are kept out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazecast.analysis.comparison import (
    DIFFERS,
    NO_DIFFERENCE,
    SIGNIFICANCE,
    ComparisonError,
    Distance,
    Variant,
    compare_variants,
)
from gazecast.analysis.regions import Region
from gazecast.model.error_tables import Calibration, DifferenceError, SeenRate, ShareError
from gazecast.model.vocabulary import WINDOWS

CALIBRATION = Calibration(
    basis="made up",
    observers=11,
    share=dict.fromkeys(WINDOWS, ShareError(0.002, 0.01, 0.05, -1.6, 1.6)),
    seen=dict.fromkeys(WINDOWS, SeenRate(5.0, 3.0)),
    difference=DifferenceError(floor=0.012, slope=0.3, ceiling=0.15),
)
BUTTON, HEADLINE = Region("button", 0.6, 0.6, 0.2, 0.1), Region("headline", 0.1, 0.1, 0.5, 0.15)


def density(button=0.02, headline=0.2, seed=0):
    """An uneven background with given shares on the two regions."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.5, 1.5, (100, 200))
    cells = {BUTTON: np.s_[60:70, 120:160], HEADLINE: np.s_[10:25, 20:120]}
    for place in cells.values():
        values[place] = 0
    values *= (1 - button - headline) / values.sum()
    for region, share in ((BUTTON, button), (HEADLINE, headline)):
        values[cells[region]] = share / values[cells[region]].size
    return values


def variant(name, regions=(BUTTON, HEADLINE), **shares):
    return Variant(name, density(**shares), regions)


def by_name(comparison):
    return {region.name: region for region in comparison.regions}


def test_a_variant_against_itself_shows_no_difference():
    result = compare_variants([variant("a"), variant("b")], "3s", CALIBRATION, goal="button")
    assert result.verdict == NO_DIFFERENCE
    assert result.probability == pytest.approx(0.5)
    assert {region.verdict for region in result.regions} == {NO_DIFFERENCE}
    assert result.distances == (Distance("a", "b", 0.0),)


def test_without_a_goal_no_variant_is_named():
    result = compare_variants([variant("a"), variant("b", button=0.1)], "3s", CALIBRATION)
    assert result.verdict == DIFFERS
    assert result.probability >= 1 - SIGNIFICANCE / 2
    assert by_name(result)["button"].verdict == "b"


def test_the_goal_decides_the_verdict():
    variants = [variant("a", headline=0.1), variant("b", button=0.1, headline=0.02)]
    assert compare_variants(variants, "3s", CALIBRATION, goal="button").verdict == "b"
    assert compare_variants(variants, "3s", CALIBRATION, goal="headline").verdict == "a"


def test_the_goal_is_not_named_where_only_something_else_differs():
    result = compare_variants(
        [variant("a"), variant("b", headline=0.4)], "3s", CALIBRATION, goal="button"
    )
    assert result.verdict == DIFFERS
    assert by_name(result)["headline"].verdict == "b"


def test_shares_come_with_intervals():
    shares = by_name(compare_variants([variant("a"), variant("b")], "3s", CALIBRATION))[
        "headline"
    ].shares
    assert list(shares) == ["a", "b"]
    assert shares["a"].share == pytest.approx(0.2)
    assert shares["a"].low < 0.2 < shares["a"].high


def test_of_three_the_leader_must_beat_both_others():
    tie = [variant("a", button=0.01), variant("b", button=0.1), variant("c", button=0.1)]
    assert by_name(compare_variants(tie, "3s", CALIBRATION))["button"].verdict == DIFFERS
    clear = [variant("a", button=0.01), variant("b", button=0.02), variant("c", button=0.15)]
    assert by_name(compare_variants(clear, "3s", CALIBRATION))["button"].verdict == "c"


def test_more_regions_make_the_same_difference_less_sure():
    strips = [Region(f"strip {n}", n / 30, 0.8, 1 / 30, 0.1) for n in range(30)]
    few = [variant("a"), variant("b", button=0.032)]
    many = [variant("a", (BUTTON, *strips)), variant("b", (BUTTON, *strips), button=0.032)]
    alone, among = (by_name(compare_variants(v, "3s", CALIBRATION))["button"] for v in (few, many))
    assert among.probability < alone.probability
    goal = by_name(compare_variants(many, "3s", CALIBRATION, goal="button"))["button"]
    assert goal.probability >= alone.probability  # what is asked about is tested first


@settings(max_examples=40)
@given(st.lists(st.floats(0.001, 0.3), min_size=2, max_size=4), st.integers(0, 3))
def test_order_does_not_matter(buttons, seed):
    variants = [variant(f"v{n}", button=share, seed=seed) for n, share in enumerate(buttons)]
    there, back = (
        compare_variants(order, "3s", CALIBRATION, goal="button")
        for order in (variants, variants[::-1])
    )
    assert there.probability == pytest.approx(back.probability)
    if len(set(buttons)) == len(buttons):
        assert there.verdict == back.verdict


def test_variants_of_other_sizes_and_aspects_are_compared():
    wide = Variant("wide", np.kron(density(), np.ones((3, 3))) / 9, (BUTTON, HEADLINE))
    result = compare_variants([variant("small"), wide], "3s", CALIBRATION)
    assert result.verdict == NO_DIFFERENCE


def test_a_region_of_one_variant_only_is_named():
    badge = Region("badge", 0.9, 0.0, 0.1, 0.1)
    result = compare_variants([variant("a"), variant("b", (BUTTON, badge))], "3s", CALIBRATION)
    assert set(result.unmatched) == {"headline", "badge"}
    assert set(by_name(result)) == {"button"}


@pytest.mark.parametrize(
    ("variants", "goal", "message"),
    [
        ([variant("a")], None, "1 variants given; compare 2 to 8"),
        ([variant(str(n)) for n in range(9)], None, "9 variants given"),
        ([variant("a"), variant("a")], None, "two variants have the same name"),
        ([variant("a"), variant(DIFFERS)], None, "no variant may be called differs"),
        ([variant("a"), variant("b")], "footer", "goal_region 'footer' is not a region of"),
        ([variant("a", (BUTTON,)), variant("b", (HEADLINE,))], None, "no region has the same name"),
        ([variant("a", (BUTTON, BUTTON)), variant("b")], None, "two regions named 'button'"),
    ],
)
def test_what_cannot_be_compared_is_refused(variants, goal, message):
    with pytest.raises(ComparisonError, match=message):
        compare_variants(variants, "3s", CALIBRATION, goal=goal)
