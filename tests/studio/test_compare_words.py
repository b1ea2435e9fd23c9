"""What a comparison says and draws, from the numbers of the service."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.analysis.difference_picture import LEAST, MOST, colour_table
from gazecast.analysis.difference_picture import _levels as levels_of

NAMES = ["before.png", "after.png"]
NONE = "no_detectable_difference"


@pytest.fixture(scope="module")
def modules(browser, fixed_service):
    """A page whose modules can be called; they keep nothing between calls."""
    page = browser.new_page()
    page.goto(fixed_service.url)
    yield page
    page.close()


def region(name, verdict, probability, before=0.1, after=0.2):
    shares = {
        variant: {"share": share, "low": share / 2, "high": share * 2}
        for variant, share in zip(NAMES, (before, after), strict=True)
    }
    return {"name": name, "verdict": verdict, "probability": probability, "shares": shares}


def overall(page, verdict, probability, regions, goal=None):
    answer = {
        "verdict": verdict,
        "probability": probability,
        "regions": regions,
        "goal_region": goal,
    }
    return page.evaluate(
        """async ([answer, names]) => {
            const {overallVerdict} = await import("./studio/js/compare/verdict.js");
            return overallVerdict(answer, names);
        }""",
        [answer, NAMES],
    )


def test_a_goal_that_is_seen_more_is_named_with_its_chance(modules):
    told = overall(modules, "after.png", 0.996, [region("button", "after.png", 0.996)], "button")
    assert told["kind"] == "leads"
    assert told["title"] == "“button” is seen more in B"
    assert told["chance"] == "Virtually certain: more than 99\u00a0%"
    assert "A 10 %, B 20 %" in told["words"]


def test_without_a_goal_no_design_is_better(modules):
    regions = [region("button", "after.png", 0.98), region("logo", NONE, 0.5)]
    told = overall(modules, "differs", 0.98, regions)
    assert told["kind"] == "differs"
    assert told["title"] == "A and B differ"
    assert told["chance"] == "Extremely likely: 98\u00a0%"
    assert "“button” more in B" in told["words"]
    assert "logo" not in told["words"]
    assert "neither the better one" in told["words"]


def test_no_detectable_difference_is_an_answer(modules):
    regions = [region("button", NONE, 0.93), region("logo", NONE, 0.5)]
    told = overall(modules, NONE, 0.93, regions)
    assert told["kind"] == "same"
    assert told["title"] == "No detectable difference"
    assert "“button”: 93\u00a0% that B truly has more, which is too little" in told["words"]


def test_a_coin_toss_names_no_side(modules):
    told = overall(modules, NONE, 0.5, [region("button", NONE, 0.5)])
    assert "truly has more" not in told["words"]


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.5, "about as likely as not"),
        (0.7, "likely"),
        (0.92, "very likely"),
        (0.97, "extremely likely"),
        (0.995, "virtually certain"),
    ],
)
def test_chances_in_words(modules, probability, words):
    told = modules.evaluate(
        """async probability =>
            (await import("./studio/js/compare/verdict.js")).chanceWords(probability)""",
        probability,
    )
    assert told == words


def test_differences_are_coloured_as_in_the_pictures_of_the_service(modules):
    changes = [-20.0, -MOST, -3.0, -LEAST, -0.1, 0.0, 0.2, LEAST, 1.0, 5.5, MOST, 30.0]
    read = modules.evaluate(
        """async changes => {
            const {levelOf} = await import("./studio/js/compare/difference.js");
            const {DIFFERENCE} = await import("./studio/js/colour/scale.js");
            return {levels: changes.map(levelOf), table: [...DIFFERENCE.table]};
        }""",
        changes,
    )
    assert np.array_equal(np.array(read["table"]).reshape(-1, 4), colour_table())
    assert read["levels"] == levels_of(np.array([changes], np.float32))[0].tolist()


def carried(page, region, source, target):
    return page.evaluate(
        """async ([region, from, to]) => {
            const {carried} = await import("./studio/js/compare/carry.js");
            return carried([region], from, to);
        }""",
        [region, source, target],
    )


def test_regions_keep_their_place_on_a_taller_page(modules):
    box = {"name": "a", "kind": "rectangle", "x": 0.1, "y": 0.5, "width": 0.3, "height": 0.25}
    source, target = {"width": 1000, "height": 800}, {"width": 500, "height": 800}
    (placed,) = carried(modules, box, source, target)["placed"]
    assert {name: placed[name] for name in ("x", "y", "width", "height")} == pytest.approx(
        {"x": 0.1, "y": 0.25, "width": 0.3, "height": 0.125}
    )
    assert placed["automatic"] is False


def test_regions_below_the_end_of_a_shorter_page_are_named_instead(modules):
    outline = {"name": "a", "kind": "polygon", "points": [[0.1, 0.5], [0.4, 0.5], [0.2, 0.9]]}
    box = {"x": 0.1, "y": 0.5, "width": 0.3, "height": 0.4}
    source, target = {"width": 1000, "height": 800}, {"width": 1000, "height": 500}
    moved = carried(modules, outline | box, source, target)
    assert moved == {"placed": [], "lost": ["a"]}
