"""The container files agree with each other and with the service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from gazecast.serve.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICE = COMPOSE["services"]["gazecast"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("file", ["compose.yaml", "Dockerfile", "docs/operators.md"])
def test_only_settings_that_exist_are_named(file):
    named = set(re.findall(r"GAZECAST_([A-Z_]+)", (ROOT / file).read_text()))
    assert {name.lower() for name in named} <= Settings.model_fields.keys()


def test_prometheus_asks_the_service_with_the_key_it_is_given():
    (scrape,) = yaml.safe_load((ROOT / "ops/prometheus.yml").read_text())["scrape_configs"]
    assert scrape["static_configs"] == [{"targets": ["gazecast:8000"]}]
    assert "GAZECAST_PORT=8000" in DOCKERFILE
    (secret,) = COMPOSE["services"]["prometheus"]["secrets"]
    assert scrape["authorization"]["credentials_file"] == f"/run/secrets/{secret}"
    assert COMPOSE["secrets"][secret]["file"] in (ROOT / ".gitignore").read_text()


def test_a_stop_waits_for_what_was_taken():
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > Settings().shutdown_seconds


def test_what_is_kept_is_on_a_volume():
    (volume,) = SERVICE["volumes"]
    folder = volume.partition(":")[2]
    assert f"GAZECAST_DATA_DIR={folder} " in DOCKERFILE
    assert f"GAZECAST_KEY_FILE={folder}/" in DOCKERFILE
    assert f"VOLUME {folder}" in DOCKERFILE


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_ports_are_published_to_this_machine_only(name):
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"][name]["ports"])
