"""Several processes on several GPUs, started by torchrun; alone without it.

torchrun --nproc-per-node 4 -m gazecast.cli.main finetune FOLDER --from shipped --out CANDIDATE
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ranks:
    """This process among `count`; rank 0 alone writes files."""

    rank: int
    count: int
    device: torch.device

    def mine(self, views: list[T]) -> list[T]:
        """This process's part of a step; as many as the others have, some shown twice if need be,
        since all wait for each other."""
        each = -(-len(views) // self.count)
        return [views[(self.rank + self.count * n) % len(views)] for n in range(each)]

    def parallel(self, module: nn.Module) -> nn.Module:
        """The module, its gradients averaged over the processes."""
        if self.count == 1:
            return module
        return DistributedDataParallel(module, broadcast_buffers=False)

    def agreed(self, value: T) -> T:
        """Rank 0's value, on every rank."""
        if self.count == 1:
            return value
        held: list[T] = [value]
        dist.broadcast_object_list(held, src=0)
        return held[0]


@contextmanager
def joined_ranks() -> Iterator[Ranks]:
    """The processes that torchrun started together; this one alone where it did not."""
    cuda = torch.cuda.is_available()
    if "RANK" not in os.environ:
        yield Ranks(0, 1, torch.device("cuda" if cuda else "cpu"))
        return
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        if cuda:
            torch.cuda.set_device(device)
        yield Ranks(dist.get_rank(), dist.get_world_size(), device)
    finally:
        dist.destroy_process_group()
