"""Versions, the pointer to the one that predicts, and what damage does to them."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gazecast.model.metadata import (
    ModelFileError,
    Score,
    file_sha256,
    parse_model_info,
    read_model_info,
    weights_of,
)
from gazecast.model.registry.registry import ChangedMeanwhileError, Registry
from gazecast.model.registry.version import DamagedVersionError, RegistryError


def promote(registry, model, **changes):
    arguments = {"replaces": registry.current_name(), "reason": "better", "gains": {}} | changes
    return registry.promote(model, **arguments)


def test_a_registry_that_is_not_there_has_no_versions(registry):
    assert registry.current_name() is None
    assert registry.names() == []
    assert not registry.folder.exists()


def test_a_promoted_model_is_current_with_all_that_is_known_of_it(registry, make_model, tmp_path):
    model, scores = make_model("first"), tmp_path / "scores.json"
    scores.write_text("{}")
    gains = {"NSS": Score(0.3, 0.1, 0.5)}
    made = promote(registry, model, reason="NSS +0.3", gains=gains, beside=[scores])
    assert registry.current_name() == made.name == f"0001-{file_sha256(model)[:12]}"
    version = registry.verified(made.name)
    assert version == made
    assert (version.number, version.parent, version.reason) == (1, None, "NSS +0.3")
    assert version.gains == gains
    stored = registry.model(made.name)
    assert stored.read_bytes() == model.read_bytes()
    assert read_model_info(stored.with_suffix(".json"), stored).name == "first"
    assert (stored.parent / "scores.json").read_text() == "{}"


def test_versions_count_up_and_name_their_parents(registry, make_model):
    versions = [promote(registry, make_model(name)) for name in ("a", "b", "c")]
    assert registry.names() == [version.name for version in versions]
    assert [version.number for version in versions] == [1, 2, 3]
    assert [v.parent for v in versions] == [None, versions[0].name, versions[1].name]
    assert versions[2].parent_sha256 == versions[1].sha256


def test_going_back_follows_the_lineage(registry, make_model):
    a, b = (promote(registry, make_model(name)) for name in "ab")
    assert registry.roll_back() == a
    c = promote(registry, make_model("c"))
    assert (c.number, c.parent) == (3, a.name)
    assert registry.switch_to(b.name) == b
    assert registry.current_name() == b.name
    assert registry.names() == [a.name, b.name, c.name]


def test_there_is_nothing_before_the_first_version(registry, make_model):
    with pytest.raises(RegistryError, match="no model was promoted there"):
        registry.roll_back()
    first = promote(registry, make_model("a"))
    with pytest.raises(RegistryError, match="is the first version"):
        registry.roll_back()
    assert registry.current_name() == first.name


def test_an_unknown_version_is_told_with_those_there_are(registry, make_model):
    first = promote(registry, make_model("a"))
    for name in ("0002-000000000000", "../versions", ""):
        with pytest.raises(RegistryError, match=f"there are: {first.name}"):
            registry.switch_to(name)


def test_a_candidate_compared_with_what_is_no_longer_current_is_refused(registry, make_model):
    first = promote(registry, make_model("a"))
    second = promote(registry, make_model("b"))
    with pytest.raises(ChangedMeanwhileError, match="run the same command again"):
        promote(registry, make_model("c"), replaces=first.name)
    assert registry.current_name() == second.name
    assert len(registry.names()) == 2


def test_of_many_who_promote_at_once_one_does(registry, make_model):
    first = promote(registry, make_model("first"))
    models = [make_model(f"m{number}") for number in range(8)]

    def try_to(model):
        try:
            return promote(Registry(registry.folder), model, replaces=first.name)
        except ChangedMeanwhileError:
            return None

    with ThreadPoolExecutor(8) as threads:
        promoted = [version for version in threads.map(try_to, models) if version]
    assert len(promoted) == 1
    assert registry.names() == [first.name, promoted[0].name]
    assert registry.verified(registry.current_name()) == promoted[0]


def test_a_model_that_is_not_the_one_described_is_refused(registry, make_model):
    model = make_model("a")
    model.write_bytes(b"others")
    with pytest.raises(ModelFileError, match="is not the file that"):
        promote(registry, model)
    assert registry.current_name() is None


@pytest.mark.parametrize("file", ["model.onnx", "model.json", "version.json", "beside.txt"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_each_damaged_file_is_named_with_the_remedy(registry, make_model, tmp_path, file, damage):
    (tmp_path / "beside.txt").write_text("scores")
    name = promote(registry, make_model("a"), beside=[tmp_path / "beside.txt"]).name
    path = registry.folder / "versions" / name / file
    if damage == "missing":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(DamagedVersionError) as told:
        registry.verified(name)
    assert f"Version {name} in {registry.folder} is damaged: {file}" in str(told.value)
    assert f"gazecast models rollback VERSION --registry {registry.folder}" in str(told.value)


@pytest.mark.parametrize("sums", ["", "no checksum\n", None])
def test_damaged_checksums_are_told(registry, make_model, sums):
    name = promote(registry, make_model("a")).name
    path = registry.folder / "versions" / name / "SHA256SUMS"
    path.unlink() if sums is None else path.write_text(sums)
    with pytest.raises(DamagedVersionError, match="SHA256SUMS"):
        registry.verified(name)


def test_a_damaged_version_is_not_gone_back_to(registry, make_model):
    first = promote(registry, make_model("a"))
    second = promote(registry, make_model("b"))
    registry.model(first.name).write_bytes(b"x")
    with pytest.raises(DamagedVersionError):
        registry.roll_back()
    assert registry.current_name() == second.name


@pytest.mark.parametrize("text", ["", "../../etc", "0001-xyz", "\x00\xff"])
def test_a_damaged_pointer_is_told_and_can_be_set_again(registry, make_model, text):
    first = promote(registry, make_model("a"))
    (registry.folder / "current").write_bytes(text.encode("latin-1"))
    with pytest.raises(RegistryError, match="gazecast models rollback VERSION"):
        registry.current_name()
    registry.switch_to(first.name)
    assert registry.current_name() == first.name


def test_sha256sum_agrees(registry, make_model):
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    name = promote(registry, make_model("a")).name
    folder = registry.folder / "versions" / name
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True)


def test_the_stamp_changes_with_the_model_that_predicts_and_with_nothing_else(registry, make_model):
    absent = registry.stamp()
    first = promote(registry, make_model("a"))
    stamps = [absent, registry.stamp()]
    assert registry.stamp() == stamps[-1]
    second = promote(registry, make_model("b"))
    stamps.append(registry.stamp())
    registry.model(first.name).write_bytes(b"not current")
    assert registry.stamp() == stamps[-1]
    registry.model(second.name).write_bytes(b"damaged")
    stamps.append(registry.stamp())
    (registry.folder / "current").write_text("damaged")
    stamps.append(registry.stamp())
    assert len(set(stamps)) == len(stamps)


def test_a_folder_that_cannot_be_used_is_told(registry, make_model):
    registry.folder.mkdir()
    (registry.folder / "versions").write_text("a file in the way")
    with pytest.raises(RegistryError, match="cannot be changed: File exists"):
        promote(registry, make_model("a"), replaces=None)
    with pytest.raises(RegistryError, match="cannot be read: Not a directory"):
        registry.names()


@pytest.fixture
def trainable(make_model):
    """A model with weights beside it."""

    def make(name):
        model = make_model(name)
        weights = model.with_suffix(".safetensors")
        weights.write_bytes(b"weights of " + name.encode())
        description = model.with_suffix(".json")
        info = parse_model_info(description.read_bytes())
        described = replace(info, weights_sha256=file_sha256(weights))
        description.write_text(described.to_json(), encoding="utf-8")
        return model

    return make


def test_weights_are_kept_with_their_model(registry, trainable):
    model = trainable("a")
    version = registry.promote(model, replaces=None, reason="", gains={})
    kept = registry.model(version.name)
    assert weights_of(kept, read_model_info(kept.with_suffix(".json"), kept)).is_file()
    assert registry.verified(version.name) == version
    kept.with_suffix(".safetensors").write_bytes(b"others")
    with pytest.raises(RegistryError, match=r"model\.safetensors has SHA-256"):
        registry.verified(version.name)


@pytest.mark.parametrize("missing", [True, False])
def test_a_model_with_other_weights_than_described_is_not_promoted(registry, trainable, missing):
    weights = trainable("a").with_suffix(".safetensors")
    weights.unlink() if missing else weights.write_bytes(b"others")
    with pytest.raises(ModelFileError, match="weights"):
        registry.promote(weights.with_suffix(".onnx"), replaces=None, reason="", gains={})
    assert registry.names() == []
