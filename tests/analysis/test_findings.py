from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazecast.analysis.findings import Facts, Finding, RegionFacts, findings
from gazecast.analysis.findings.findings import (
    BELOW_FOLD,
    CLUTTERED,
    DOMINATES,
    HARDLY_SEEN,
    LEAST_CONTRAST,
    MOST_TIMES,
    OUTRANKED,
    SCATTERED,
    TYPICAL_HALF_AREA,
)
from gazecast.analysis.findings.templates import TEMPLATES, Kind
from gazecast.analysis.order import compare_orders, first_glance_order
from gazecast.model.vocabulary import WINDOWS

VALIDATION = "validated on 36 web pages"


def region(name: str, share: float, spread: float = 0.1, **others) -> RegionFacts:
    """With the same share in every window, and an interval of +- a part of it."""
    low, high = share * (1 - spread), min(share * (1 + spread), 1.0)
    facts = RegionFacts(name, share, low, high, 1.0, share, low, high)
    return replace(facts, **others)


def facts(*regions: RegionFacts, **others) -> Facts:
    return Facts(regions=regions, window="3s", validation=VALIDATION, **others)


def kinds(given_facts: Facts) -> list[Kind]:
    return [finding.kind for finding in findings(given_facts)]


def order_of(*regions: RegionFacts, intended: str):
    shares = {part.name: dict.fromkeys(WINDOWS, part.first_share) for part in regions}
    return compare_orders(intended.split(), first_glance_order(shares))


def test_a_region_that_outranks_the_goal_is_named_with_the_ratio():
    (finding,) = findings(facts(region("Headline", 0.31), region("Sign up", 0.1), goal="Sign up"))
    assert finding.kind == "goal_outranked"
    assert finding.observation == (
        "'Headline' is predicted to draw 3.1 times the looks of 'Sign up' in the first second."
    )
    assert finding.effect == pytest.approx(math.log10(3.1))


def test_overlapping_intervals_are_about_as_much():
    wide = facts(region("Headline", 0.3, 0.9), region("Sign up", 0.1, 0.9), goal="Sign up")
    (finding,) = findings(wide)
    assert finding.kind == "goal_rivalled"
    assert "about as many looks" in finding.observation
    assert "3.0 to 57 %" in finding.observation
    assert "times" not in finding.observation


LOW = region("goal", 0.1, 0.01)
HARDLY = region("goal", HARDLY_SEEN * 0.9, 0.0)
FIRST, SECOND = region("first", 0.1, 0.01), region("second", 0.14, 0.01)


@pytest.mark.parametrize(
    ("kind", "fires", "stays_silent"),
    [
        (
            "goal_outranked",
            facts(LOW, region("rival", 0.1 * OUTRANKED + 1e-6, 0.01), goal="goal"),
            facts(LOW, region("rival", 0.1 * OUTRANKED - 1e-6, 0.01), goal="goal"),
        ),
        (
            "goal_rivalled",
            facts(LOW, region("rival", 0.1 * OUTRANKED + 1e-6, 0.5), goal="goal"),
            facts(LOW, region("rival", 0.1 * OUTRANKED - 1e-6, 0.5), goal="goal"),
        ),
        (
            "goal_hardly_seen",
            facts(replace(HARDLY, high=HARDLY_SEEN - 1e-6), goal="goal"),
            facts(replace(HARDLY, high=HARDLY_SEEN), goal="goal"),
        ),
        (
            "goal_dominant",
            facts(LOW, region("rival", 0.1 / OUTRANKED - 1e-6, 0.01), goal="goal"),
            facts(LOW, region("rival", 0.1 / OUTRANKED + 1e-6, 0.01), goal="goal"),
        ),
        (
            "attention_scattered",
            facts(half_area=SCATTERED * TYPICAL_HALF_AREA),
            facts(half_area=SCATTERED * TYPICAL_HALF_AREA - 1e-6),
        ),
        (
            "one_region_dominates",
            facts(region("hero", 0.6, intensity=OUTRANKED, low=DOMINATES + 1e-6)),
            facts(region("hero", 0.6, intensity=OUTRANKED, low=DOMINATES)),
        ),
        (
            "order_differs",
            facts(FIRST, SECOND, order=order_of(FIRST, SECOND, intended="first second")),
            facts(FIRST, SECOND, order=order_of(FIRST, SECOND, intended="second first")),
        ),
        (
            "goal_low_contrast",
            facts(replace(LOW, contrast=LEAST_CONTRAST - 0.1), goal="goal"),
            facts(replace(LOW, contrast=LEAST_CONTRAST), goal="goal"),
        ),
        (
            "clutter_high",
            facts(clutter=CLUTTERED, clutter_set="alexa500"),
            facts(clutter=CLUTTERED - 1e-6, clutter_set="alexa500"),
        ),
        (
            "below_fold",
            facts(fold=(1 - BELOW_FOLD, BELOW_FOLD)),
            facts(fold=(1 - BELOW_FOLD + 1e-6, BELOW_FOLD - 1e-6)),
        ),
        ("unlike_training_data", facts(out_of_distribution=True), facts()),
    ],
)
def test_a_finding_is_made_from_its_threshold_on(kind, fires, stays_silent):
    assert kinds(fires) == [kind]
    assert kinds(stays_silent) == []


def test_every_kind_is_tested_at_its_threshold():
    (mark,) = test_a_finding_is_made_from_its_threshold_on.pytestmark
    assert {case[0] for case in mark.args[1]} == set(get_args(Kind)) == set(TEMPLATES)


def test_equal_regions_are_no_finding():
    equal = [region(name, 0.2) for name in ("a", "b", "c")]
    assert findings(facts(*equal, goal="b", order=order_of(*equal, intended="c b a"))) == []


def test_a_region_is_not_set_against_one_it_lies_in():
    button = region("button", 0.1, within=frozenset({"card"}))
    assert kinds(facts(region("card", 0.5), button, goal="button")) == []
    order = order_of(region("card", 0.5), button, intended="button card")
    assert kinds(facts(region("card", 0.5), button, order=order)) == []


def test_an_order_turned_round_within_the_intervals_is_no_finding():
    regions = region("first", 0.1, 0.5), region("second", 0.14, 0.5)
    assert kinds(facts(*regions, order=order_of(*regions, intended="first second"))) == []


def test_a_goal_that_dominates_is_one_finding():
    goal = region("goal", 0.7, intensity=3.0)
    assert kinds(facts(goal, region("rest", 0.2), goal="goal")) == ["goal_dominant"]


def test_a_goal_without_looks_has_no_endless_ratio():
    (outranked, _) = findings(facts(region("a", 0.4), region("goal", 0.0), goal="goal"))
    assert f"at least {MOST_TIMES:.0f} times the looks" in outranked.observation


def test_the_largest_effect_comes_first():
    found = findings(
        facts(
            region("rival", 0.5),
            replace(LOW, contrast=2.5),
            goal="goal",
            clutter=99.9,
            clutter_set="alexa500",
            half_area=0.2,
        )
    )
    assert [finding.kind for finding in found] == [
        "clutter_high",
        "goal_outranked",
        "attention_scattered",
        "goal_low_contrast",
    ]


def test_a_page_is_never_more_cluttered_than_all():
    (finding,) = findings(facts(clutter=99.9, clutter_set="alexa500"))
    assert "than 99 % of the pages of alexa500" in finding.observation


def test_on_unusual_pictures_every_other_finding_is_tentative():
    first, *others = findings(
        facts(LOW, region("rival", 0.5), goal="goal", half_area=0.3, out_of_distribution=True)
    )
    assert first.kind == "unlike_training_data"
    assert VALIDATION in first.observation
    assert len(others) == 2
    assert all(finding.observation.startswith("Tentative") for finding in others)


def test_a_goal_that_is_no_region_is_refused():
    with pytest.raises(ValueError, match="'Buy' is none of the regions"):
        facts(LOW, goal="Buy")


part = st.floats(0, 1)


@st.composite
def region_facts(draw, name: str) -> RegionFacts:
    low, share, high = sorted(draw(st.tuples(part, part, part)))
    first_low, first_share, first_high = sorted(draw(st.tuples(part, part, part)))
    contrast = draw(st.none() | st.floats(1, 21))
    within = draw(st.frozensets(st.sampled_from("abc")))
    intensity = draw(st.floats(0, 1000))
    return RegionFacts(
        name, share, low, high, intensity, first_share, first_low, first_high, contrast, within
    )


@st.composite
def any_facts(draw) -> Facts:
    regions = tuple(draw(region_facts(name)) for name in "abc"[: draw(st.integers(0, 3))])
    names = [part.name for part in regions]
    intended = " ".join(draw(st.permutations(names)))
    above = draw(part)
    return Facts(
        regions=regions,
        window=draw(st.sampled_from(WINDOWS)),
        validation=VALIDATION,
        goal=draw(st.sampled_from([None, *names])),
        order=order_of(*regions, intended=intended) if draw(st.booleans()) else None,
        half_area=draw(st.none() | part),
        clutter=draw(st.none() | st.floats(0, 100)),
        clutter_set=draw(st.sampled_from([None, "alexa pages"])),
        fold=draw(st.sampled_from([None, (above, 1 - above)])),
        out_of_distribution=draw(st.booleans()),
    )


def sentences(finding: Finding) -> str:
    return " ".join((finding.observation, finding.hypothesis, finding.suggestion))


@settings(max_examples=100, deadline=None)
@given(given_facts=any_facts())
def test_no_facts_raise_and_every_number_is_one_behind_the_sentence(given_facts):
    found = findings(given_facts)
    ranked = found[1:] if given_facts.out_of_distribution else found
    assert [finding.effect for finding in ranked] == sorted(
        (finding.effect for finding in ranked), reverse=True
    )
    for finding in found:
        assert 0 <= finding.effect <= 1
        assert all(math.isfinite(number) for number in finding.numbers.values())
        text = sentences(finding).replace(VALIDATION, "").replace("WCAG 2.2", "")
        # The 1 of a contrast ratio is behind nothing; that of a range from 0.0 to 1.5 % is.
        text = re.sub(r" to 1(?!\.?\d)", "", text)
        assert "{" not in text
        behind = [number for value in finding.numbers.values() for number in (value, 100 * value)]
        for written in re.findall(r"\d+(?:\.\d+)?", text):
            last_digit = 10.0 ** -len(written.partition(".")[2])
            assert any(abs(float(written) - number) <= last_digit for number in behind), text
