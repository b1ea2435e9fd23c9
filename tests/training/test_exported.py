"""An exported file read back computes what it computes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gazecast.model.metadata import ModelFileError, file_sha256, read_model_info
from gazecast.model.network import Readout
from gazecast.model.predictor import SHIPPED_MODEL
from gazecast.training.export import PARITY_TOLERANCE, Shipped, check_parity, write_onnx
from gazecast.training.exported import read_exported

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("shape", [(64, 160), (224, 96)])
def test_the_shipped_model_is_read_back_whole(shape):
    found = read_exported(SHIPPED_MODEL)
    shipped = Shipped(found.network, found.familiarity)
    assert check_parity(shipped, SHIPPED_MODEL, [shape]) <= PARITY_TOLERANCE
    assert found.info.sha256


def test_the_prior_comes_back_on_its_own_grid(tiny_model):
    """Every number of it: the sum of a domain's and a window's prior and the frame is all that
    matters."""
    found, source = read_exported(tiny_model.onnx).network.readout, tiny_model.network.readout
    every = torch.arange(len(source.frame))
    torch.testing.assert_close(found.fine_prior(every), source.fine_prior(every), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.frame, source.frame, atol=1e-4, rtol=0)
    torch.testing.assert_close(found.pull, source.pull)


def test_a_file_of_version_0_2_0_is_read_back(tiny_model, tmp_path, monkeypatch):
    """It knows no text, and does not blur."""

    def read_before(self, x, log_text, domains):
        logits = self._content(x, domains) * torch.exp(self.log_scale[domains])[:, :, None, None]
        return logits + self.prior(domains, (logits.shape[-2], logits.shape[-1]))

    path = tmp_path / "older.onnx"
    with monkeypatch.context() as patch:
        patch.setattr(Readout, "_read", read_before)
        write_onnx(Shipped(tiny_model.network), path)
    info = replace(
        read_model_info(tiny_model.onnx.with_suffix(".json"), tiny_model.onnx),
        sha256=file_sha256(path),
    )
    path.with_suffix(".json").write_text(info.to_json(), encoding="utf-8")
    found = read_exported(path)
    assert check_parity(Shipped(found.network), path, [(64, 96)]) <= PARITY_TOLERANCE
    assert (found.network.readout.pull == 0).all()


def test_a_file_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match=r"nothing\.onnx is missing"):
        read_exported(tmp_path / "nothing.onnx")
