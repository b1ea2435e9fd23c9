from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gazecast.serve.settings import Settings
from gazecast.serve.settings_reference import settings_reference


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name):
    assert Settings.model_fields[name].description


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("GAZECAST_CONCURRENCY", "5")
    assert Settings().concurrency == 5


def test_the_reference_of_settings_is_current():
    reference = Path(__file__).parents[2] / "docs" / "settings.md"
    assert reference.read_text() == settings_reference(), (
        "Run: python -m gazecast.serve.settings_reference > docs/settings.md"
    )


def test_lists_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("GAZECAST_ALLOWED_HOSTS", "Gaze.example, localhost,")
    monkeypatch.setenv("GAZECAST_CORS_ORIGINS", "https://tool.example:8443,null,http://[::1]:3000")
    assert Settings().allowed_hosts == ("gaze.example", "localhost")
    assert Settings().cors_origins == ("https://tool.example:8443", "null", "http://[::1]:3000")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "tool.example"),
        ("CORS_ORIGINS", "https://tool.example/"),
        ("CORS_ORIGINS", "https://Tool.example"),
        ("ALLOWED_HOSTS", "http://gaze.example"),
        ("ALLOWED_HOSTS", "gaze.example:8000"),
        ("RATE_LIMIT", "many"),
        ("RATE_LIMIT", ""),
        ("KEYS", "ci"),
    ],
)
def test_a_setting_that_would_not_work_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"GAZECAST_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_key_in_the_place_of_its_hash_is_not_told(monkeypatch):
    monkeypatch.setenv("GAZECAST_KEYS", "ci:gzc_secret")
    with pytest.raises(ValidationError) as error:
        Settings()
    assert "gzc_secret" not in str(error.value)
