"""docs/openapi.json, which the types of studio and plugin are made from."""

from __future__ import annotations

import json
from pathlib import Path

from gazecast.serve.app import create_app
from gazecast.serve.openapi_file import openapi_file
from gazecast.serve.settings import Settings

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_schema_is_the_services():
    assert FILE.read_text("utf-8") == openapi_file(), (
        "Run: python -m gazecast.serve.openapi_file > docs/openapi.json"
    )
    assert json.loads(openapi_file()) == create_app(Settings()).openapi()


def test_settings_of_the_environment_do_not_enter_it(monkeypatch):
    before = openapi_file()
    monkeypatch.setenv("GAZECAST_KEYS", "ci:" + 64 * "0")
    monkeypatch.setenv("GAZECAST_HOST", "0.0.0.0")
    assert openapi_file() == before
