"""`gazecast keys`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.serve.security.keys import hash_key, read_keys
from gazecast.serve.settings import Settings


@pytest.fixture
def file(tmp_path, monkeypatch):
    file = tmp_path / "keys"
    monkeypatch.setenv("GAZECAST_KEY_FILE", str(file))
    return file


def _keys(*arguments: str):
    return CliRunner().invoke(app, ["keys", *arguments])


def test_add_prints_the_key_alone_and_stores_its_hash(file):
    key = _keys("add", "ci").stdout.strip()
    assert read_keys(file) == {"ci": hash_key(key)}


def test_add_without_a_file_prints_what_to_set(monkeypatch):
    result = _keys("add", "ci")
    key = result.stdout.strip()
    setting = result.stderr.partition("GAZECAST_KEYS=")[2].strip()
    monkeypatch.setenv("GAZECAST_KEYS", f"{setting},figma:{'0' * 64}")
    assert Settings().keys == {"ci": hash_key(key), "figma": "0" * 64}


def test_list_tells_names_only(file):
    _keys("add", "ci")
    _keys("add", "figma", "--file", str(file))
    assert _keys("list").stdout.split() == ["ci", "figma"]


def test_remove(file):
    _keys("add", "ci")
    assert _keys("remove", "ci").exit_code == 0
    assert read_keys(file) == {}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["remove", "ci"], "no key ci"), (["add", "a:b"], "cannot name")],
)
def test_what_cannot_be_done_is_told(file, arguments, told):
    result = _keys(*arguments)
    assert result.exit_code == 1
    assert told in result.output


@pytest.mark.parametrize("command", [("list",), ("add", "ci"), ("remove", "ci")])
def test_a_pipe_in_the_place_of_a_file_is_told_at_once(file, command):
    os.mkfifo(file)
    run = [sys.executable, "-c", "from gazecast.cli.main import app; app()", "keys", *command]
    result = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "no regular file" in result.stderr
    assert file.is_fifo()


def test_a_file_that_everybody_can_write_to_is_told(file):
    _keys("add", "ci")
    file.chmod(0o666)
    result = _keys("add", "figma")
    assert result.exit_code == 1
    assert "Everybody can write to the key file" in result.output
    assert "gzc_" not in result.stdout


def test_a_damaged_file_is_told(file):
    file.write_text("what is this\n")
    assert "damaged" in _keys("list").output
