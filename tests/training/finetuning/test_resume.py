"""Killed in the middle it goes on where it stopped, and ends the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path

import pytest
import torch

from gazecast.data.stimulus import DataError
from gazecast.training.finetuning.finetune import FineTuning
from gazecast.training.finetuning.ranks import Ranks
from gazecast.training.finetuning.user_data import read_user_data
from gazecast.training.finetuning.work import ALL, Trained, Work

pytestmark = pytest.mark.usefixtures("one_thread")

SCRIPT = Path(__file__).with_name("run_stages.py")


def tuned(start, study, out, settings):
    tuning = FineTuning(
        read_user_data(study, sigma_px=4),
        deepcopy(start),
        out,
        "web",
        settings,
        Ranks(0, 1, torch.device("cpu")),
        lambda _: None,
    )
    return tuning, tuning.stages()


def test_killed_it_ends_as_if_it_had_not_been(start, quick, left_squares, tmp_path):
    whole, whole_stages = tuned(start, left_squares, tmp_path / "whole", quick)

    torch.save({"start": start, "settings": quick}, tmp_path / "start.pt")
    out = tmp_path / "killed"
    command = [
        sys.executable,
        SCRIPT,
        tmp_path / "start.pt",
        left_squares,
        out,
        tmp_path / "end.pt",
    ]
    running = subprocess.Popen(command)
    deadline = time.monotonic() + 300
    while not (out / "work" / "decoder-fold0.pt").exists():  # in the middle of the second stage
        assert running.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not (tmp_path / "end.pt").exists()
    done = {path.name for path in (out / "work").glob("*.pt")}

    resumed, resumed_stages = tuned(start, left_squares, out, quick)
    assert {path.name for path in (out / "work").glob("*.pt")} > done
    assert any(stage.kept for stage in whole_stages)
    for ours, theirs in zip(whole_stages, resumed_stages, strict=True):
        assert (ours.kept, ours.gain, ours.own) == (theirs.kept, theirs.gain, theirs.own)
    expected = whole.network(ALL).state_dict()
    for name, value in resumed.network(ALL).state_dict().items():
        assert torch.equal(value, expected[name]), name


def test_work_of_other_data_or_options_is_refused(tmp_path):
    Work(tmp_path / "work", "one")
    Work(tmp_path / "work", "one")
    with pytest.raises(DataError, match="other data, another starting model or other options"):
        Work(tmp_path / "work", "two")


def test_a_training_that_was_cut_short_does_not_count(tmp_path):
    work = Work(tmp_path / "work", "key")
    (tmp_path / "work" / "domain-fold0.partial").write_bytes(b"half")
    assert work.load("domain", "fold0") is None
    work.save("domain", "fold0", Trained({"a": torch.ones(2)}, {}, 1.5))
    found = work.load("domain", "fold0")
    assert found is not None
    assert (found.changed["a"].tolist(), found.seconds) == ([1.0, 1.0], 1.5)
