"""An exported file read back computes what it computes."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from gazecast.model.geometry import place
from gazecast.model.graph import DOMAIN_LOGITS, IMAGE, LOG_DENSITY, THUMBNAIL, UNFAMILIARITY
from gazecast.model.metadata import ModelFileError
from gazecast.model.picture import read_picture
from gazecast.model.predictor import SHIPPED_MODEL, graph_inputs
from gazecast.training.export import PARITY_TOLERANCE, Shipped, check_parity
from gazecast.training.exported import read_exported

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("shape", [(64, 160), (224, 96)])
def test_a_model_is_read_back_whole(tiny_model, shape):
    found = read_exported(tiny_model.onnx)
    shipped = Shipped(found.network, found.familiarity)
    assert check_parity(shipped, tiny_model.onnx, [shape]) <= PARITY_TOLERANCE
    assert found.info.sha256


@pytest.mark.parametrize("name", ["landing-page", "phone-screen", "poster"])
def test_the_shipped_model_is_read_back_but_for_the_rounding_of_features(name):
    """Its weights are exact; what they are multiplied with is rounded in the file only."""
    found = read_exported(SHIPPED_MODEL)
    picture = read_picture(EXAMPLES / f"{name}.png")
    pixels = found.info.input
    feed = graph_inputs(picture, place(picture.width, picture.height, *astuple(pixels)))
    session = onnxruntime.InferenceSession(SHIPPED_MODEL, providers=["CPUExecutionProvider"])
    expected = session.run([LOG_DENSITY, DOMAIN_LOGITS, UNFAMILIARITY], feed)
    with torch.no_grad():
        computed = Shipped(found.network, found.familiarity)(
            *(torch.from_numpy(feed[each].copy()) for each in (IMAGE, THUMBNAIL))
        )
    density, logits, unfamiliarity = (each.numpy() for each in computed)
    correlation = np.corrcoef(np.exp(density).ravel(), np.exp(expected[0]).ravel())[0, 1]
    assert correlation > 0.995
    assert logits == pytest.approx(expected[1], abs=0.5)
    assert unfamiliarity == pytest.approx(expected[2], abs=0.1)


def test_the_prior_comes_back_on_its_own_grid(tiny_model):
    """Every number of it: the sum of a domain's and a window's prior is all that matters."""
    found, source = read_exported(tiny_model.onnx).network.readout, tiny_model.network.readout
    torch.testing.assert_close(
        found.domain_prior + found.window_prior,
        source.domain_prior + source.window_prior,
        atol=1e-4,
        rtol=0,
    )


def test_a_file_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match=r"nothing\.onnx is missing"):
        read_exported(tmp_path / "nothing.onnx")
