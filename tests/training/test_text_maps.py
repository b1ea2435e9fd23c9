"""Where a detector finds text in pictures."""

from __future__ import annotations

import re
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from gazecast.data.stimulus import DataError, Stimulus
from gazecast.training.fit import text_maps
from gazecast.training.fit.text_maps import read_text_map, text_probability


@pytest.fixture
def detector(tmp_path):
    """Answers as PP-OCR does, and takes for text what lacks blue, the first channel."""
    darkness = [
        helper.make_node("Slice", ["x", "zero", "one", "axis"], ["blue"]),
        helper.make_node("Neg", ["blue"], ["dark"]),
        helper.make_node("Mul", ["dark", "steep"], ["steeper"]),
        helper.make_node("Sigmoid", ["steeper"], ["y"]),
    ]
    constants = [
        helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("steep", TensorProto.FLOAT, [1], [20.0]),
    ]
    graph = helper.make_graph(
        darkness,
        "dark",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, "h", "w"])],
        constants,
    )
    path = tmp_path / "detector.onnx"
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path
    )
    return path


def half_blue(path, width, height):
    """Dark on the left; the right half is blue alone."""
    rgb = np.zeros((height, width, 3), dtype=np.uint8)
    rgb[:, width // 2 :, 2] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path)
    return path


@pytest.mark.parametrize("size", [(1366, 768), (750, 1334), (200, 100), (3000, 40)])
def test_a_map_has_the_pictures_aspect_and_sees_its_channels(detector, tmp_path, size):
    width, height = size
    session = text_maps.onnxruntime.InferenceSession(detector)
    found = text_probability(session, half_blue(tmp_path / "a.png", width, height))
    rows, columns = found.shape
    assert max(rows, columns) == 240
    assert columns / rows == pytest.approx(width / height, rel=0.3 if height == 40 else 0.01)
    assert found[:, : columns // 2 - 4].min() > 0.99
    assert found[:, columns // 2 + 4 :].max() < 0.01


def test_the_command_writes_a_map_for_every_picture(detector, tmp_path, monkeypatch):
    picture = half_blue(tmp_path / "set" / "images" / "page.jpg.png", 320, 180)
    maps = tmp_path / "set-text"
    monkeypatch.setattr(text_maps, "find_detector", lambda: detector)
    monkeypatch.setattr(
        sys, "argv", ["x", "--pictures", str(tmp_path / "set"), "--output", str(maps)]
    )
    text_maps.main()
    stimulus = Stimulus(
        name="page.jpg.png", image_path=picture, split="train", width=320, height=180
    )
    found = read_text_map(maps, stimulus)
    assert found.dtype == np.uint8
    assert found[:, 0].min() > 250
    assert found[:, -1].max() < 5


def test_a_missing_map_or_detector_says_what_to_do(tmp_path, monkeypatch):
    stimulus = Stimulus(
        name="a.png", image_path=tmp_path / "images" / "a.png", split="train", width=1, height=1
    )
    command = f"text_maps --pictures {tmp_path} --output {tmp_path / 'maps'}` writes it"
    with pytest.raises(DataError, match=re.escape(command)):
        read_text_map(tmp_path / "maps", stimulus)
    monkeypatch.setattr(text_maps, "find_spec", lambda _: None)
    with pytest.raises(DataError, match="pip install --no-deps rapidocr"):
        text_maps.find_detector()
