"""The exported file in 8-bit integers: nearly the same maps, or an error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from PIL import Image, ImageDraw

from gazecast.model.graph import THUMBNAIL_SIDE
from gazecast.model.metadata import file_sha256, read_model_info
from gazecast.model.picture import read_picture
from gazecast.training import int8
from gazecast.training.exported import read_exported
from gazecast.training.int8 import RoundingError, answers_of, check_rounding, dequantised, quantise

PIXELS = 128 * 128


@pytest.fixture(scope="module")
def pictures():
    """Of several shapes: the graph's size is not fixed."""
    rng = np.random.default_rng(0)
    made = []
    for size in [(160, 120), (90, 200), (128, 128), (220, 100)]:
        image = Image.new("RGB", size, tuple(rng.integers(0, 256, 3)))
        draw = ImageDraw.Draw(image)
        for _ in range(6):
            x, y = rng.integers(0, 80, 2)
            draw.rectangle((x, y, x + 30, y + 12), fill=tuple(rng.integers(0, 256, 3)))
        made.append(read_picture(image))
    return made


@pytest.fixture(scope="module")
def rounded(tiny_model, pictures, tmp_path_factory):
    out = tmp_path_factory.mktemp("int8") / "int8.onnx"
    quantise(tiny_model.onnx, out, pictures[:2], PIXELS)
    return out


def test_all_convolutions_before_the_readouts_compute_in_integers(rounded):
    graph = onnx.load(rounded).graph
    made_by = {name: node.op_type for node in graph.node for name in node.output}
    reached, before, after = set(), [], []
    for node in graph.node:  # in topological order
        if any(name.startswith("network.readout.") or name in reached for name in node.input):
            reached.update(node.output)
        if node.op_type == "Conv":
            (after if node.output[0] in reached else before).append(node.input[1])
    assert len(before) > 10
    assert {made_by.get(name) for name in before} == {"DequantizeLinear"}
    assert after
    assert not any(name in made_by for name in after)


def test_the_densities_are_nearly_the_same_on_other_pictures(tiny_model, rounded, pictures):
    exact, ours = map(answers_of, (tiny_model.onnx, rounded))
    assert 0.995 < check_rounding(exact, ours, pictures[2:], PIXELS, THUMBNAIL_SIDE) < 1


def test_a_file_that_answers_otherwise_is_refused(tiny_model, rounded, pictures, monkeypatch):
    monkeypatch.setattr(int8, "MEAN_CORRELATION", 1.0)
    exact, ours = map(answers_of, (tiny_model.onnx, rounded))
    with pytest.raises(RoundingError, match=r"correlate by [01]\..* with those in float32"):
        check_rounding(exact, ours, pictures, PIXELS, THUMBNAIL_SIDE)


def test_a_file_in_integers_can_be_trained_on(tiny_model, rounded):
    """Read back, its weights are the original's but for the rounding, and its maps nearly its own
    (which reading back checks: RoundingError's message is in the refusal)."""
    info = read_model_info(tiny_model.onnx.with_suffix(".json"), tiny_model.onnx)
    described = replace(info, sha256=file_sha256(rounded))
    rounded.with_suffix(".json").write_text(described.to_json(), encoding="utf-8")
    found = read_exported(rounded).network.state_dict()
    for name, value in read_exported(tiny_model.onnx).network.state_dict().items():
        assert torch.allclose(found[name], value, atol=value.abs().max().item() / 127), name


def test_the_weights_are_read_back_rounded(tiny_model, rounded):
    def weights(model):
        named = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
        return {name: value for name, value in named.items() if name.startswith("network.")}

    exact = weights(onnx.load(tiny_model.onnx))
    found = weights(dequantised(onnx.load(rounded)))
    assert set(exact) <= set(found)
    for name, value in exact.items():
        assert found[name].shape == value.shape
        assert np.abs(found[name] - value).max() <= np.abs(value).max() / 127
