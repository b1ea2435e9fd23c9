"""Two processes with gloo do what one does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch

SCRIPT = Path(__file__).with_name("run_stages.py")


def test_two_processes_train_what_one_trains(start, quick, left_squares, tmp_path):
    torch.save({"start": start, "settings": quick}, tmp_path / "start.pt")
    trained = {}
    for count in (1, 2):
        together = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
        result = tmp_path / f"{count}.pt"
        subprocess.run(
            [
                *(sys.executable, *(together if count > 1 else ()), SCRIPT),
                *(tmp_path / "start.pt", left_squares, tmp_path / f"out{count}", result),
            ],
            check=True,
            timeout=600,
        )
        trained[count] = torch.load(result, weights_only=True)
    assert trained[1]["kept"] == trained[2]["kept"]
    assert any(trained[1]["kept"])
    # Gradients are averaged in another order.
    for name, value in trained[1]["state"].items():
        torch.testing.assert_close(trained[2]["state"][name], value, atol=1e-3, rtol=0.01)
