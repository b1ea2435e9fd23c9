"""How glibc handles the memory of arrays: two programs, two needs. Elsewhere nothing is done."""

from __future__ import annotations

import ctypes
import sys

# mallopt(3), from glibc's malloc.h
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8


def keep_freed_memory() -> None:
    """For training: keep what is freed until the process ends.

    Each step frees gigabytes and takes them again. By default glibc returns them to the system,
    which clears every page anew: on a virtual machine most of the time goes there.
    """
    _mallopt({_TRIM_THRESHOLD: 2**31 - 1, _TOP_PAD: 2**28, _MMAP_MAX: 0})


def share_one_arena() -> None:
    """For serving: let all threads take memory from one arena.

    By default each has its own, which keeps the most that the thread ever needed, and requests go
    from thread to thread. They take few and large pieces, so they hardly wait for each other.
    """
    _mallopt({_ARENA_MAX: 1})


def _mallopt(options: dict[int, int]) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:  # another C library
        return
    for option, value in options.items():
        mallopt(option, value)
