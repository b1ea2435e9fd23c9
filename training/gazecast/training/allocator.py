"""Memory between training steps."""

from __future__ import annotations

import ctypes
import sys

# mallopt(3), from glibc's malloc.h
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> None:
    """Let glibc keep what is freed until the process ends.

    Each step of training frees gigabytes and takes them again. By default glibc returns them to the
    system, which clears every page anew: on a virtual machine most of the time goes there. Does
    nothing on other systems and C libraries.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # musl
        return
    mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(_TOP_PAD, 2**28)
    mallopt(_MMAP_MAX, 0)
