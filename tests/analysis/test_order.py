from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.analysis.order import TOLERANCE, Glance, compare_orders, first_glance_order

share = st.floats(0, 1)
windows = st.fixed_dictionaries({"1s": share, "3s": share, "5s": share})


def even(value: float) -> dict[str, float]:
    return {"1s": value, "3s": value, "5s": value}


def test_the_highest_share_of_the_first_second_comes_first():
    shares = {"logo": even(0.1), "hero": even(0.4), "button": even(0.2)}
    assert first_glance_order(shares) == [Glance("hero", 1), Glance("button", 2), Glance("logo", 3)]


def test_later_windows_decide_ties():
    shares = {
        "a": {"1s": 0.3, "3s": 0.1, "5s": 0.1},
        "b": {"1s": 0.295, "3s": 0.2, "5s": 0.1},
        "c": {"1s": 0.3, "3s": 0.1, "5s": 0.2},
        "d": {"1s": 0.35, "3s": 0.0, "5s": 0.0},
    }
    assert [glance.name for glance in first_glance_order(shares)] == ["d", "b", "c", "a"]


def test_regions_that_cannot_be_told_apart_share_a_rank():
    shares = {"a": even(0.2), "b": even(0.2 + 0.9 * TOLERANCE), "c": even(0.1), "d": even(0.3)}
    assert [(glance.name, glance.rank) for glance in first_glance_order(shares)] == [
        ("d", 1),
        ("b", 2),
        ("a", 2),
        ("c", 4),
    ]


def test_ties_do_not_chain():
    steps = {name: even(0.2 - step * 0.6 * TOLERANCE) for step, name in enumerate("abcd")}
    assert [glance.rank for glance in first_glance_order(steps)] == [1, 1, 3, 3]


@given(shares=st.dictionaries(st.text(), windows, max_size=6))
def test_every_region_is_in_the_order_once(shares):
    order = first_glance_order(shares)
    assert sorted(glance.name for glance in order) == sorted(shares)
    assert [glance.rank for glance in order] == sorted(glance.rank for glance in order)


def order_of(*names: str) -> list[Glance]:
    return [Glance(name, rank) for rank, name in enumerate(names, start=1)]


@pytest.mark.parametrize(
    ("predicted", "tau"), [("abcd", 1), ("dcba", -1), ("bacd", 1 - 2 * 2 / 12), ("badc", 1 / 3)]
)
def test_tau_says_how_well_the_orders_agree(predicted, tau):
    assert compare_orders("abcd", order_of(*predicted)).tau == pytest.approx(tau)


def test_ties_are_allowed_for():
    tied = [Glance("a", 1), Glance("b", 2), Glance("c", 2)]
    assert compare_orders("abc", tied).tau == pytest.approx(2 / (2 * 3) ** 0.5)


def test_without_an_order_on_either_side_there_is_no_tau():
    assert compare_orders("ab", [Glance("a", 1), Glance("b", 1)]).tau is None
    assert compare_orders("", order_of("a", "b")).tau is None
    assert compare_orders("", []).tau is None


def test_what_outranks_the_goal_though_intended_later():
    predicted = order_of("advert", "headline", "picture", "goal", "footer")
    comparison = compare_orders(["headline", "goal", "picture"], predicted, goal="goal")
    assert comparison.outranking == ("advert", "picture")
    assert comparison.intended == ("headline", "goal", "picture")
    assert comparison.predicted == tuple(predicted)


def test_a_goal_alone_is_outranked_by_all_that_is_seen_before_it():
    glances = [Glance("advert", 1), Glance("headline", 2), Glance("button", 3), Glance("foot", 4)]
    assert compare_orders([], glances, goal="button").outranking == ("advert", "headline")
    listed = compare_orders(["headline"], glances, goal="button")
    assert listed.outranking == ("advert",)  # the headline is meant to be seen first


def test_a_tie_with_the_goal_does_not_outrank_it():
    assert compare_orders("ab", [Glance("b", 1), Glance("a", 1)], goal="a").outranking == ()


def test_orders_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="'a' more than once: name it once"):
        compare_orders("aba", order_of("a", "b"))
    with pytest.raises(ValueError, match=r"no region 'c' .*: name regions that are given"):
        compare_orders("abc", order_of("a", "b"))
    with pytest.raises(ValueError, match="no region 'goal'"):
        compare_orders("ab", order_of("a", "b"), goal="goal")
