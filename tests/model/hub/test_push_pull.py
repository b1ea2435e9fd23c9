"""`gazecast push` and `gazecast pull`, as commands of their own against a stand-in of the hub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from gazecast.model.hub import HubError, push
from gazecast.model.metadata import ModelFileError, file_sha256, read_model_info

PROGRAM = "from gazecast.cli.main import app; app()"
REPOSITORY = "team/shop-pages"


@pytest.fixture
def gazecast(hub, tmp_path):
    """Runs the command in a process of its own: huggingface-hub reads its variables once."""

    def run(*arguments, token=hub.token, **variables):
        environment = {name: v for name, v in os.environ.items() if not name.startswith("HF_")}
        environment |= {
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(tmp_path / "hf"),
            "HF_TOKEN": token,
            "HF_HUB_DISABLE_XET": "1",  # its storage protocol has no stand-in: files go by LFS
            "HF_HUB_ETAG_TIMEOUT": "120",  # the machine may have other things to do
            "HF_HUB_DOWNLOAD_TIMEOUT": "120",
            "HF_HUB_VERBOSITY": "debug",
            "HF_DEBUG": "1",  # all that it can be made to log
            **variables,
        }
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from gazecast.cli.main import app; app()",
                *map(str, arguments),
            ],
            capture_output=True,
            text=True,
            env=environment,
            timeout=300,
            check=False,
        )
        assert token not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def model(bright_model, tmp_path):
    return bright_model(tmp_path / "candidate" / "model.onnx", "shop pages")


def revision_of(pushed):
    assert pushed.returncode == 0, pushed.stderr
    line = pushed.stdout.splitlines()[-1]
    return line.split("--revision ")[1].split()[0]


def test_what_is_pushed_is_pulled(gazecast, hub, model, tmp_path):
    (model.parent / "candidate.json").write_text('{"images": ["secret-launch.png"]}')
    revision = revision_of(gazecast("push", model.parent, REPOSITORY))
    stored = hub.repositories[REPOSITORY]
    assert stored.private
    assert stored.refs["main"] == revision
    # The names of the user's images stay where they are.
    assert set(stored.commits[revision]) == {"model.onnx", "model.json", "README.md"}
    assert any(path.startswith("PUT /storage/") for path in hub.requests)

    # The main branch is pinned to the commit that it stands for.
    pulled = gazecast("pull", REPOSITORY, "--out", tmp_path / "new" / "it")
    assert pulled.returncode == 0, pulled.stderr
    assert f"Revision: {revision}" in pulled.stdout
    asked = [path for path in hub.requests if "/resolve/" in path]
    assert asked
    assert all(f"/resolve/{revision}/" in path for path in asked)
    out = tmp_path / "new" / "it" / "model.onnx"
    assert out.read_bytes() == model.read_bytes()
    assert read_model_info(out.with_suffix(".json"), out).name == "shop pages"
    assert f"GAZECAST_MODEL={out} gazecast serve" in pulled.stdout

    # Fetched once, it needs no hub; and a folder that is there is not written to.
    del hub.repositories[REPOSITORY]
    again = ("pull", REPOSITORY, "--revision", revision, "--out")
    offline = gazecast(*again, tmp_path / "offline", HF_HUB_OFFLINE="1")
    assert offline.returncode == 0, offline.stderr
    assert file_sha256(tmp_path / "offline" / "model.onnx") == file_sha256(model)
    assert "exists already" in gazecast(*again, tmp_path / "offline").stderr


def test_weights_go_with_their_model(gazecast, hub, model, tmp_path):
    weights = model.with_suffix(".safetensors")
    weights.write_bytes(b"weights" * 1000)
    info = read_model_info(model.with_suffix(".json"), model)
    described = replace(info, weights_sha256=file_sha256(weights))
    model.with_suffix(".json").write_text(described.to_json(), encoding="utf-8")
    revision = revision_of(gazecast("push", model.parent, REPOSITORY))
    assert "model.safetensors" in hub.repositories[REPOSITORY].commits[revision]
    pulled = gazecast("pull", REPOSITORY, "--out", tmp_path / "it")
    assert pulled.returncode == 0, pulled.stderr
    assert (tmp_path / "it" / "model.safetensors").read_bytes() == weights.read_bytes()

    weights.write_bytes(b"others")
    refused = gazecast("push", model.parent, REPOSITORY)
    assert refused.returncode == 1
    assert "holds other weights" in refused.stderr


def test_the_hub_is_not_told_what_else_is_installed(gazecast, hub, model):
    revision_of(gazecast("push", model, REPOSITORY, HF_HUB_DISABLE_TELEMETRY="0"))
    assert any(agent.startswith("gazecast/") for agent in hub.agents)
    assert not [agent for agent in hub.agents if "torch" in agent or "agent/" in agent]


def test_the_card_says_what_the_model_is(gazecast, hub, model):
    revision = revision_of(gazecast("push", model, REPOSITORY, "--public"))
    stored = hub.repositories[REPOSITORY]
    assert not stored.private
    card = hub.blobs[stored.commits[revision]["README.md"]].decode()
    head, _, body = card.removeprefix("---\n").partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    assert {name: json.loads(value) for name, value in fields.items()} == {
        "license": "other",
        "license_name": "none",
        "library_name": "gazecast",
        "tags": ["saliency", "eye-tracking", "visual-attention", "onnx"],
    }
    assert "# shop pages 0" in body
    assert "not a measurement, and not evidence of interest" in body
    assert "| made up | 1 | test | CC0 | these tests |" in body
    assert file_sha256(model) in body
    # One that was written for the model goes before one that is made.
    (model.parent / "MODEL_CARD.md").write_text("# Written\n")
    revision = revision_of(gazecast("push", model, REPOSITORY))
    assert hub.blobs[stored.commits[revision]["README.md"]].decode().endswith("\n# Written\n")


def test_what_is_not_the_described_model_is_not_kept(gazecast, hub, model, tmp_path):
    revision = revision_of(gazecast("push", model, REPOSITORY))
    oid = hub.repositories[REPOSITORY].commits[revision]["model.onnx"]
    damaged = bytearray(hub.blobs[oid])
    damaged[-1] ^= 1
    hub.blobs[oid] = bytes(damaged)
    pulled = gazecast("pull", REPOSITORY, "--revision", revision, "--out", tmp_path / "out")
    assert pulled.returncode == 1
    assert "is no whole model" in pulled.stderr
    assert "SHA-256" in pulled.stderr
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob("tmp*"))
    # And nothing is sent that is not the described model.
    model.write_bytes(bytes(damaged))
    before = len(hub.requests)
    with pytest.raises(ModelFileError, match="SHA-256"):
        push(model, REPOSITORY)
    assert len(hub.requests) == before


def test_a_card_that_is_a_link_elsewhere_is_not_published(hub, model, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (model.parent / "MODEL_CARD.md").symlink_to(tmp_path / "secret")
    with pytest.raises(HubError, match=r"'MODEL_CARD\.md' is a link that leads out"):
        push(model, REPOSITORY)
    assert hub.requests == []


def test_a_model_may_be_a_link_that_the_user_names(gazecast, hub, model, tmp_path):
    for suffix in (".onnx", ".json"):
        (tmp_path / f"named{suffix}").symlink_to(model.with_suffix(suffix))
    revision_of(gazecast("push", tmp_path / "named.onnx", REPOSITORY))


def test_tensors_in_other_files_are_neither_published_nor_kept(gazecast, hub, model, tmp_path):
    revision = revision_of(gazecast("push", model, REPOSITORY))
    onnx = pytest.importorskip("onnx")
    held = onnx.load(model)
    external = onnx.helper.make_tensor("t", onnx.TensorProto.FLOAT, [1], [1.0])
    external.data_location = onnx.TensorProto.EXTERNAL
    external.external_data.add(key="location", value="../../secret")
    held.graph.initializer.append(external)
    model.write_bytes(held.SerializeToString())
    described = json.loads(model.with_suffix(".json").read_text())
    described["sha256"] = file_sha256(model)
    model.with_suffix(".json").write_text(json.dumps(described))
    before = len(hub.requests)
    with pytest.raises(ModelFileError, match="keeps tensors in other files"):
        push(model, REPOSITORY)
    assert len(hub.requests) == before

    commit = hub.repositories[REPOSITORY].commits[revision]
    hub.blobs |= {
        oid: model.with_suffix(suffix).read_bytes()
        for oid, suffix in ((f"{suffix[1:]}-of-others", suffix) for suffix in (".onnx", ".json"))
    }
    commit |= {"model.onnx": "onnx-of-others", "model.json": "json-of-others"}
    pulled = gazecast("pull", REPOSITORY, "--out", tmp_path / "out")
    assert pulled.returncode == 1
    assert "keeps tensors in other files" in pulled.stderr
    assert not (tmp_path / "out").exists()


def test_a_commit_that_is_a_path_is_not_taken_from_the_hub(gazecast, hub, model, tmp_path):
    revision = revision_of(gazecast("push", model, REPOSITORY))
    stored = hub.repositories[REPOSITORY]
    stored.commits["../../../../planted"] = stored.commits.pop(revision)
    stored.refs["main"] = "../../../../planted"
    pulled = gazecast("pull", REPOSITORY, "--out", tmp_path / "out")
    assert pulled.returncode == 1
    assert "does not say which commit" in pulled.stderr
    assert not list(tmp_path.rglob("planted*"))


def test_each_refusal_says_what_to_do(gazecast, hub, model, tmp_path):
    out = tmp_path / "out"
    revision = revision_of(gazecast("push", model, REPOSITORY))
    commit = hub.repositories[REPOSITORY].commits[revision]
    del commit["model.json"]
    unknown = "0" * 40
    cases = {
        "hf auth login": gazecast("push", model, REPOSITORY, token=hub.read_only_token),
        "write OWNER/NAME": gazecast("push", model, "a/b/c"),
        "no repository team/none": gazecast("pull", "team/none", "--out", out),
        "has no revision v9": gazecast("pull", REPOSITORY, "--revision", "v9", "--out", out),
        "holds no model": gazecast("pull", REPOSITORY, "--out", out),
        "HF_HUB_OFFLINE is set": gazecast("push", model, REPOSITORY, HF_HUB_OFFLINE="1"),
        "is not in the local cache": gazecast(
            "pull", REPOSITORY, "--revision", unknown, "--out", out, HF_HUB_OFFLINE="1"
        ),
    }
    for words, done in cases.items():
        assert done.returncode == 1, words
        assert words in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
    assert not out.exists()
