"""Models that are small enough to be promoted by the dozen; none of them can predict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gazecast.model.metadata import file_sha256
from gazecast.model.registry.registry import Registry

MakeModel = Callable[[str], Path]


@pytest.fixture
def make_model(tmp_path, fixed_predictor) -> MakeModel:
    """An ONNX file of these weights, with its description beside it."""

    def make(weights: str) -> Path:
        onnx = tmp_path / f"{weights}.onnx"
        onnx.write_text(weights * 1000, encoding="utf-8")
        info = replace(fixed_predictor.info, name=weights, sha256=file_sha256(onnx))
        onnx.with_suffix(".json").write_text(info.to_json(), encoding="utf-8")
        return onnx

    return make


@pytest.fixture
def registry(tmp_path) -> Registry:
    return Registry(tmp_path / "registry")
