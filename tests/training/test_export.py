"""From a checkpoint to the file that is shipped: what it computes and what it says of itself."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch
import yaml

from gazecast.model.metadata import DatasetUse
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.model.predictor import SHIPPED_MODEL
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.export import export as export_module
from gazecast.training.export import model_files, shipped
from gazecast.training.export.description import datasets_used
from gazecast.training.export.export import export, shipped_network
from gazecast.training.export.shipped import (
    PARITY_SHAPES,
    PARITY_TOLERANCE,
    ExportError,
    Shipped,
    check_parity,
    write_onnx,
)
from gazecast.training.fit.checkpoint import (
    DOMAIN_ROWS,
    Checkpoint,
    CheckpointError,
    Progress,
    save_checkpoint,
)
from gazecast.training.fit.recipe import parse_recipe

BACKBONE = "test_efficientnet"
WIDTHS = (16, 16, 16, 16)

RECIPE = f"""
name: toy
network: {{backbone: {BACKBONE}, widths: {list(WIDTHS)}, context_blocks: 1, pixels: 4096}}
stages:
  - name: first
    passes: 1
    pixels: 4096
    backbone_rate: 1.0e-4
    decoder_rate: 1.0e-3
    readout_rate: 1.0e-3
    sets:
      - {{set: pages, splits: [f0, f1], readout: web, windows: [3s], sigma_px: 9,
         evidence: {{fixation: 1}}}}
      - {{set: pages, splits: [f0, f1], readout: web-maps, windows: [5s]}}
      - {{set: photos, readout: photo, windows: [5s], sigma_px: 9,
         evidence: {{mouse: 1, click10: 1}}}}
borrowed: {{mobile: [web, photo], poster: [web]}}
validation: {{web: w, mobile: m, poster: p, photo: f}}
"""


def toy(**changes):
    return parse_recipe(yaml.safe_dump({**yaml.safe_load(RECIPE), **changes}), "toy.yaml")


@pytest.fixture(scope="module")
def checkpoint():
    """All readouts random and different; the average unlike the weights."""
    torch.manual_seed(0)
    network = SaliencyNetwork(NetworkSpec(BACKBONE, toy().readouts, WIDTHS, 1))
    with torch.no_grad():
        readout = network.readout
        for parameter in (*readout.parameters(), readout.frame, readout.pull):
            parameter.normal_()
        for weights in (readout.direct_16, readout.direct_32):
            weights.normal_(std=0.01)
    average = network.state_dict()
    weights = {name: torch.zeros_like(value) for name, value in average.items()}
    return Checkpoint(network.spec, RECIPE, Progress(1), weights, average, None)


@pytest.fixture
def checkpoint_file(checkpoint, tmp_path):
    save_checkpoint(tmp_path / "last.pt", checkpoint)
    return tmp_path / "last.pt"


@pytest.fixture
def write_sets(write_set):
    images = {f"{n}.png": np.full((40, 50, 3), n, dtype=np.uint8) for n in range(4)}
    points = [
        (name, 9, 9, "", kind) for name in images for kind in ("fixation", "mouse", "click10")
    ]
    splits = {"0.png": "f0", "1.png": "f0", "2.png": "f1", "3.png": "test"}
    write_set("pages", images, points, None, splits, licence="CC BY 4.0", source="A et al. 2020")
    write_set("photos", images, points, None, {"3.png": "test"})


# ---- What the file computes ----------------------------------------------------------------------


def test_parity_is_checked_at_five_other_shapes_than_the_traced_one():
    assert len(set(PARITY_SHAPES)) >= 5
    assert shipped._TRACED_SHAPE not in PARITY_SHAPES
    assert len({height > width for height, width in PARITY_SHAPES}) == 2


@pytest.mark.parametrize("shape", [(32, 32), (64, 96), (352, 32), (32, 352), (160, 224)])
def test_the_file_computes_what_the_network_computes(tiny_model, shape):
    assert check_parity(Shipped(tiny_model.network), tiny_model.onnx, [shape]) <= PARITY_TOLERANCE


@pytest.mark.parametrize("wrong", [1.0, float("nan")])
def test_a_file_that_computes_something_else_is_refused(tiny_model, wrong):
    other = deepcopy(tiny_model.network)
    with torch.no_grad():
        other.domain_head.bias += wrong
    with pytest.raises(ExportError, match="torch and ONNX Runtime differ"):
        check_parity(Shipped(other), tiny_model.onnx, [(32, 64)])


def test_the_file_holds_the_network_and_nothing_of_how_it_was_made(tiny_model, tmp_path):
    again = tmp_path / "again.onnx"
    write_onnx(tiny_model.shipped, again)
    assert again.read_bytes() == tiny_model.onnx.read_bytes()
    for file in (again, SHIPPED_MODEL):
        assert not [said for said in (b".py", b"/gazecast", b"pkg.") if said in file.read_bytes()]


# ---- Which weights are shipped -------------------------------------------------------------------


def test_the_shipped_network_has_the_averaged_weights_of_the_shipped_domains(checkpoint):
    found = shipped_network(checkpoint, toy()).state_dict()
    trained = [DOMAINS.index("web"), DOMAINS.index("photo")]
    for name, value in checkpoint.average.items():
        if name in DOMAIN_ROWS:
            assert torch.equal(found[name][trained], value[trained])
            assert len(found[name]) == len(DOMAINS)
        else:
            assert torch.equal(found[name], value)


def test_a_borrowed_readout_is_the_mean_of_its_lenders(checkpoint):
    found = shipped_network(checkpoint, toy()).state_dict()
    web, mobile, poster, photo = range(4)
    for name in DOMAIN_ROWS:
        if name.startswith("readout."):
            of = found[name]
            torch.testing.assert_close(of[mobile], (of[web] + of[photo]) / 2)
            assert torch.equal(of[poster], of[web])
            assert all(not torch.equal(of[a], of[b]) for a, b in pairwise((web, mobile, photo)))


# ---- What it says of itself ----------------------------------------------------------------------


@pytest.mark.usefixtures("write_sets")
def test_the_description_lists_data_sets_licences_and_how_they_were_used(data_root):
    pages, photos = datasets_used(toy(), data_root)
    assert (pages.name, pages.licence, pages.source) == ("pages", "CC BY 4.0", "A et al. 2020")
    assert pages.images == 3
    assert pages.use == "training: fixation, maps; splits f0, f1"
    assert (photos.name, photos.licence, photos.source) == ("photos", "not stated", "")
    assert photos.images == 3
    assert photos.use == "training: click10, mouse; splits train"


@pytest.mark.usefixtures("write_sets")
def test_splits_held_out_are_not_listed(data_root):
    pages, _ = datasets_used(toy(hold_out=["f1"]), data_root)
    assert pages.images == 2
    assert pages.use == "training: fixation, maps; splits f0"


@pytest.mark.usefixtures("write_sets")
def test_pictures_that_only_teach_the_domain_are_listed(data_root, write_set):
    images = {f"{n}.png": np.zeros((9, 9, 3), dtype=np.uint8) for n in range(5)}
    write_set("screens", images, splits={"0.png": "test"}, licence="CC0")
    examples = {domain: [{"set": "photos"}] for domain in DOMAINS}
    examples["mobile"] = [{"set": "screens", "splits": ["train"]}]
    *_, screens = datasets_used(toy(domain_examples=examples), data_root)
    assert (screens.name, screens.licence, screens.images) == ("screens", "CC0", 4)
    assert screens.use == "examples of domain mobile, without gaze"


@pytest.mark.usefixtures("write_sets")
def test_pictures_that_taught_text_are_listed_with_what_found_it(data_root, write_set):
    write_set("screens", {"0.png": np.zeros((9, 9, 3), dtype=np.uint8)}, licence="CC0")
    examples = [{"set": "pages", "maps": "a"}, {"set": "screens", "maps": "b"}]
    before = toy(text_examples=examples)
    pages, photos, screens = datasets_used(toy(), data_root, before=[before])
    assert pages.use == (
        "training: fixation, maps, text as PP-OCRv6 (Apache 2.0) finds it; splits f0, f1"
    )
    assert photos == datasets_used(toy(), data_root)[1]
    assert (screens.name, screens.licence, screens.images) == ("screens", "CC0", 1)
    assert screens.use == "training: text as PP-OCRv6 (Apache 2.0) finds it"


@pytest.mark.usefixtures("write_sets")
def test_what_only_a_teacher_learned_from_is_listed(data_root, fixed_predictor):
    alike, *_ = datasets_used(toy(), data_root)
    other = DatasetUse("secret", "CC0", 7, "training: fixation; splits f9", "B")
    screens = DatasetUse("screens", "CC0", 3, "examples of domain mobile, without gaze", "")
    fewer = replace(alike, use="training: mouse; splits f1", images=1)
    teacher = replace(fixed_predictor.info, datasets=(alike, fewer, other, screens))
    found = datasets_used(toy(), data_root, teachers=[teacher, teacher])
    assert found == (*datasets_used(toy(), data_root), other)
    # What the student was kept from and the teacher was not must show.
    beyond = datasets_used(toy(hold_out=["f1"]), data_root, teachers=[teacher])
    assert alike in beyond


def test_how_a_model_is_used_is_not_how_it_was_trained():
    """So a newer text of a recipe may change it."""
    other = toy(network={**yaml.safe_load(RECIPE)["network"], "pixels": 9216})
    assert other.network.pixels != toy().network.pixels
    assert other.training() == toy().training()
    deeper = toy(network={**yaml.safe_load(RECIPE)["network"], "context_blocks": 2})
    assert deeper.training() != toy().training()


# ---- What cannot be exported ---------------------------------------------------------------------


def run(path, tmp_path, **options):
    return export(
        [path], tmp_path / "toy.onnx", name="toy", version="1", data_root=tmp_path, **options
    )


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"last\.pt: no such checkpoint"):
        run(tmp_path / "last.pt", tmp_path)


def test_an_unfinished_checkpoint_is_refused(checkpoint, tmp_path):
    save_checkpoint(tmp_path / "last.pt", replace(checkpoint, progress=Progress(0, 1)))
    with pytest.raises(ExportError, match=r"unfinished.*goes on with stage first"):
        run(tmp_path / "last.pt", tmp_path)


def test_a_file_that_is_no_checkpoint_is_named(tmp_path):
    torch.save({"state_dict": {}}, tmp_path / "other.pt")
    with pytest.raises(CheckpointError, match=r"other\.pt is not a checkpoint of gazecast"):
        run(tmp_path / "other.pt", tmp_path)


def test_checkpoints_of_two_recipes_are_refused(checkpoint, tmp_path):
    other = RECIPE.replace("passes: 1", "passes: 2")
    for name, recipe in (("a.pt", RECIPE), ("b.pt", other)):
        save_checkpoint(tmp_path / name, replace(checkpoint, recipe=recipe, progress=Progress(2)))
    with pytest.raises(ExportError, match=r"b\.pt was trained by another recipe than .*a\.pt"):
        export(
            [tmp_path / "a.pt", tmp_path / "b.pt"],
            tmp_path / "toy.onnx",
            name="toy",
            version="1",
            data_root=tmp_path,
        )


def test_runs_that_held_out_different_folds_become_one(checkpoint, tmp_path):
    for number in range(2):
        average = {k: torch.full_like(v, 2.0 * number) for k, v in checkpoint.average.items()}
        held_out = f"{RECIPE}\nhold_out: [f{number}]\n"
        save_checkpoint(
            tmp_path / f"{number}.pt", replace(checkpoint, recipe=held_out, average=average)
        )
    mean, recipe, text = export_module._finished([tmp_path / "0.pt", tmp_path / "1.pt"])
    assert all((value == 1).all() for value in mean.average.values())
    assert recipe.hold_out == parse_recipe(text, "text").hold_out == ()


def test_a_recipe_that_trains_otherwise_is_refused(checkpoint_file, tmp_path):
    other = tmp_path / "toy.yaml"
    other.write_text(RECIPE.replace("passes: 1", "passes: 2"))
    with pytest.raises(ExportError, match="trains otherwise"):
        run(checkpoint_file, tmp_path, recipe_path=other)


def test_nothing_is_written_where_the_file_is_wrong(
    checkpoint_file, tmp_path, tiny_model, monkeypatch
):
    monkeypatch.setattr(
        model_files,
        "write_onnx",
        lambda _, path: path.write_bytes(tiny_model.onnx.read_bytes()),
    )
    at_one_shape = partial(check_parity, shapes=[(32, 64)])
    monkeypatch.setattr(model_files, "check_parity", at_one_shape)
    monkeypatch.setattr(export_module, "datasets_used", lambda *_, **__: ())
    before = set(tmp_path.iterdir())
    with pytest.raises(ExportError, match="the file was not written"):
        run(checkpoint_file, tmp_path)
    assert set(tmp_path.iterdir()) == before
