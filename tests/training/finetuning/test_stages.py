"""Which stages are kept, and what they may change."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from gazecast.data.stimulus import DataError
from gazecast.designs.options import Options
from gazecast.training.finetuning import domain_stage
from gazecast.training.finetuning.finetune import FineTuning
from gazecast.training.finetuning.ranks import Ranks
from gazecast.training.finetuning.starting import check_domain
from gazecast.training.finetuning.user_data import read_user_data
from gazecast.training.finetuning.work import ALL

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def run(start, quick, tmp_path):
    def make(folder, domain="web", settings=quick, out="out"):
        return FineTuning(
            read_user_data(folder, sigma_px=4),
            deepcopy(start),
            tmp_path / out,
            domain,
            settings,
            Ranks(0, 1, torch.device("cpu")),
            lambda _: None,
        )

    return make


def test_shuffled_labels_keep_no_stage(run, shuffled):
    tuning = run(shuffled)
    stages = tuning.stages()
    assert [stage.name for stage in stages] == ["domain", "decoder", "all"]
    assert not any(stage.kept for stage in stages)
    assert "belong to the images" in stages[0].reason
    unchanged = tuning.start.network.state_dict()
    for name, value in tuning.network(ALL).state_dict().items():
        assert torch.equal(value, unchanged[name])


def test_another_prior_is_learned_by_the_first_stage(run, left_squares, quick):
    """Fewer than 20 numbers say that people look at the left."""
    tuning = run(left_squares, settings=replace(quick, stages=()))
    (stage,) = tuning.stages()
    assert stage.kept, stage.reason
    assert stage.gain["nss"].low > 0
    assert stage.parameters == domain_stage.PARAMETERS < 20
    for of_image in tuning.held_out.log_densities.values():
        density = np.exp(of_image[0])
        assert density[:, : density.shape[1] // 2].sum() > 0.5


def test_the_first_stage_changes_its_own_domain_and_nothing_else(run, left_squares, quick):
    tuning = run(left_squares, settings=replace(quick, stages=()))
    tuning.stages()
    before, after = tuning.start.network.state_dict(), tuning.network(ALL).state_dict()
    different = {name for name in before if not torch.equal(before[name], after[name])}
    assert different == {"readout.log_scale", "readout.domain_prior"}
    for name in different:
        assert torch.equal(before[name][1:], after[name][1:])  # web is the first


def test_the_decoder_stage_leaves_the_backbone(run, left_squares, quick):
    tuning = run(left_squares)
    stages = {stage.name: stage for stage in tuning.stages()}
    assert stages["domain"].parameters < stages["decoder"].parameters < stages["all"].parameters
    decoder = tuning._trained(quick.stages[0], ALL)
    assert decoder.changed
    assert all(name.startswith(("decoder.", "readout.")) for name in decoder.changed)


def test_other_domains_move_less_than_the_own_and_than_when_nothing_holds_them(
    run, left_squares, quick
):
    held = moved_by(run(left_squares, settings=replace(quick, keep=10 * quick.keep), out="held"))
    free = moved_by(run(left_squares, settings=replace(quick, keep=0.0), out="free"))
    assert held["poster"] < held["web"]
    assert held["poster"] < 0.8 * free["poster"]


def moved_by(tuning):
    """By how much of its mass the density of each domain changes: web moves to the left square,
    poster looks at both as before."""
    list(tuning.stages())
    image = next(iter(tuning._whole_of.values())).image
    moved = {}
    for row, domain in enumerate(tuning._network.spec.domains):
        chosen = torch.tensor([row])
        first, second = (
            torch.softmax(network(image, chosen).flatten(2), -1)
            for network in (tuning._network, tuning.network(ALL))
        )
        moved[domain] = (first - second).abs().sum(-1).mean().item()
    return moved


@pytest.mark.parametrize("name", ["auto", "", "-", "-kiosk", "our kiosk", "küche", "k" * 65])
def test_names_that_a_new_domain_cannot_have(name):
    with pytest.raises(DataError, match="choose a name"):
        check_domain(name)


@pytest.mark.parametrize("name", ["kiosk", "Kiosk-2", "k" * 64])
def test_a_new_domain_can_be_asked_of_the_service(name):
    check_domain(name)
    assert Options(domain=name).domain == name


def test_a_new_domain_begins_as_the_one_that_fits_best(run, left_squares):
    tuning = run(left_squares, domain="kiosk")
    assert tuning.began_as == "web"  # of equals the first
    network = tuning.network(ALL)
    assert network.spec.domains == ("web", "mobile", "poster", "photo", "kiosk")
    assert torch.equal(network.readout.gain[-1], network.readout.gain[0])
