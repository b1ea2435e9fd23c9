"""The description beside a model file, and that it is held against the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gazecast.model.metadata import ModelFileError, ModelInfo, file_sha256, read_model_info


@pytest.fixture
def files(tmp_path, fixed_predictor) -> tuple[Path, Path, ModelInfo]:
    """A description, the file that it describes, and what it says."""
    onnx = tmp_path / "model.onnx"
    onnx.write_bytes(b"weights")
    info = replace(fixed_predictor.info, sha256=file_sha256(onnx))
    description = tmp_path / "model.json"
    description.write_text(info.to_json(), encoding="utf-8")
    return description, onnx, info


def test_what_is_written_is_read(files):
    description, onnx, info = files
    assert read_model_info(description, onnx) == info


def test_another_file_is_refused(files):
    description, onnx, _ = files
    onnx.write_bytes(b"other weights")
    with pytest.raises(ModelFileError, match="is not the file that"):
        read_model_info(description, onnx)


@pytest.mark.parametrize("missing", ["model.onnx", "model.json"])
def test_a_missing_file_is_named(files, missing):
    description, onnx, _ = files
    description.with_name(missing).unlink()
    with pytest.raises(ModelFileError, match=rf"{missing} is missing"):
        read_model_info(description, onnx)


@pytest.mark.parametrize(
    ("change", "where"),
    [({"sha256": None}, "sha256"), ({"windows": ["9s"]}, "windows.0"), ({"tiles": 4}, "tiles")],
)
def test_a_description_of_another_kind_is_refused(files, change, where):
    description, onnx, info = files
    description.write_text(json.dumps(json.loads(info.to_json()) | change), encoding="utf-8")
    with pytest.raises(ModelFileError, match=where):
        read_model_info(description, onnx)


def test_a_damaged_description_is_refused(files):
    description, onnx, info = files
    description.write_text(info.to_json()[:100], encoding="utf-8")
    with pytest.raises(ModelFileError, match="does not describe a model"):
        read_model_info(description, onnx)
