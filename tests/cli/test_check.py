"""`gazecast check`: exit codes, the table, JUnit XML and GitHub annotations."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gazecast.analysis.budget import Outcome
from gazecast.cli.ci_formats import github_annotation, junit_xml
from gazecast.cli.main import app

LEFT = {"name": "left half", "x": 0, "y": 0, "width": 0.5, "height": 1}
RIGHT = {"name": "right half", "x": 0.5, "y": 0, "width": 0.5, "height": 1}
PASSES = {"region": "left half", "share": {"min": 0.5}}
FAILS = {"region": "right half", "share": {"min": 0.5}}


@pytest.fixture
def check(monkeypatch, fixed_predictor, tmp_path, encode_image):
    """Runs the command on tmp_path/page.png, or other images, with this budget."""
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda _: fixed_predictor)
    (tmp_path / "page.png").write_bytes(encode_image())

    def run(budget, *arguments, images=("page.png",), env=None):
        file = tmp_path / "budget.yaml"
        file.write_text(budget if isinstance(budget, str) else yaml.safe_dump(budget))
        paths = [str(tmp_path / image) for image in images]
        command = ["check", *paths, "--budget", str(file), *map(str, arguments)]
        env = {"COLUMNS": "250", "GITHUB_ACTIONS": None, **(env or {})}
        return CliRunner(env=env).invoke(app, command)

    return run


def test_a_budget_that_is_kept(check):
    result = check({"regions": [LEFT, RIGHT], "rules": [PASSES]})
    assert result.exit_code == 0, result.output
    assert "page.png: all 1 passed" in result.stdout
    (row,) = (line for line in result.stdout.splitlines() if "share of left half" in line)
    assert "at least 50 %" in row
    assert "pass" in row
    assert "not validated on web" in result.stdout
    assert "estimate" in result.stdout


def test_a_long_page_is_held_to_what_its_visitors_get_to_see(check, tmp_path, encode_image):
    (tmp_path / "tall.png").write_bytes(encode_image(width=100, height=600))
    top = {"name": "top", "x": 0, "y": 0, "width": 1, "height": 0.25}
    rules = [{"region": "top", "share": {"min": 0.5}}]
    budget = {"regions": [top], "rules": rules, "viewport_height": 100}
    few = {**budget, "scroll_reach": [[100, 1], [150, 0.05]]}
    all_of_them = {**budget, "scroll_reach": [[600, 1]]}
    assert check(few, images=("tall.png",)).exit_code == 0
    assert check(all_of_them, images=("tall.png",)).exit_code == 1
    wrong = check({**budget, "scroll_reach": [[100, 0.2], [150, 0.5]]}, images=("tall.png",))
    assert wrong.exit_code == 2
    assert "tall.png" in wrong.stderr


def test_one_rule_that_fails_is_enough(check):
    result = check({"regions": [LEFT, RIGHT], "rules": [PASSES, FAILS]})
    assert result.exit_code == 1
    assert "page.png: 1 of 2 failed" in result.stdout
    (row,) = (line for line in result.stdout.splitlines() if "share of right half" in line)
    assert "fail" in row
    assert "::error" not in result.stdout


def test_every_kind_of_rule_on_a_prediction(check):
    rules = [
        PASSES,
        {**PASSES, "confident": True},
        {"region": "left half", "seen": {"min": 0.5, "by": "1s"}},
        {"region": "right half", "rank": {"min": 2, "max": 2}},
        {"focus": {"min": 0.01}},
        {"first": "left half", "before": "right half", "confident": True},
        {"contrast": {"region": "left half", "min": 1}},
    ]
    result = check({"regions": [LEFT, RIGHT], "rules": rules})
    assert result.exit_code == 0, result.output


def test_window_and_domain_are_the_budgets(check):
    budget = {"window": "5s", "domain": "mobile", "regions": [LEFT], "rules": [PASSES]}
    assert "First 5s; mobile: not validated on mobile" in check(budget).stdout


def test_regions_may_be_a_file_beside_the_budget(check, tmp_path):
    (tmp_path / "regions.json").write_text(json.dumps([LEFT]))
    assert check({"regions": "regions.json", "rules": [PASSES]}).exit_code == 0


def test_images_of_the_budget_have_regions_of_their_own(check, tmp_path, encode_image):
    (tmp_path / "other.png").write_bytes(encode_image())
    swapped = {**RIGHT, "name": "left half"}
    budget = {
        "regions": [LEFT],
        "images": {"other.png": {"regions": [swapped]}},
        "rules": [PASSES],
    }
    assert check(budget).exit_code == 0
    assert check(budget, images=["other.png"]).exit_code == 1
    without = check(budget, images=[])
    assert without.exit_code == 1
    assert "other.png: 1 of 1 failed" in without.stdout
    assert "page.png" not in without.stdout


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ("rules: [", "not YAML"),
        ("[" * 100_000, "not YAML"),
        ("- a", "has fields"),
        ({}, "rules: missing; add it"),
        ({"rules": []}, "rules: "),
        ({"rules": [PASSES], "windows": "3s"}, "windows: not known here"),
        ({"rules": [PASSES], "window": "2s"}, "window: "),
        ({"rules": [PASSES, {**PASSES, "share": {"min": 4}}]}, "rules[2].share.min: "),
        ({"rules": [{**PASSES, "share": {"min": 0.5, "max": 0.1}}]}, "rules[1].share: min 0.5"),
        ({"rules": [{**PASSES, "rank": {"max": 1}}]}, "rules[1].rank: not known here"),
        ({"rules": [{"region": "left half"}]}, "rules[1]: not a known rule"),
        ({"rules": [PASSES], "regions": [{**LEFT, "x": "0"}]}, "regions[1].x: "),
        ({"rules": [PASSES], "regions": [LEFT, LEFT]}, "two regions are called 'left half'"),
        ({"rules": [PASSES], "regions": "nowhere.json"}, "nowhere.json"),
        (
            {"rules": [PASSES], "images": {"a.png": {"regions": [{"name": "a", "points": []}]}}},
            "images.a.png.regions[1].points: ",
        ),
    ],
)
def test_a_budget_that_cannot_be_used(check, budget, message):
    result = check(budget)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"regions": [LEFT, RIGHT], "rules": [{**PASSES, "region": "banner"}]}, "'banner'"),
        ({"regions": [{**LEFT, "width": 2}], "rules": [PASSES]}, "region 'left half'"),
    ],
)
def test_regions_that_do_not_fit_are_named(check, budget, message):
    result = check(budget)
    assert result.exit_code == 2
    assert message in result.stderr


def test_no_image_at_all(check):
    result = check({"rules": [PASSES]}, images=[])
    assert result.exit_code == 2
    assert "no image to check" in result.stderr


@pytest.mark.parametrize("what", ["corrupt", "empty", "huge", None])
def test_a_bad_image_is_named_and_the_others_are_checked(check, tmp_path, bad_images, what):
    if what:
        (tmp_path / "bad.png").write_bytes(bad_images[what])
    junit = tmp_path / "made" / "junit.xml"
    budget = {"regions": [LEFT], "rules": [PASSES]}
    result = check(budget, "--junit", junit, "--github", images=["bad.png", "page.png"])
    assert result.exit_code == 2
    assert f"{tmp_path / 'bad.png'}: " in result.stderr
    assert "page.png: all 1 passed" in result.stdout
    assert "::error file=" in result.stdout
    assert ET.parse(junit).getroot().attrib["errors"] == "1"


def test_junit_counts(check, tmp_path):
    junit = tmp_path / "junit.xml"
    rules = [PASSES, FAILS, {"focus": {"min": 0.9}}]
    assert check({"regions": [LEFT, RIGHT], "rules": rules}, "--junit", junit).exit_code == 1
    root = ET.parse(junit).getroot()
    (suite,) = root
    for group in (root, suite):
        assert (group.attrib["tests"], group.attrib["failures"], group.attrib["errors"]) == (
            "3",
            "2",
            "0",
        )
    assert suite.attrib["name"].endswith("page.png")
    failures = [case.attrib["name"] for case in suite if case.find("failure") is not None]
    assert failures == ["share of right half: at least 50 %", "focus: at least 0.9"]


@given(name=st.text())
def test_junit_parses_whatever_things_are_called(name):
    outcome = Outcome(f"share of {name}", "at least 5 %", "4 %", False)
    root = ET.fromstring(junit_xml({name: [outcome], f"{name}2": name}))
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("2", "1", "1")


@pytest.mark.parametrize("how", [("--github",), "true"])
def test_github_annotations(check, how):
    options, env = (how, {}) if isinstance(how, tuple) else ((), {"GITHUB_ACTIONS": how})
    result = check({"regions": [LEFT, RIGHT], "rules": [PASSES, FAILS]}, *options, env=env)
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("::"))
    assert re.fullmatch(
        r"::error file=\S+page\.png,title=Attention budget::share of right half: "
        r"wanted at least 50 %25, found [\d.]+ %25 \(\d+ to \d+ %25\)",
        line,
    )


def test_a_budget_that_cannot_be_used_is_annotated(check):
    assert "budget.yaml,title" in check("rules: [", "--github").stdout


def test_github_annotations_are_escaped():
    line = github_annotation("50 %\r\n::error::x", "a,b:c%\n.png")
    assert line == (
        "::error file=a%2Cb%3Ac%25%0A.png,title=Attention budget::50 %25%0D%0A::error::x"
    )


def test_names_are_not_markup(check):
    region = {**LEFT, "name": "[red]left[/nothing]"}
    result = check({"regions": [region], "rules": [{**PASSES, "region": region["name"]}]})
    assert result.exit_code == 0
    assert "[red]left[/nothing]" in result.stdout
