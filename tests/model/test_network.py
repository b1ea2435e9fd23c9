"""The network against timm's own backbone and against itself, with random weights."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import nn

import gazecast.model.backbone as backbone_module
from gazecast.model.backbone import STRIDES, Backbone
from gazecast.model.network import WINDOW_COUNT, NetworkSpec, SaliencyNetwork
from gazecast.model.vocabulary import DOMAINS, WINDOWS

import timm  # isort: skip  (after torch_compat, which gazecast.model.backbone imports)
from timm.layers import Conv2dSame  # isort: skip

pytestmark = pytest.mark.usefixtures("one_thread")

BACKBONE = "tf_efficientnet_lite0"
SIZES = [(32, 32), (64, 96), (160, 32), (128, 128)]


@pytest.fixture(scope="module")
def network():
    """Random everywhere, also where a new network starts neutral."""
    torch.manual_seed(0)
    network = SaliencyNetwork(NetworkSpec(BACKBONE, DOMAINS, (32, 24, 16, 16), 1))
    with torch.no_grad():
        readout = network.readout
        for parameter in (*readout.parameters(), readout.frame, readout.pull):
            parameter.normal_(std=0.5)
        for weights in (readout.direct_16, readout.direct_32):
            weights.normal_(std=0.01)
    return network.eval()


@pytest.fixture(scope="module")
def reference():
    """timm's network with batch norms that do something."""
    torch.manual_seed(1)
    features = timm.create_model(BACKBONE, features_only=True, out_indices=(1, 2, 3, 4)).eval()
    for module in features.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.running_var, module.weight.data):
                tensor.uniform_(0.5, 1.5)
            for tensor in (module.running_mean, module.bias.data):
                tensor.normal_(std=0.1)
    return features


@pytest.fixture
def backbone(reference, monkeypatch):
    monkeypatch.setattr(backbone_module.timm, "create_model", lambda *_, **__: deepcopy(reference))
    return Backbone(BACKBONE).eval()


def pictures(count, height, width):
    generator = torch.Generator().manual_seed(height * width)
    return torch.rand(count, 3, height, width, generator=generator) * 2 - 1


@pytest.mark.parametrize("size", SIZES)
@torch.no_grad()
def test_the_backbone_computes_what_timm_computes(backbone, reference, size):
    image = pictures(2, *size)
    for ours, theirs in zip(backbone(image), reference(image), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4 * theirs.abs().max().item())


@torch.no_grad()
def test_features_have_the_strides_and_channels_they_say(backbone):
    features = backbone(pictures(1, 64, 96))
    assert [f.shape[1] for f in features] == list(backbone.channels)
    assert [(64 // f.shape[2], 96 // f.shape[3]) for f in features] == [(s, s) for s in STRIDES]


@torch.no_grad()
def test_the_finest_features_can_be_had_alone(backbone):
    image = pictures(1, 64, 96)
    torch.testing.assert_close(backbone.finest(image), backbone(image)[0])


def test_its_layers_one_after_another_make_the_coarsest_features(backbone):
    image = pictures(1, 64, 96)
    made = image
    for layer in backbone.layers():
        made = layer(made)
    torch.testing.assert_close(made, backbone(image)[-1])


def test_no_batch_norm_and_no_padding_worked_out_from_the_size_is_left(backbone):
    assert not any(isinstance(m, nn.BatchNorm2d | Conv2dSame) for m in backbone.modules())


def test_the_early_parameters_are_those_up_to_stride_4(backbone):
    backbone.requires_grad_(True)
    backbone(pictures(1, 32, 32))[0].sum().backward()
    reached = {name for name, p in backbone.named_parameters() if p.grad is not None}
    early = {id(p) for p in backbone.early_parameters()}
    assert reached == {name for name, p in backbone.named_parameters() if id(p) in early}


def test_a_backbone_with_other_strides_is_refused():
    with pytest.raises(ValueError, match="strides"):
        Backbone("test_vit")


def test_imagenet_weights_do_not_depend_on_the_seed():
    weights = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        weights.append(Backbone(BACKBONE, imagenet=True).state_dict())
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


def test_there_is_an_output_for_each_window():
    assert len(WINDOWS) == WINDOW_COUNT


@pytest.mark.parametrize("size", SIZES)
@torch.no_grad()
def test_every_domain_and_window_gets_a_map_at_a_quarter_of_the_size(network, size):
    logits = network(pictures(2, *size))
    assert logits.shape == (2, len(DOMAINS), WINDOW_COUNT, size[0] // 4, size[1] // 4)
    assert logits.isfinite().all()


@torch.no_grad()
def test_one_readout_an_image_is_that_domains_part_of_all_readouts(network):
    image = pictures(4, 64, 96)
    domains = torch.tensor([2, 0, 3, 2])
    chosen = network(image, domains)
    torch.testing.assert_close(chosen, network(image)[torch.arange(4), domains])


@torch.no_grad()
def test_domains_and_windows_answer_differently(network):
    maps = network(pictures(1, 64, 64))[0].flatten(0, 1)
    assert len({tuple(one.flatten().tolist()) for one in maps}) == len(DOMAINS) * WINDOW_COUNT


@torch.no_grad()
def test_the_frame_darkens_one_domains_border_alone(network):
    image = pictures(1, 192, 288)
    before = network(image)
    network.readout.frame[1] -= 1
    change = network(image) - before
    network.readout.frame[1] += 1
    assert change[0, [0, 2, 3]].abs().max() == 0
    middle = change[0, 1, :, 12:-12, 18:-18]
    side = change[0, 1, :, 20:28, 0]
    corner = change[0, 1, :, 0, 0]
    assert middle.abs().max() < 0.01
    assert ((side > -1.01) & (side < -0.9)).all()
    torch.testing.assert_close(corner, 2 * side[:, 0])


@torch.no_grad()
def test_text_draws_one_domains_looks_alone(network):
    image = pictures(1, 64, 96)
    before = network(image)
    network.readout.pull[1, 2] += 0.5
    change = network(image) - before
    network.readout.pull[1, 2] -= 0.5
    log_text = network.text_head.log_text(network.backbone(image)[0])
    torch.testing.assert_close(change[:, 1, 2], 0.5 * log_text[:, 0], atol=1e-4, rtol=0)
    change[:, 1, 2] = 0
    assert change.abs().max() == 0


@torch.no_grad()
def test_the_coarsest_features_speak_for_one_window_directly(network):
    """Laid over the output they add what their weights say, and nothing elsewhere."""
    image = pictures(1, 64, 96)
    before = network(image)
    weights = network.readout.direct_16[1, 2], network.readout.direct_32[1, 2]
    kept = [each.clone() for each in weights]
    for each in weights:
        each.zero_()
        each[3] += 0.5
    with_two_features = network(image)
    for each in weights:
        each.zero_()
    change = with_two_features - network(image)
    for each, old in zip(weights, kept, strict=True):
        each.copy_(old)
    finer, coarser = network.backbone(image)[-2:]
    summed = finer[:, 3:4] + resized(coarser[:, 3:4], (4, 6))
    expected = 0.5 * resized(summed, (16, 24))[:, 0]
    torch.testing.assert_close(change[:, 1, 2], expected, atol=1e-4, rtol=0)
    change[:, 1, 2] = 0
    assert change.abs().max() == 0
    torch.testing.assert_close(network(image), before)


def resized(maps, size):
    return nn.functional.interpolate(maps, size=size, mode="bilinear", align_corners=False)


@torch.no_grad()
def test_what_is_used_is_smoother_than_what_is_trained():
    torch.manual_seed(0)
    network = SaliencyNetwork(NetworkSpec(BACKBONE, ("web",), (32, 24, 16, 16), 1)).eval()
    image = pictures(1, 128, 128)
    used = network(image)
    network.readout.train()
    network.readout.mix.eval()
    learned = network(image)
    expected = gaussian_filter(learned.numpy(), (0, 0, 0, 1, 1), mode="nearest", truncate=3)
    torch.testing.assert_close(used, torch.from_numpy(expected), atol=1e-4, rtol=1e-3)


@torch.no_grad()
def test_an_image_gets_the_same_answer_alone_and_in_a_batch(network):
    image = pictures(3, 64, 64)
    torch.testing.assert_close(network(image)[1:2], network(image[1:2]), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_what_is_seen_in_one_corner_reaches_the_other(network):
    image = pictures(1, 160, 160)
    changed = image.clone()
    changed[..., :32, :32] *= -1
    difference = (network(image) - network(changed)).abs()
    assert difference[..., -4:, -4:].max() > 0


@torch.no_grad()
def test_the_embedding_does_not_see_where_things_are(network):
    image = pictures(1, 64, 64).mean(dim=(2, 3), keepdim=True).expand(1, 3, 160, 160)
    embedded = network.embed(image)
    assert embedded.shape == (1, sum(network.backbone.channels[-2:]))
    assert embedded.shape == (1, network.domain_head.in_features)
