"""A promotion that is killed, at each step that it takes on the disk."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# A process of its own for the forks: pytest's has threads. Each child is killed by the kernel at
# its step, as `kill -9` and a crash do; nothing of it runs any more.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from gazecast.model.registry.registry import Registry

folder, *models = map(Path, sys.argv[1:])
registry = Registry(folder)
first = registry.promote(models[0], replaces=None, reason="first", gains={})
step = 0
while True:
    step += 1
    child = os.fork()
    if not child:
        taken = 0
        def kill_at_step(event, arguments):
            global taken
            if event.startswith(("open", "os.", "shutil.", "tempfile.", "fcntl.")):
                taken += 1
                if taken == step:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(kill_at_step)
        current = registry.current_name()
        taken = 0
        registry.promote(models[1], replaces=current, reason="next", gains={})
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    current = registry.verified(registry.current_name())
    print(step, "killed" if os.WIFSIGNALED(status) else "done", current.number, flush=True)
    for name in registry.names():
        registry.verified(name)
    if not os.WIFSIGNALED(status):
        break
    registry.switch_to(first.name)  # takes the lock, so it is free
    left = [entry.name for entry in (folder / "versions").iterdir()]
    assert all(not name.startswith(".") for name in left), left
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_promotion_leaves_a_valid_registry(registry, make_model):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, registry.folder, make_model("a"), make_model("b")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes = [line.split() for line in done.stdout.splitlines()]
    kills, finished = outcomes[:-1], outcomes[-1]
    assert len(kills) > 15  # steps there are: opening, syncing, renaming
    assert all(outcome == "killed" for _, outcome, _ in kills)
    assert finished[1] == "done"
    # The old version predicts up to one step, the new one from it on.
    switched = [number != "1" for _, _, number in kills]
    assert switched == sorted(switched)
    assert set(switched) == {False, True}
