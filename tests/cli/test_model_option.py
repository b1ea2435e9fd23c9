"""What commands that predict have in common."""

from __future__ import annotations

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from gazecast.cli.model_option import load_predictor
from gazecast.model.metadata import ModelFileError, file_sha256
from gazecast.model.prediction import UnknownDomainError


def threads_of_blas():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_the_analysis_of_a_picture_leaves_the_cores_to_the_next_prediction(tiny_model):
    with threadpool_limits(2, user_api="blas"):
        assert threads_of_blas() == {2}
        predictor = load_predictor(tiny_model.onnx, "web")
        assert threads_of_blas() == {1}
    assert predictor.info.sha256 == file_sha256(tiny_model.onnx)


def test_what_cannot_predict_is_said(tiny_model, tmp_path):
    with pytest.raises(UnknownDomainError, match="unknown domain 'kiosk'"):
        load_predictor(tiny_model.onnx, "kiosk")
    with pytest.raises(ModelFileError):
        load_predictor(tmp_path / "none.onnx", "web")
