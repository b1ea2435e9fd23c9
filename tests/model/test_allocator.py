"""Memory that is freed stays with the process."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
from gazecast.model.allocator import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
for _ in range(10):
    b"x" * (64 * 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc is what it is about")
def test_freed_memory_is_not_fetched_anew():
    plain, kept = (
        int(subprocess.check_output([sys.executable, "-c", PROGRAM, how]))
        for how in ("plain", "keep")
    )
    pages = 64 * 2**20 // 4096
    assert plain - kept > 8 * pages
