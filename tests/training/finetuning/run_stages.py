"""Run all stages in a process of its own: one to be killed, or one of several that torchrun starts.

python run_stages.py START STUDY OUT RESULT
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from gazecast.training.finetuning.finetune import FineTuning
from gazecast.training.finetuning.ranks import joined_ranks
from gazecast.training.finetuning.user_data import read_user_data
from gazecast.training.finetuning.work import ALL

torch.set_num_threads(1)
start, study, out, result = map(Path, sys.argv[1:])
held = torch.load(start, weights_only=False)
with joined_ranks() as ranks:
    tuning = FineTuning(
        read_user_data(study, sigma_px=4),
        held["start"],
        out,
        "web",
        held["settings"],
        ranks,
        lambda _: None,
    )
    stages = tuning.stages()
    if ranks.rank == 0:
        state = tuning.network(ALL).state_dict()
        torch.save({"state": state, "kept": [each.kept for each in stages]}, result)
