"""Training: that it learns, goes on after a kill, and keeps to what the recipe says."""

from __future__ import annotations

import csv
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml

from gazecast.model.metadata import DatasetUse, parse_model_info, read_model_info
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.fit import trainer
from gazecast.training.fit.checkpoint import (
    DOMAIN_ROWS,
    Checkpoint,
    CheckpointError,
    Progress,
    begin_with,
    load_checkpoint,
    save_checkpoint,
)
from gazecast.training.fit.recipe import RecipeError
from gazecast.training.fit.trainer import train

pytestmark = pytest.mark.usefixtures("one_thread")

BACKBONE = "test_efficientnet"
"""timm's network for tests: of the family that recipes use, and a fiftieth of its size."""
WIDTHS = (16, 16, 16, 16)


class Killed(BaseException):
    """As the process would be: nothing of ours may catch it."""


@pytest.fixture
def write_blobs(write_set):
    """A data set that is easy to learn: people look at the one bright square."""

    def write(name="blobs", count=8, splits=None, seed=0):
        rng = np.random.default_rng(seed)
        images, points = {}, []
        for number in range(count):
            rgb = rng.integers(60, 120, (64, 64, 3), dtype=np.uint8)
            x, y = rng.integers(4, 48, 2)
            rgb[y : y + 12, x : x + 12] = 255
            images[f"{number}.png"] = rgb
            points += [(f"{number}.png", x + dx, y + dy) for dx in (3, 9) for dy in (3, 9)]
        return write_set(name, images, points, splits=splits)

    return write


@pytest.fixture
def write_recipe(tmp_path):
    def write(*stages, name="toy", **changes):
        held = {
            "name": name,
            "network": {
                "backbone": BACKBONE,
                "imagenet": False,
                "widths": list(WIDTHS),
                "context_blocks": 1,
                "pixels": 64 * 64,
            },
            "stages": list(stages or [stage()]),
            "borrowed": {"web": ["photo"], "mobile": ["photo"], "poster": ["photo"]},
            "validation": dict.fromkeys(("web", "mobile", "poster", "photo"), "toy"),
            **changes,
        }
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(held))
        return path

    return write


def gaze(name="blobs", **changes):
    return {
        "set": name,
        "readout": "photo",
        "evidence": {"fixation": 1},
        "sigma_px": 6,
        "windows": ["3s"],
        **changes,
    }


def stage(name="only", **changes):
    return {
        "name": name,
        "passes": 1,
        "pixels": 64 * 64,
        "batch": 4,
        "backbone_rate": 1e-3,
        "decoder_rate": 1e-2,
        "readout_rate": 1e-2,
        "average": 0.5,
        "sets": [gaze()],
        **changes,
    }


def averages(path):
    return load_checkpoint(path).average


def assert_same(first, second):
    assert first.keys() == second.keys()
    different = [name for name in first if not torch.equal(first[name], second[name])]
    assert not different


# ---- Learning ------------------------------------------------------------------------------------


def test_the_loss_goes_down_on_what_is_easy_to_learn(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs(count=16)
    losses = []
    train(
        write_recipe(stage(passes=12, batch=8)),
        data_root,
        tmp_path / "out",
        on_step=lambda step: losses.append(step.loss),
    )
    assert np.mean(losses[-4:]) < 0.5 * np.mean(losses[:4])


def test_the_network_measures_better_on_pictures_it_did_not_see(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs(count=20, splits={f"{n}.png": "val" for n in range(16, 20)})
    recipe = write_recipe(stage(passes=8, batch=8), validate_on=[gaze(splits=["val"])])
    train(recipe, data_root, tmp_path / "out")
    with (tmp_path / "out" / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["pass"] for row in rows] == [str(number) for number in range(1, 9)]
    assert float(rows[-1]["nss"]) > float(rows[0]["nss"]) + 0.5


def test_the_log_holds_no_formula(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    train(write_recipe(stage("=1+1")), data_root, tmp_path / "out")
    with (tmp_path / "out" / "log.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert row["stage"] == "'=1+1"


def test_steps_are_reported_with_their_stage_and_number(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs()
    steps = []
    recipe = write_recipe(stage("first"), stage("second", passes=2))
    train(recipe, data_root, tmp_path / "out", on_step=steps.append)
    assert [(step.stage, step.done, step.total) for step in steps] == [
        ("first", 1, 2),
        ("first", 2, 2),
        ("second", 1, 4),
        ("second", 2, 4),
        ("second", 3, 4),
        ("second", 4, 4),
    ]


def test_early_layers_stay_and_a_stage_at_rate_zero_leaves_the_backbone_to_the_next(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs()
    one = stage("still", backbone_rate=0)
    torch.manual_seed(0)
    start = SaliencyNetwork(spec("web", "mobile", "poster", "photo")).backbone
    early = {id(p) for p in start.early_parameters()}
    weights = {n: p for n, p in start.named_parameters() if n.endswith("weight")}

    def moved(path):
        trained = averages(path)
        return {n for n, p in weights.items() if not torch.equal(trained[f"backbone.{n}"], p)}

    still = train(write_recipe(one, name="still"), data_root, tmp_path / "still")
    assert not moved(still)
    then = train(write_recipe(one, stage("then"), name="then"), data_root, tmp_path / "then")
    assert moved(then) == {name for name, p in weights.items() if id(p) not in early}


def test_frozen_norms_keep_their_statistics(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    path = train(write_recipe(stage(freeze_norm=True)), data_root, tmp_path / "out")
    means = [value for name, value in averages(path).items() if name.endswith("running_mean")]
    assert means
    assert all((mean == 0).all() for mean in means)


def test_frozen_depthwise_convolutions_stay_for_that_stage_only(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs()
    torch.manual_seed(0)
    start = SaliencyNetwork(spec("web", "mobile", "poster", "photo")).backbone
    depthwise = {id(p) for p in start.late_depthwise_parameters()}
    held = {f"backbone.{n}": p for n, p in start.named_parameters() if id(p) in depthwise}
    assert held
    one = stage("one", freeze_depthwise=True)
    frozen = averages(train(write_recipe(one, name="one"), data_root, tmp_path / "one"))
    assert all(torch.equal(frozen[name], value) for name, value in held.items())
    both = train(write_recipe(one, stage("two"), name="both"), data_root, tmp_path / "both")
    assert not any(torch.equal(averages(both)[name], value) for name, value in held.items())


def test_in_bfloat16_it_learns_nearly_the_same(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs(count=16)
    losses = {}
    for name, changes in (("full", {}), ("half", {"bfloat16": True})):
        losses[name] = []
        recipe = write_recipe(stage(passes=12, batch=8, **changes), name=name)
        train(
            recipe,
            data_root,
            tmp_path / name,
            on_step=lambda step, name=name: losses[name].append(step.loss),
        )
    assert losses["half"] != losses["full"]
    assert losses["half"][0] == pytest.approx(losses["full"][0], rel=0.02)
    assert np.mean(losses["half"][-4:]) < 0.5 * np.mean(losses["half"][:4])


def test_a_loss_that_is_not_finite_ends_the_run(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    recipe = write_recipe(stage(passes=20, decoder_rate=1e30, readout_rate=1e30))
    with pytest.raises(FloatingPointError, match="loss of stage only became"):
        train(recipe, data_root, tmp_path / "out")


# ---- Going on after a kill -----------------------------------------------------------------------


@pytest.mark.parametrize("kill_at", [2, 4, 6, 7])
def test_a_killed_run_goes_on_to_the_same_weights(
    write_blobs, write_recipe, data_root, tmp_path, monkeypatch, kill_at
):
    """Two stages of two passes of two batches: in a pass, at its end, and at a stage's begin."""
    write_blobs()
    sets = [gaze(mirror=True, crop=0.8)]
    recipe = write_recipe(stage("first", passes=2, sets=sets), stage("second", passes=2, sets=sets))
    whole = train(recipe, data_root, tmp_path / "whole")
    monkeypatch.setattr(trainer, "CHECKPOINT_SECONDS", -1.0)
    steps = 0

    def kill(_):
        nonlocal steps
        steps += 1
        if steps == kill_at:
            raise Killed

    with pytest.raises(Killed):
        train(recipe, data_root, tmp_path / "killed", on_step=kill)
    resumed_steps = []
    resumed = train(recipe, data_root, tmp_path / "killed", on_step=resumed_steps.append)
    # The step that was killed was not saved: it is done again, and none before it.
    assert len(resumed_steps) == 8 - (kill_at - 1)
    assert_same(averages(resumed), averages(whole))


def test_a_finished_run_is_not_run_again(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    recipe = write_recipe()
    path = train(recipe, data_root, tmp_path / "out")
    before = path.read_bytes()
    steps = []
    train(recipe, data_root, tmp_path / "out", on_step=steps.append)
    assert not steps
    assert path.read_bytes() == before


def test_another_recipe_in_the_same_folder_is_refused(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs()
    train(write_recipe(), data_root, tmp_path / "out")
    with pytest.raises(CheckpointError, match="made by another recipe; give another --out"):
        train(write_recipe(seed=5), data_root, tmp_path / "out")


def test_the_same_recipe_gives_the_same_weights(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    recipe = write_recipe()
    paths = [train(recipe, data_root, tmp_path / name) for name in ("one", "two")]
    assert_same(*map(averages, paths))


# ---- Splits held out -----------------------------------------------------------------------------


def test_nothing_of_a_split_held_out_is_trained_on(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs(splits={f"{n}.png": f"f{n % 2}" for n in range(8)})
    recipe = write_recipe(stage(sets=[gaze(splits=["f0", "f1"])]))
    held_out = train(recipe, data_root, tmp_path / "held-out", hold_out=["f1"])
    without = write_recipe(stage(sets=[gaze(splits=["f0"])]), name="without")
    assert_same(averages(held_out), averages(train(without, data_root, tmp_path / "without")))


def test_holding_out_a_split_that_does_not_exist_is_refused(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs()
    with pytest.raises(RecipeError, match="hold_out names split"):
        train(write_recipe(), data_root, tmp_path / "out", hold_out=["f7"])


# ---- Factors -----------------------------------------------------------------------------------


def test_a_stage_without_passes_fits_factors_and_nothing_else(
    write_blobs, write_recipe, data_root, tmp_path
):
    write_blobs()
    first = train(write_recipe(name="first"), data_root, tmp_path / "first")
    only = stage(passes=0, factors=["photo"])
    path = train(write_recipe(only, name="only"), data_root, tmp_path / "only", start_from=first)
    before, after = averages(first), averages(path)
    changed = {name for name, value in before.items() if not torch.equal(value, after[name])}
    direct = {"readout.direct_16", "readout.direct_32"}
    assert changed <= {"readout.frame", "readout.pull", *direct}
    assert {"readout.frame", *direct} <= changed


def test_only_the_readouts_named_get_factors(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    one = stage(sets=[gaze(), gaze(readout="other")], factors=["photo"])
    frame = averages(train(write_recipe(one), data_root, tmp_path / "out"))["readout.frame"]
    row = [*DOMAINS, "other"].index("photo")
    assert frame[row, 1] != 0
    frame[row, 1] = 0
    assert (frame == 0).all()


def test_factors_need_records(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    with pytest.raises(RecipeError, match=r"factors names \['web'\]"):
        train(write_recipe(stage(factors=["web"])), data_root, tmp_path / "out")


def test_the_text_head_is_fitted_first_and_then_kept(
    write_blobs, write_recipe, data_root, tmp_path, monkeypatch
):
    write_blobs()
    asked = []

    def fit(network, examples, root, *, pixels, on_step):
        asked.append((examples[0].maps, root, pixels))
        network.text_head.layers[-1].bias.fill_(3)
        on_step(1, 0.5)

    monkeypatch.setattr(trainer, "fit_text_head", fit)
    examples = [{"set": "blobs", "maps": "blobs-text"}]
    told = []
    recipe = write_recipe(text_examples=examples)
    path = train(recipe, data_root, tmp_path / "out", on_step=told.append)
    assert asked == [("blobs-text", data_root, 64 * 64)]
    assert (told[0].stage, told[0].done) == ("text", 1)
    assert averages(path)["text_head.layers.6.bias"].tolist() == [3]
    # Begun with, it is taken over; taken up again, it is not fitted again.
    after = train(write_recipe(name="after"), data_root, tmp_path / "after", start_from=path)
    train(recipe, data_root, tmp_path / "out")
    assert len(asked) == 1
    for name, value in averages(after).items():
        if name.startswith("text_head."):
            assert torch.equal(value, averages(path)[name])


def test_a_checkpoint_from_before_there_were_factors_is_read(photos, tmp_path):
    older = {
        name: value
        for name, value in photos.state_dict().items()
        if not name.startswith(("text_head.", "readout.frame", "readout.pull", "readout.direct_"))
    }
    save_checkpoint(
        tmp_path / "old.pt", Checkpoint(photos.spec, "", Progress(1), older, older, None)
    )
    designs = SaliencyNetwork(spec("photo", "web"))
    random_state = torch.get_rng_state()
    begin_with(designs, load_checkpoint(tmp_path / "old.pt"))
    assert torch.equal(torch.get_rng_state(), random_state)
    readout = designs.readout
    for factor in (readout.frame, readout.pull, readout.direct_16, readout.direct_32):
        assert (factor == 0).all()
    assert torch.equal(designs.readout.gain[0], photos.readout.gain[0])


# ---- Teachers ----------------------------------------------------------------------------------


def taught(**changes):
    return {"set": "blobs", "readout": "photo", "windows": ["3s"], "taught": True, **changes}


@pytest.fixture
def teacher(bright_model, tmp_path):
    """Says that people look where it is bright; of another hash by another name."""

    def write(name="bright", datasets=(), **options):
        path = bright_model(tmp_path / f"{name}.onnx", name, **options)
        info = read_model_info(path.with_suffix(".json"), path)
        path.with_suffix(".json").write_text(replace(info, datasets=datasets).to_json())
        return path

    return write


def test_what_a_teacher_predicts_is_learned_without_any_records(
    write_set, write_recipe, data_root, tmp_path, teacher
):
    rng = np.random.default_rng(0)
    images = {}
    for number in range(16):
        rgb = np.full((64, 64, 3), 60, dtype=np.uint8)
        x, y = rng.integers(4, 48, 2)
        rgb[y : y + 12, x : x + 12] = 255
        images[f"{number}.png"] = rgb
    write_set("blobs", images)
    losses = []
    train(
        write_recipe(stage(passes=12, batch=8, sets=[taught()])),
        data_root,
        tmp_path / "out",
        teachers=[teacher()],
        on_step=lambda step: losses.append(step.loss),
    )
    assert np.mean(losses[-4:]) < 0.5 * np.mean(losses[:4])


def test_the_checkpoint_keeps_its_teachers_descriptions(
    write_blobs, write_recipe, data_root, tmp_path, teacher
):
    write_blobs()
    recipe = write_recipe(stage(sets=[taught()]))
    teachers = [teacher("a"), teacher("b")]
    path = train(recipe, data_root, tmp_path / "out", teachers=teachers)
    described = [parse_model_info(text).name for text in load_checkpoint(path).taught_by]
    assert described == ["a", "b"]
    with pytest.raises(CheckpointError, match="was taught by other models"):
        train(recipe, data_root, tmp_path / "out", teachers=teachers[:1])


@pytest.mark.parametrize(
    ("sets", "count", "message"),
    [([taught()], 0, "give the models that teach with --teacher"), ([gaze()], 1, "leave out")],
)
def test_teachers_are_given_when_a_set_is_taught_and_only_then(
    write_blobs, write_recipe, data_root, tmp_path, teacher, sets, count, message
):
    write_blobs()
    with pytest.raises(RecipeError, match=message):
        train(
            write_recipe(stage(sets=sets)),
            data_root,
            tmp_path / "out",
            teachers=[teacher()] * count,
        )


def test_a_teacher_that_has_seen_what_is_held_out_is_refused(
    write_blobs, write_recipe, data_root, tmp_path, teacher
):
    write_blobs(splits={f"{n}.png": f"f{n % 2}" for n in range(8)})
    recipe = write_recipe(stage(sets=[taught(splits=["f0", "f1"])]))

    def saw(splits):
        return (DatasetUse("blobs", "", 4, f"training: fixation; splits {splits}", ""),)

    with pytest.raises(RecipeError, match=r"teacher .*has learned from split f1 of blobs"):
        train(
            recipe,
            data_root,
            tmp_path / "out",
            hold_out=["f1"],
            teachers=[teacher("fair", saw("f0")), teacher("unfair", saw("f0, f1"))],
        )
    train(recipe, data_root, tmp_path / "out", hold_out=["f1"], teachers=[teacher("f", saw("f0"))])


# ---- Starting from another run -------------------------------------------------------------------


def spec(*domains, context_blocks=1, widths=WIDTHS):
    return NetworkSpec(BACKBONE, domains, widths, context_blocks)


def checkpoint(network, average=None):
    weights = network.state_dict()
    return Checkpoint(network.spec, "", Progress(1), weights, average or weights, None)


@pytest.fixture(scope="module")
def photos():
    """A network that knows two domains, random in every part."""
    torch.manual_seed(3)
    network = SaliencyNetwork(spec("photo", "photo-maps"))
    with torch.no_grad():
        readout = network.readout
        for parameter in (*readout.parameters(), readout.frame, readout.pull):
            parameter.normal_()
        for weights in (readout.direct_16, readout.direct_32):
            weights.normal_(std=0.01)
    return network


def test_readouts_are_matched_by_name_and_the_rest_is_taken_over(photos):
    designs = SaliencyNetwork(spec("web", "photo"))
    neutral = deepcopy(designs.state_dict())
    begin_with(designs, checkpoint(photos))
    found, source = designs.state_dict(), photos.state_dict()
    for name, value in found.items():
        if name in DOMAIN_ROWS:
            assert torch.equal(value[1], source[name][0])
            assert torch.equal(value[0], neutral[name][0])
        else:
            assert torch.equal(value, source[name])


def test_a_readout_can_start_as_another(photos):
    designs = SaliencyNetwork(spec("web", "photo", "poster"))
    begin_with(designs, checkpoint(photos), {"web": "photo", "poster": "photo-maps"})
    for name in DOMAIN_ROWS:
        value, source = designs.state_dict()[name], photos.state_dict()[name]
        assert torch.equal(value, source[[0, 0, 1]])


def test_the_averaged_weights_are_taken(photos):
    average = {name: torch.full_like(value, 2) for name, value in photos.state_dict().items()}
    begun = SaliencyNetwork(spec("photo"))
    begin_with(begun, checkpoint(photos, average))
    assert all((value == 2).all() for value in begun.state_dict().values())


def test_starting_as_a_readout_that_is_not_there_is_refused(photos):
    with pytest.raises(CheckpointError, match=r"starts_as names .*it has photo, photo-maps"):
        begin_with(SaliencyNetwork(spec("web")), checkpoint(photos), {"web": "pages"})


@pytest.mark.parametrize(
    "other", [{"context_blocks": 0}, {"context_blocks": 2}, {"widths": (32, 16, 16, 16)}]
)
def test_a_checkpoint_of_another_shape_is_refused(photos, other):
    with pytest.raises(CheckpointError, match="use the same backbone, widths and context_blocks"):
        begin_with(SaliencyNetwork(spec("photo", **other)), checkpoint(photos))


def test_a_run_starts_from_a_checkpoint(write_blobs, write_recipe, data_root, tmp_path, photos):
    write_blobs()
    save_checkpoint(tmp_path / "photos.pt", checkpoint(photos))
    # At these rates nothing that matters moves: what comes out is what went in.
    tiny = stage(backbone_rate=0, decoder_rate=1e-12, readout_rate=1e-12, freeze_norm=True)
    recipe = write_recipe(tiny, starts_as={"web": "photo-maps"})
    path = train(recipe, data_root, tmp_path / "out", start_from=tmp_path / "photos.pt")
    gains = averages(path)["readout.gain"]  # rows: web, mobile, poster, photo
    torch.testing.assert_close(gains[[3, 0]], photos.readout.gain.detach())
    assert (gains[1:3] == 1).all()


def test_starts_as_without_a_checkpoint_is_refused(write_blobs, write_recipe, data_root, tmp_path):
    write_blobs()
    recipe = write_recipe(stage(), starts_as={"web": "photo-maps"})
    with pytest.raises(CheckpointError, match=r"starts_as.*give --start-from"):
        train(recipe, data_root, tmp_path / "out")


# ---- Checkpoints ---------------------------------------------------------------------------------


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path, photos):
    saved = checkpoint(photos)
    save_checkpoint(tmp_path / "last.pt", saved)
    loaded = load_checkpoint(tmp_path / "last.pt")
    assert (loaded.spec, loaded.recipe, loaded.progress) == (photos.spec, "", Progress(1))
    assert_same(loaded.weights, saved.weights)
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    (tmp_path / "last.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match=r"last\.pt is not a checkpoint of gazecast"):
        load_checkpoint(tmp_path / "last.pt")


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"last\.pt: no such checkpoint; train first"):
        load_checkpoint(tmp_path / "last.pt")
