"""The weights beside a model: what is trained on is what predicts; nothing else is taken for it."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from gazecast.model.metadata import ModelFileError, file_sha256, parse_model_info
from gazecast.model.predictor import SHIPPED_MODEL
from gazecast.training.export.model_files import SUFFIXES, write_model
from gazecast.training.export.shipped import PARITY_TOLERANCE, Shipped, check_parity
from gazecast.training.export.weights import read_trainable, read_weights, write_weights

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def model(tiny_model, tmp_path):
    """The tiny model, in a folder of its own."""
    path = tmp_path / "tiny.onnx"
    for suffix in SUFFIXES:
        shutil.copyfile(tiny_model.onnx.with_suffix(suffix), path.with_suffix(suffix))
    return path


def describe(model, **changes):
    description = model.with_suffix(".json")
    info = replace(parse_model_info(description.read_bytes()), **changes)
    description.write_text(info.to_json(), encoding="utf-8")


def test_the_shipped_weights_compute_what_the_shipped_file_does():
    found = read_trainable(SHIPPED_MODEL)
    shipped = Shipped(found.network, found.familiarity, found.thumbnail_side)
    assert check_parity(shipped, SHIPPED_MODEL) <= PARITY_TOLERANCE


def test_what_is_read_back_is_what_was_written(tiny_model, model):
    found = read_trainable(model)
    assert found.network.spec == tiny_model.network.spec
    for part, own in ((found.network, tiny_model.network), (found.familiarity, None)):
        assert not part.training
        if own is not None:
            for name, value in own.state_dict().items():
                assert torch.equal(part.state_dict()[name], value), name
    with safe_open(model.with_suffix(".safetensors"), framework="pt") as file:
        kinds = {file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
    assert kinds <= {torch.float32, torch.int64}


def test_a_model_is_written_whole_with_both_hashes(tiny_model, tmp_path):
    info = parse_model_info(tiny_model.onnx.with_suffix(".json").read_bytes())
    out = tmp_path / "made" / "mine.onnx"
    made = write_model(
        tiny_model.shipped,
        out,
        lambda sha256, weights: replace(info, sha256=sha256, weights_sha256=weights),
    )
    assert sorted(path.name for path in out.parent.iterdir()) == [
        f"mine{suffix}" for suffix in sorted(SUFFIXES)
    ]
    assert made.weights_sha256 == file_sha256(out.with_suffix(".safetensors"))
    assert read_trainable(out).info == made


@pytest.mark.parametrize("beside", [True, False])
def test_a_model_without_weights_predicts_and_says_what_training_needs(model, beside):
    if beside:
        describe(model, weights_sha256=None)
        wanted = "has no weights beside it to train on"
    else:
        model.with_suffix(".safetensors").unlink()
        wanted = "is missing, the weights of tiny.onnx"
    with pytest.raises(ModelFileError, match=wanted):
        read_trainable(model)


def test_other_weights_than_those_described_are_refused(model):
    weights = model.with_suffix(".safetensors")
    weights.write_bytes(weights.read_bytes() + b" ")
    with pytest.raises(ModelFileError, match="holds other weights than those of tiny"):
        read_trainable(model)


def test_weights_of_another_model_are_told_by_what_they_compute(tiny_model, model):
    weights = model.with_suffix(".safetensors")
    with safe_open(weights, framework="pt") as file:
        held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        described = file.metadata()
    held["network.readout.window_prior"] += 0.1 * torch.randn_like(
        held["network.readout.window_prior"]
    )
    save_file(held, weights, metadata=described)
    describe(model, weights_sha256=file_sha256(weights))
    with pytest.raises(ModelFileError, match="are of two models"):
        read_trainable(model)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 64, b"\x10" + b"\0" * 7 + b"[" * 16])
def test_what_is_no_safetensors_is_refused(tmp_path, content):
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="holds no weights of this version"):
        read_weights(path)


@pytest.mark.parametrize("missing", ["network", "thumbnail_side", "tensor"])
def test_weights_that_lack_something_are_refused(tiny_model, tmp_path, missing):
    path = tmp_path / "a.safetensors"
    write_weights(tiny_model.shipped, path)
    with safe_open(path, framework="pt") as file:
        held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        described = file.metadata()
    if missing == "tensor":
        del held["network.domain_head.weight"]
    else:
        del described[missing]
    save_file(held, path, metadata=described)
    with pytest.raises(ModelFileError, match="holds no weights of this version"):
        read_weights(path)
