from __future__ import annotations

import pytest

from gazecast.serve.settings import Settings


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name):
    assert Settings.model_fields[name].description


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("GAZECAST_CONCURRENCY", "5")
    assert Settings().concurrency == 5
