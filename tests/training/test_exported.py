"""An exported file read back computes what it computes."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from gazecast.model.blur import blurred
from gazecast.model.graph import DOMAIN_LOGITS, IMAGE, LOG_DENSITY, THUMBNAIL, UNFAMILIARITY
from gazecast.model.metadata import ModelFileError, file_sha256, read_model_info
from gazecast.model.network import PRIOR_FINENESS, NetworkSpec, Readout, SaliencyNetwork
from gazecast.model.predictor import SHIPPED_MODEL, Predictor
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.export.shipped import PARITY_TOLERANCE, Shipped, check_parity, write_onnx
from gazecast.training.exported import read_exported
from gazecast.training.fit.samples import scale_pixels

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("shape", [(64, 160), (224, 96)])
def test_the_shipped_model_is_read_back_whole(shape):
    found = read_exported(SHIPPED_MODEL)
    shipped = Shipped(found.network, found.familiarity, found.thumbnail_side)
    assert check_parity(shipped, SHIPPED_MODEL, [shape]) <= PARITY_TOLERANCE
    assert found.info.sha256


def test_the_prior_comes_back_on_its_own_grid(tiny_model):
    """Every number of it: the sum of a domain's and a window's prior is all that matters."""
    found, source = read_exported(tiny_model.onnx).network.readout, tiny_model.network.readout
    every = torch.arange(len(source.frame))
    torch.testing.assert_close(found.fine_prior(every), source.fine_prior(every), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.frame, source.frame)
    torch.testing.assert_close(found.pull, source.pull)
    assert torch.equal(found.direct_16, source.direct_16)
    assert torch.equal(found.direct_32, source.direct_32)
    torch.testing.assert_close(found.blur, source.blur)


class ShippedBefore(nn.Module):
    """As files up to version 0.3.0: all domains at once, and a larger thumbnail."""

    def __init__(self, shipped):
        super().__init__()
        self.network, self.familiarity = shipped.network, shipped.familiarity

    def forward(self, image, thumbnail):
        logits = self.network(scale_pixels(image.permute(0, 3, 1, 2)))
        embedding = self.network.embed(scale_pixels(thumbnail.permute(0, 3, 1, 2)))
        log_density = torch.log_softmax(logits.flatten(-2), dim=-1).reshape(logits.shape)
        return log_density, self.network.domain_head(embedding), self.familiarity(embedding)


def each_prior_by_itself(self, domains):
    """Readout.fine_prior up to version 0.3.0."""
    prior = nn.functional.interpolate(
        self.domain_prior[domains] + self.window_prior,
        scale_factor=PRIOR_FINENESS,
        mode="bicubic",
        align_corners=False,
    )
    return prior + self.frame[domains][:, :, None, None] * self.border


def without_text_and_blur(self, x, shared, domains):
    """Readout._read of version 0.2.0."""
    logits = self._content(x, domains) * torch.exp(self.log_scale[domains])[:, :, None, None]
    return logits + self.prior(domains, (logits.shape[-2], logits.shape[-1]))


def without_direct(self, x, shared, domains):
    """Readout._read of versions 0.3.0 and 0.3.1."""
    logits = self._content(x, domains)
    logits = logits * torch.exp(self.log_scale.index_select(0, domains))[:, :, None, None]
    logits = blurred(logits, self.blur)
    logits = logits + self.prior(domains, (logits.shape[-2], logits.shape[-1]))
    return logits + self.drawn(shared.log_text, domains)


@pytest.fixture(scope="module", params=["0.2.0", "0.3.0"])
def older(request, tiny_model, tmp_path_factory):
    """A file as that version wrote it, with its description."""
    path = tmp_path_factory.mktemp(request.param) / "older.onnx"
    rows = torch.export.Dim("rows", min=1), torch.export.Dim("columns", min=1)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own
        patch.setattr(Readout, "fine_prior", each_prior_by_itself)
        read = {"0.2.0": without_text_and_blur, "0.3.0": without_direct}
        patch.setattr(Readout, "_read", read[request.param])
        torch.onnx.export(
            ShippedBefore(Shipped(tiny_model.network)),
            tuple(torch.zeros(1, *size, 3, dtype=torch.uint8) for size in ((64, 96), (160, 160))),
            path,
            input_names=[IMAGE, THUMBNAIL],
            output_names=[LOG_DENSITY, DOMAIN_LOGITS, UNFAMILIARITY],
            dynamic_shapes=({1: 32 * rows[0], 2: 32 * rows[1]}, None),
            opset_version=20,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    describe_as(tiny_model.onnx, path)
    return path


@pytest.fixture(scope="module")
def written_anew(older):
    """What was read back of it, exported as today."""
    found = read_exported(older)
    path = older.with_name("anew.onnx")
    write_onnx(Shipped(found.network, found.familiarity, found.thumbnail_side), path)
    describe_as(older, path)
    return path


def describe_as(other, path, **changes):
    info = read_model_info(other.with_suffix(".json"), other)
    info = replace(info, sha256=file_sha256(path), **changes)
    path.with_suffix(".json").write_text(info.to_json(), encoding="utf-8")


def test_a_file_of_version_0_2_0_knows_no_text_and_does_not_blur(older):
    readout = read_exported(older).network.readout
    before_both = older.parent.name.startswith("0.2.0")
    assert bool((readout.pull == 0).all()) == before_both
    assert (len(readout.blur) == 1) == before_both


def test_a_file_of_version_0_3_1_is_read_back(tiny_model, tmp_path):
    path = tmp_path / "one.onnx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Readout, "_read", without_direct)
        write_onnx(Shipped(tiny_model.network), path)
    describe_as(tiny_model.onnx, path)
    readout = read_exported(path).network.readout  # which checks that it computes the same
    torch.testing.assert_close(readout.pull, tiny_model.network.readout.pull)
    assert not readout.direct_16.any()
    assert not readout.direct_32.any()


def test_an_older_file_is_read_back_and_what_is_written_of_it_too(older, written_anew):
    """Nothing is checked with another thumbnail than its domains were learned from."""
    for path in (older, written_anew):
        found = read_exported(path)
        assert found.thumbnail_side == 160
        shipped = Shipped(found.network, found.familiarity, found.thumbnail_side)
        assert check_parity(shipped, path, [(96, 64)]) <= PARITY_TOLERANCE


@pytest.mark.parametrize("domain", ["auto", *DOMAINS])
def test_an_older_file_predicts_what_it_does_written_anew(older, written_anew, domain):
    picture = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    before, after = (
        Predictor(file).predict(picture, domain=domain) for file in (older, written_anew)
    )
    assert before.domain == after.domain
    np.testing.assert_allclose(before.density, after.density, rtol=1e-3)


def test_auto_is_never_an_added_domain_of_which_there_may_be_many(tiny_model, tmp_path):
    """With so many the exporter leaves the priors as they are learned."""
    torch.manual_seed(0)
    domains = (*DOMAINS, *(f"added-{number}" for number in range(20)))
    network = SaliencyNetwork(NetworkSpec("test_efficientnet", domains, (32, 24, 16, 16), 1))
    with torch.no_grad():
        network.readout.domain_prior.normal_()
        network.domain_head.bias[-1] = 100
    path = tmp_path / "many.onnx"
    write_onnx(Shipped(network), path)
    describe_as(tiny_model.onnx, path, domains=dict.fromkeys(domains, "toy"))
    read_exported(path)  # which checks that it computes the same
    picture = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    predictor = Predictor(path)
    found = predictor.predict(picture)
    assert found.domain.name in DOMAINS
    told = predictor.predict(picture, domain=found.domain.name)
    assert told.density.tobytes() == found.density.tobytes()
    assert (
        predictor.predict(picture, domain=domains[-1]).density.tobytes() != told.density.tobytes()
    )


def test_a_file_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match=r"nothing\.onnx is missing"):
        read_exported(tmp_path / "nothing.onnx")
