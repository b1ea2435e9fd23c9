"""Rules at their thresholds, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gazecast.analysis.budget import (
    AnyRule,
    BudgetError,
    Numbers,
    RegionNumbers,
    check_budget,
)
from gazecast.analysis.uncertainty import Interval

HEADLINE = RegionNumbers(
    share=0.3,
    interval=Interval(0.2, 0.4, 11),
    first_interval=Interval(0.25, 0.5, 11),
    seen={"1s": 0.5, "3s": 0.7, "5s": 0.8},
    rank=1,
    glance=1,
    contrast=12.0,
)
BUTTON = RegionNumbers(
    share=0.04,
    interval=Interval(0.01, 0.09, 11),
    first_interval=Interval(0.01, 0.3, 11),
    seen={"1s": 0.1, "3s": 0.2, "5s": 0.3},
    rank=3,
    glance=2,
    contrast=4.5,
)
NUMBERS = Numbers(focus=0.25, regions={"headline": HEADLINE, "button": BUTTON})


def outcome(rule, numbers=NUMBERS):
    (only,) = check_budget([TypeAdapter(AnyRule).validate_python(rule)], numbers)
    return only


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ({"region": "button", "share": {"min": 0.04}}, True),
        ({"region": "button", "share": {"min": 0.041}}, False),
        ({"region": "button", "share": {"max": 0.04}}, True),
        ({"region": "button", "share": {"max": 0.039}}, False),
        ({"region": "button", "share": {"min": 0.04, "max": 0.04}}, True),
        ({"region": "button", "share": {"min": 0.01, "max": 0.09}, "confident": True}, True),
        ({"region": "button", "share": {"min": 0.02}, "confident": True}, False),
        ({"region": "button", "share": {"max": 0.08}, "confident": True}, False),
        ({"region": "headline", "seen": {"min": 0.5, "by": "1s"}}, True),
        ({"region": "headline", "seen": {"min": 0.51, "by": "1s"}}, False),
        ({"region": "headline", "seen": {"min": 0.51, "by": "3s"}}, True),
        ({"region": "button", "seen": {"max": 0.25, "by": "5s"}}, False),
        ({"region": "button", "rank": {"max": 3}}, True),
        ({"region": "button", "rank": {"max": 2}}, False),
        ({"region": "button", "rank": {"min": 4}}, False),
        ({"focus": {"min": 0.25}}, True),
        ({"focus": {"min": 0.26}}, False),
        ({"first": "headline", "before": "button"}, True),
        ({"first": "button", "before": "headline"}, False),
        # The ranges of the first second, 25 to 50 % and 1 to 30 %, overlap.
        ({"first": "headline", "before": "button", "confident": True}, False),
        ({"contrast": {"region": "button", "min": 4.5}}, True),
        ({"contrast": {"region": "button", "min": 4.6}}, False),
    ],
)
def test_thresholds(rule, passes):
    assert outcome(rule).passed is passes


def test_an_order_is_confident_when_ranges_are_apart():
    apart = replace(BUTTON, first_interval=Interval(0.0, 0.2, 11))
    numbers = replace(NUMBERS, regions={"headline": HEADLINE, "button": apart})
    rule = {"first": "headline", "before": "button", "confident": True}
    assert outcome(rule, numbers).passed


def test_a_tie_is_not_before():
    tied = replace(BUTTON, glance=1)
    numbers = replace(NUMBERS, regions={"headline": HEADLINE, "button": tied})
    told = outcome({"first": "headline", "before": "button"}, numbers)
    assert not told.passed
    assert "tie" in told.found


def test_a_region_without_a_contrast_fails():
    flat = replace(BUTTON, contrast=None)
    told = outcome(
        {"contrast": {"region": "button", "min": 3}}, replace(NUMBERS, regions={"button": flat})
    )
    assert not told.passed
    assert "one colour" in told.found


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            {"region": "button", "share": {"min": 0.05}},
            "share of button: wanted at least 5 %, found 4.0 % (1 to 9 %)",
        ),
        (
            {"region": "button", "share": {"min": 0.04001, "max": 0.07}},
            "share of button: wanted 4.001 to 7 %, found 4.000 % (1 to 9 %)",
        ),
        (
            {"region": "button", "seen": {"max": 0.1, "by": "3s"}},
            "button seen by 3s: wanted at most 10 %, found 20.0 %",
        ),
        (
            {"region": "button", "rank": {"min": 1, "max": 1}},
            "rank of button: wanted exactly 1, found 3 of 2",
        ),
        ({"focus": {"min": 0.3}}, "focus: wanted at least 0.3, found 0.25"),
        (
            {"contrast": {"region": "button", "min": 7}},
            "contrast of button: wanted at least 7:1, found 4.5:1",
        ),
    ],
)
def test_outcomes_in_words(rule, told):
    assert str(outcome(rule)) == told


@given(share=st.floats(0, 1), least=st.floats(0, 1))
def test_a_failure_never_reads_like_a_pass(share, least):
    numbers = replace(NUMBERS, regions={"button": replace(BUTTON, share=share, interval=None)})
    told = outcome({"region": "button", "share": {"min": least}}, numbers)
    assert told.passed == (share >= least)
    if least - share > 1e-6:
        assert float(told.found.removesuffix(" %")) < 100 * least


@pytest.mark.parametrize(
    "rule",
    [
        {"region": "banner", "share": {"max": 0.2}},
        {"region": "banner", "seen": {"max": 0.2, "by": "1s"}},
        {"region": "banner", "rank": {"min": 2}},
        {"contrast": {"region": "banner", "min": 3}},
        {"first": "headline", "before": "banner"},
    ],
)
def test_an_unknown_region_is_named_with_what_there_is(rule):
    with pytest.raises(BudgetError, match=r"no region 'banner'.*headline, button"):
        outcome(rule)


@pytest.mark.parametrize(
    "rule",
    [
        {"region": "button", "share": {"min": 0.01}, "confident": True},
        {"region": "button", "seen": {"min": 0.2, "by": "1s"}},
    ],
)
def test_certainty_needs_a_calibration(rule):
    bare = replace(BUTTON, interval=None, first_interval=None, seen=None)
    with pytest.raises(BudgetError, match="gazecast calibrate"):
        outcome(rule, replace(NUMBERS, regions={"button": bare}))
    assert outcome(
        {"region": "button", "share": {"min": 0.01}}, replace(NUMBERS, regions={"button": bare})
    ).passed


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"region": "button", "share": {}}, "give min, max or both"),
        ({"region": "button", "share": {"min": 0.5, "max": 0.2}}, "min 0.5 is above max 0.2"),
        ({"region": "button", "share": {"min": 4}}, "less than or equal to 1"),
        ({"region": "button", "share": {"min": "4 %"}}, "valid number"),
        ({"region": "button", "share": {"min": float("nan")}}, "less than or equal to 1"),
        ({"region": "button", "rank": {"max": 0}}, "greater than or equal to 1"),
        ({"region": "button", "rank": {"max": 2}, "confident": True}, "confident"),
        ({"region": "button", "seen": {"min": 0.5}}, "by"),
        ({"first": "button", "before": "button"}, "same region"),
        ({"region": "button", "size": {"min": 1}}, "not a known rule"),
        ("button", "not a known rule"),
    ],
)
def test_rules_that_mean_nothing(rule, message):
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(AnyRule).validate_python(rule)
