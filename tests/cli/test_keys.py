"""`gazecast keys`."""

from __future__ import annotations

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


def test_a_damaged_file_is_told(file):
    file.write_text("what is this\n")
    assert "damaged" in _keys("list").output
