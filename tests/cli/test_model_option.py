"""What commands that predict have in common."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gazecast.cli.model_option import load_predictor
from gazecast.model.metadata import ModelFileError, file_sha256
from gazecast.model.prediction import UnknownDomainError

# A process of its own: what BLAS is told holds for all of one, and where a service of another test
# runs, threadpoolctl lets its thread alone tell.
THREADS_OF_BLAS = """
import sys
from pathlib import Path
from threadpoolctl import threadpool_info, threadpool_limits
from gazecast.cli.model_option import load_predictor

def threads():
    return sorted({each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"})

import gazecast.model.predictor
threadpool_limits(2, user_api="blas")
print(threads())
print(load_predictor(Path(sys.argv[1]), "web").info.sha256)
print(threads())
"""


def test_the_analysis_of_a_picture_leaves_the_cores_to_the_next_prediction(tiny_model):
    command = [sys.executable, "-c", THREADS_OF_BLAS, str(tiny_model.onnx)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.splitlines() == ["[2]", file_sha256(tiny_model.onnx), "[1]"]


def test_what_cannot_predict_is_said(tiny_model, tmp_path):
    with pytest.raises(UnknownDomainError, match="unknown domain 'kiosk'"):
        load_predictor(tiny_model.onnx, "kiosk")
    with pytest.raises(ModelFileError):
        load_predictor(tmp_path / "none.onnx", "web")
