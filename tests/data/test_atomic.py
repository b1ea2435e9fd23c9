"""A file is there as a whole or as it was before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from gazecast.data.atomic import replacing


@pytest.mark.parametrize("before", [None, "old"])
def test_a_block_that_ends_leaves_the_new_file_alone(tmp_path, before):
    path = tmp_path / "a.txt"
    if before:
        path.write_text(before)
    with replacing(path) as new:
        new.write_text("new")
        assert not path.exists() or path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("before", [None, "old"])
def test_a_block_that_fails_leaves_what_was_there(tmp_path, before):
    path = tmp_path / "a.txt"
    if before:
        path.write_text(before)

    def fail():
        with replacing(path) as new:
            new.write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert [each.read_text() for each in tmp_path.iterdir()] == ([before] if before else [])


def test_a_process_that_is_killed_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from gazecast.data.atomic import replacing\n"
        "with replacing(Path(sys.argv[1])) as new:\n"
        "    new.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", code, path], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_a_link_that_was_there_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "theirs.txt").write_text("theirs")
    path = tmp_path / "a.txt"
    path.symlink_to(tmp_path / "theirs.txt")
    with replacing(path) as new:
        new.write_text("ours")
    assert (tmp_path / "theirs.txt").read_text() == "theirs"
    assert not path.is_symlink()


def test_a_pipe_and_a_folder_stay(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(OSError, match="is no file"), replacing(tmp_path / name):
            pass
    assert len(list(tmp_path.iterdir())) == 2
