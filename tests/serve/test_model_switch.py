"""A service with a registry takes up what is promoted there, and drops no request over it."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx2
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from gazecast.cli.main import app as command
from gazecast.model.metadata import file_sha256
from gazecast.model.registry.durable import replace_file
from gazecast.model.registry.registry import Registry
from gazecast.serve.app import create_app
from gazecast.serve.loaded_model import LoadedModel
from gazecast.serve.settings import Settings

PATH = "/v1/predictions"


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "registry")


@pytest.fixture
def promote(registry, bright_model, tmp_path):
    def run(name, where=registry, **model):
        onnx = bright_model(tmp_path / f"{name}.onnx", name, **model)
        replaces = where.current_name()
        return where.promote(onnx, replaces=replaces, reason=f"{name} is better", gains={})

    return run


# ---- The real thing, under load ----------------------------------------------------------------


@pytest.fixture
def server(registry, promote, tmp_path):
    """The address of `gazecast serve` on a registry with one version."""
    promote("first")
    environment = {
        **os.environ,
        "GAZECAST_PORT": "0",
        "GAZECAST_REGISTRY": str(registry.folder),
        "GAZECAST_DATA_DIR": str(tmp_path / "data"),
        "GAZECAST_QUEUE_LENGTH": "64",
    }
    program = "from gazecast.cli.main import app; app()"
    log_file = tmp_path / "log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "serve"], stderr=log, env=environment
        )
    try:
        wait_until(lambda: "\n" in log_file.read_text() or process.poll() is not None, 120)
        url = json.loads(log_file.read_text().partition("\n")[0])["url"]
        wait_until(lambda: httpx2.get(f"{url}/readyz").is_success)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def test_models_switch_under_load_without_a_failed_request(server, registry, promote, encode_image):
    image = encode_image(48, 32)
    promoted = [registry.record(registry.current_name())]
    answers, stop = [], threading.Event()

    def ask():
        with httpx2.Client(base_url=server, timeout=120) as http:
            while not stop.is_set():
                answers.append(http.post(PATH, files={"image": image}))

    def wait_for_answers_of(version, since=0):
        def are_there():
            models = [answer.json()["model"]["sha256"] for answer in answers[since:]]
            return models.count(version.sha256) >= 8

        wait_until(are_there, 120)

    with ThreadPoolExecutor(16) as threads:
        asking = [threads.submit(ask) for _ in range(16)]
        try:
            wait_for_answers_of(promoted[0])
            for name in ("second", "third", "fourth"):
                promoted.append(promote(name, inverted=name == "third"))
                wait_for_answers_of(promoted[-1])
            back = registry.roll_back()
            wait_for_answers_of(back, since=len(answers) + 16)  # 16 may be at work on the fourth
            served = httpx2.get(f"{server}/v1/model", timeout=120).json()
        finally:
            stop.set()
        for each in asking:
            each.result()

    assert {answer.status_code for answer in answers} == {200}
    assert served["registry"]["name"] == back.name == promoted[2].name
    assert served["registry"]["parent_sha256"] == promoted[1].sha256
    by_model = defaultdict(set)
    for answer in answers:
        body = answer.json()
        sha256 = body["model"]["sha256"]
        assert answer.headers["gazecast-id"] == body["id"]
        by_model[sha256].add((body["id"], body["hotspots"][0]["x"]))
    # Every model answered, each always alike, under ids of its own.
    assert set(by_model) == {version.sha256 for version in promoted}
    assert all(len(kinds) == 1 for kinds in by_model.values()), by_model
    assert len({kind[0] for kinds in by_model.values() for kind in kinds}) == len(by_model)


# ---- What is at work ---------------------------------------------------------------------------


@pytest.fixture
def held(fixed_predictor):
    """A predictor that holds still in each prediction until it is let go."""

    class Held(type(fixed_predictor)):
        began, let_go = threading.Event(), threading.Event()
        info = replace(fixed_predictor.info, sha256="a" * 64)

        def predict(self, *arguments):
            self.began.set()
            assert self.let_go.wait(60)
            return super().predict(*arguments)

    return Held()


@pytest.fixture
def client(held):
    with TestClient(create_app(Settings(concurrency=2), held)) as client:
        wait_until(lambda: client.get("/readyz").is_success)
        yield client


def test_a_request_finishes_on_the_model_that_it_began_with(
    client, held, fixed_predictor, encode_image
):
    image = encode_image()
    with ThreadPoolExecutor(1) as threads:
        begun = threads.submit(client.post, PATH, files={"image": image})
        assert held.began.wait(60)
        client.app.state.service.switch_to(LoadedModel(fixed_predictor))
        after = client.post(PATH, files={"image": image})
        assert not begun.done()
        held.let_go.set()
        before = begun.result()
    assert before.json()["model"]["sha256"] == held.info.sha256
    assert after.json()["model"]["sha256"] == fixed_predictor.info.sha256
    assert before.headers["gazecast-id"] != after.headers["gazecast-id"]


def test_a_comparison_is_of_one_model(client, held, fixed_predictor, encode_image, monkeypatch):
    monkeypatch.setattr(fixed_predictor, "predict", None)  # would fail
    files = [("variants", (f"{n}.png", encode_image(120 + n, 80))) for n in range(3)]
    with ThreadPoolExecutor(1) as threads:
        begun = threads.submit(client.post, "/v1/comparisons", files=files)
        assert held.began.wait(60)
        client.app.state.service.switch_to(LoadedModel(fixed_predictor))
        held.let_go.set()
        answer = begun.result()
    assert answer.status_code == 200
    assert answer.json()["model"]["sha256"] == held.info.sha256


# ---- What cannot be taken up -------------------------------------------------------------------


@pytest.fixture
def watching(registry, promote, monkeypatch):
    monkeypatch.setattr("gazecast.serve.model_switch._POLL_SECONDS", 0.02)
    promote("first")
    with TestClient(create_app(Settings(registry=registry.folder))) as client:
        wait_until(lambda: client.get("/readyz").is_success)
        yield client


def switches(client, outcome):
    name = f'gazecast_model_switches_total{{outcome="{outcome}"}} '
    found = [line for line in client.get("/metrics").text.splitlines() if line.startswith(name)]
    return float(found[0].removeprefix(name)) if found else 0.0


def test_a_promoted_model_is_reported_with_its_lineage(watching, registry, promote):
    first = registry.record(registry.current_name())
    assert watching.get("/v1/model").json()["registry"]["name"] == first.name
    second = promote("second")
    wait_until(lambda: switches(watching, "done") == 1)
    answer = watching.get("/v1/model").json()
    assert answer["sha256"] == second.sha256
    assert answer["registry"] == {
        "name": second.name,
        "sha256": second.sha256,
        "parent": first.name,
        "parent_sha256": first.sha256,
        "promoted": second.promoted,
        "reason": "second is better",
        "gains": {},
    }


def test_a_damaged_version_is_named_once_and_taken_up_when_it_is_repaired(
    watching, registry, promote, encode_image, caplog
):
    before = watching.get("/v1/model").json()["sha256"]
    # Damaged before it can be seen: promoted in a copy, and brought over.
    aside = Registry(registry.folder.with_name("aside"))
    shutil.copytree(registry.folder, aside.folder)
    damaged = promote("second", where=aside)
    shutil.copytree(aside.model(damaged.name).parent, registry.model(damaged.name).parent)
    whole = registry.model(damaged.name).read_bytes()
    registry.model(damaged.name).write_bytes(whole[:-1])
    with caplog.at_level(logging.ERROR):
        replace_file(registry.folder / "current", damaged.name)
        wait_until(lambda: switches(watching, "failed") == 1)
        answer = watching.post(PATH, files={"image": encode_image()})
    assert answer.json()["model"]["sha256"] == before
    assert watching.get("/readyz").is_success
    (record,) = caplog.records
    assert f"Model {before[:12]} goes on predicting." in record.message
    assert f"Version {damaged.name} in {registry.folder} is damaged: model.onnx" in record.message
    assert "gazecast models rollback" in record.message
    registry.model(damaged.name).write_bytes(whole)
    wait_until(lambda: watching.get("/v1/model").json()["sha256"] == damaged.sha256)


def test_a_model_that_cannot_predict_is_not_taken_up(watching, registry, tmp_path, bright_model):
    before = watching.get("/v1/model").json()["sha256"]
    onnx = bright_model(tmp_path / "no.onnx", "no")
    description = onnx.with_suffix(".json")
    info = json.loads(description.read_text())
    # Whole by its checksum, and no model.
    onnx.write_bytes(b"not a graph")
    info["sha256"] = file_sha256(onnx)
    description.write_text(json.dumps(info))
    registry.promote(onnx, replaces=registry.current_name(), reason="", gains={})
    wait_until(lambda: switches(watching, "failed") == 1)
    assert watching.get("/v1/model").json()["sha256"] == before


def test_a_registry_that_is_gone_changes_nothing(watching, registry, encode_image):
    before = watching.get("/v1/model").json()["sha256"]
    registry.folder.rename(registry.folder.with_name("elsewhere"))
    wait_until(lambda: switches(watching, "failed") == 1)
    answer = watching.post(PATH, files={"image": encode_image()})
    assert answer.json()["model"]["sha256"] == before


# ---- The start ---------------------------------------------------------------------------------


def test_a_service_does_not_start_on_a_damaged_version(registry, promote, monkeypatch):
    version = promote("first")
    registry.model(version.name).write_bytes(b"x")
    monkeypatch.setenv("GAZECAST_REGISTRY", str(registry.folder))
    started = CliRunner().invoke(command, ["serve"])
    assert started.exit_code == 1
    assert f"Version {version.name}" in started.output
    assert "gazecast models rollback" in started.output


def test_a_model_and_a_registry_cannot_both_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("GAZECAST_REGISTRY", str(tmp_path))
    monkeypatch.setenv("GAZECAST_MODEL", str(tmp_path / "model.onnx"))
    started = CliRunner().invoke(command, ["serve"])
    assert started.exit_code == 1
    assert "Leave one of them out" in started.output


def test_an_empty_registry_is_served_with_the_model_of_the_package(tmp_path):
    model = LoadedModel.from_settings(Settings(registry=tmp_path / "none"))
    assert model.version is None
    assert model.description().registry is None
