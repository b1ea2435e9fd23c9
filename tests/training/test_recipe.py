"""Recipes: what is read from the file, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gazecast.training.fit.recipe import RecipeError, parse_recipe, read_recipe

RECIPES = sorted((Path(__file__).parents[2] / "recipes").rglob("*.yaml"))


def recipe(**changes):
    """A recipe that trains web and photo, as a dictionary."""
    gaze = {"evidence": {"fixation": 1}, "sigma_px": 10, "windows": ["3s"]}
    stage = {
        "name": "only",
        "passes": 1,
        "pixels": 4096,
        "backbone_rate": 1e-4,
        "decoder_rate": 1e-3,
        "readout_rate": 1e-3,
        "sets": [
            {"set": "pages", "splits": ["f0", "f1"], "readout": "web", **gaze},
            {"set": "photos", "readout": "photo", **gaze},
            {"set": "maps", "readout": "photo-maps", "windows": ["5s"]},
        ],
    }
    return {
        "name": "small",
        "network": {"backbone": "tf_efficientnet_lite0", "pixels": 4096},
        "stages": [stage],
        "borrowed": {"mobile": ["web"], "poster": ["web", "photo"]},
        "validation": dict.fromkeys(("web", "mobile", "poster", "photo"), "not validated"),
        **changes,
    }


def parsed(**changes):
    return parse_recipe(yaml.safe_dump(recipe(**changes)), "small.yaml")


def with_set(**changes):
    """The stages with the first set changed."""
    stages = recipe()["stages"]
    stages[0]["sets"][0].update(changes)
    return {"stages": stages}


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_recipes_that_come_along_are_usable(path):
    assert read_recipe(path)[0].name == path.stem


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_no_recipe_trains_on_a_split_marked_test(path):
    read, _ = read_recipe(path)
    uses = [use for stage in read.stages for use in stage.sets]
    assert not any("test" in use.splits for use in uses)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_no_recipe_trains_on_what_it_validates_on(path):
    read, _ = read_recipe(path)
    trained = {(u.set, split) for stage in read.stages for u in stage.sets for split in u.splits}
    assert not trained & {(use.set, split) for use in read.validate_on for split in use.splits}


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_pages_are_never_mirrored(path):
    """People read them from one side. Posters are: docs/experiments.md has what it gave."""
    read, _ = read_recipe(path)
    uses = [use for stage in read.stages for use in stage.sets if use.mirror]
    assert all(use.readout.startswith(("photo", "poster")) for use in uses)


def test_shipped_readouts_come_first_in_their_fixed_order():
    assert parsed().readouts == ("web", "mobile", "poster", "photo", "photo-maps")


def test_held_out_splits_are_taken_from_the_sets():
    small = parsed(hold_out=["f1"])
    (stage,) = small.stages
    assert [use.splits for use in small.trained_on(stage)] == [("f0",), ("train",), ("train",)]


def test_a_set_with_all_its_splits_held_out_is_left_out():
    small = parsed(hold_out=["f0", "f1"])
    (stage,) = small.stages
    assert [use.set for use in small.trained_on(stage)] == ["photos", "maps"]


def test_held_out_splits_of_a_run_are_added_to_those_of_the_recipe(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(recipe(hold_out=["f0"])))
    read, text = read_recipe(path, ["f1"])
    assert set(read.hold_out) == {"f0", "f1"}
    assert parse_recipe(text, "again") == read


def test_the_text_of_a_recipe_is_the_files_own(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text("# a comment\n" + yaml.safe_dump(recipe()))
    assert read_recipe(path)[1] == path.read_text()


REFUSED = {
    "unknown field": ({"sed": 1}, "sed: Extra inputs are not permitted"),
    "set elsewhere": (with_set(set="../pages"), "stages.0.sets.0.set: Value error, the name"),
    "maps elsewhere": (
        {"text_examples": [{"set": "pages", "maps": "/maps"}]},
        "text_examples.0.maps: Value error, the name '/maps' has a slash",
    ),
    "examples elsewhere": (
        {"domain_examples": {"web": [{"set": "C:pages"}]}},
        "domain_examples.web.0.set: Value error, the name 'C:pages' begins with a drive",
    ),
    "unknown layout": (with_set(layout="tiff"), "unknown layout 'tiff'; choose one of gazecast"),
    "evidence without blur": (with_set(sigma_px=None), "set pages: evidence needs sigma_px"),
    "text without maps": ({"text_examples": [{"set": "pages"}]}, "text_examples.0.maps"),
    "unknown window": (with_set(windows=["2s"]), "stages.0.sets.0.windows.0"),
    "no window": (with_set(windows=[]), "stages.0.sets.0.windows"),
    "no stage": ({"stages": []}, "stages"),
    "domain neither trained nor borrowed": (
        {"borrowed": {"mobile": ["web"]}},
        "domain poster must be trained by a set or listed under 'borrowed'",
    ),
    "domain both trained and borrowed": (
        {"borrowed": {**recipe()["borrowed"], "web": ["photo"]}},
        "domain web must be trained by a set or listed under 'borrowed'",
    ),
    "borrowed from what is not trained": (
        {"borrowed": {"mobile": ["poster"], "poster": ["web"]}},
        "domain mobile borrows from ['poster'], not trained",
    ),
    "borrowed from what is not shipped": (
        {"borrowed": {"mobile": ["photo-maps"], "poster": ["web"]}},
        "borrowed: ['photo-maps'] is none of web, mobile, poster, photo",
    ),
    "borrowed from nothing": (
        {"borrowed": {"mobile": [], "poster": ["web"]}},
        "borrowed.mobile",
    ),
    "no line on validation": ({"validation": {"web": "x"}}, "no line for domain mobile"),
    "validation set for an unknown readout": (
        {"validate_on": [{"set": "photos", "readout": "foto", "windows": ["5s"]}]},
        "validate_on or starts_as names readout ['foto']",
    ),
    "start of an unknown readout": ({"starts_as": {"wep": "photo"}}, "names readout ['wep']"),
    "examples of some domains": (
        {"domain_examples": {"web": [{"set": "pages"}]}},
        "domain_examples must give pictures of each of web, mobile, poster, photo, or be empty",
    ),
    "unknown split held out": ({"hold_out": ["f7"]}, "hold_out names split ['f7']"),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_a_recipe_that_cannot_work_is_refused(changes, message):
    with pytest.raises(RecipeError) as refusal:
        parsed(**changes)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("small.yaml is not a usable recipe")


@pytest.mark.parametrize(
    "text",
    ["name: [", "[" * 100_000, f"name: {'9' * 5_000}"],
    ids=["open", "brackets", "digits"],
)
def test_text_that_is_not_yaml_is_refused(text):
    with pytest.raises(RecipeError, match=r"small\.yaml is not valid YAML"):
        parse_recipe(text, "small.yaml")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "small.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecipeError, match=r"small\.yaml"):
        read_recipe(path)
