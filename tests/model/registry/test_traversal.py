"""Nothing in a registry leads out of it, is waited for, or has anything elsewhere written."""

from __future__ import annotations

import hashlib
import os

import pytest
from hostile.trees import NAMES, tree

from gazecast.data.names import UnsafeNameError
from gazecast.model.registry.version import DamagedVersionError, RegistryError


@pytest.fixture
def promoted(registry, make_model, tmp_path):
    """A registry with two versions, and a file beside it."""
    (tmp_path / "secret").write_text("secret")
    for name in ("first", "second"):
        registry.promote(
            make_model(name), replaces=registry.current_name(), reason="better", gains={}
        )
    return registry


def everything(registry, make_model):
    """Each use of a registry."""
    model = make_model("third")
    return {
        "current": registry.current_name,
        "list": lambda: [registry.verified(name) for name in registry.names()],
        "record": lambda: [registry.record(name) for name in registry.names()],
        "promote": lambda: registry.promote(
            model, replaces=registry.current_name(), reason="better", gains={}
        ),
        "back": registry.roll_back,
        "switch": lambda: registry.switch_to(registry.names()[0]),
        "stamp": registry.stamp,
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", ["pointer", "version", "checksums", "parent", "asked for"])
def test_a_name_in_a_registry_leads_nowhere(promoted, tmp_path, name, where):
    current = promoted.current_name()
    folder = promoted.folder / "versions" / current
    if where == "pointer":
        (promoted.folder / "current").write_text(name)
    elif where == "checksums":
        line = f"{hashlib.sha256(b'secret').hexdigest()}  {name}\n"
        (folder / "SHA256SUMS").write_text((folder / "SHA256SUMS").read_text() + line)
    elif where in {"version", "parent"}:
        record = (folder / "version.json").read_text()
        old = current if where == "version" else promoted.record(current).parent
        escaped = name.encode("unicode_escape").decode().replace("\\x", "\\u00")
        (folder / "version.json").write_text(record.replace(f'"{old}"', f'"{escaped}"'))
    before = tree(tmp_path)
    uses = {"parent": promoted.roll_back, "asked for": lambda: promoted.verified(name)}
    with pytest.raises(RegistryError):
        uses.get(where, lambda: promoted.verified(promoted.current_name()))()
    assert tree(tmp_path) == before


FILES = [
    "current",
    "versions",
    "versions/{current}",
    *(
        f"versions/{{current}}/{file}"
        for file in ("model.onnx", "model.json", "version.json", "SHA256SUMS")
    ),
    ".lock",
]


@pytest.mark.parametrize("file", FILES)
def test_a_link_out_of_a_registry_is_told_by_its_name(promoted, make_model, tmp_path, file):
    there = promoted.folder / file.format(current=promoted.current_name())
    elsewhere = tmp_path / "elsewhere"
    there.rename(elsewhere)
    there.symlink_to(elsewhere)
    uses = everything(promoted, make_model)
    before = tree(tmp_path)
    told = []
    for use in uses.values():
        try:
            use()
        except RegistryError as error:
            told.append(str(error))
    assert any(there.name in text and "lead" in text for text in told)
    now = tree(tmp_path)
    outside = {path: value for path, value in before.items() if not path.startswith("registry/")}
    assert {path: value for path, value in now.items() if path in outside} == outside


@pytest.mark.parametrize("file", FILES)
def test_a_pipe_in_a_registry_is_not_waited_for(promoted, make_model, file):
    there = promoted.folder / file.format(current=promoted.current_name())
    there.rename(promoted.folder.parent / "away")
    os.mkfifo(there)
    refused = 0
    for use in everything(promoted, make_model).values():
        try:
            use()
        except RegistryError:
            refused += 1
    assert refused or file == ".lock"


def test_a_registry_that_is_itself_a_link_is_used(promoted, make_model, tmp_path):
    promoted.folder.rename(tmp_path / "elsewhere")
    promoted.folder.symlink_to(tmp_path / "elsewhere")
    for use in everything(promoted, make_model).values():
        use()


def test_a_damaged_version_says_what_of_it_leads_out(promoted, tmp_path):
    name = promoted.current_name()
    model = promoted.model(name)
    model.rename(tmp_path / "elsewhere.onnx")
    model.symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(DamagedVersionError, match=r"'model\.onnx' leads out of it"):
        promoted.verified(name)


def test_what_is_kept_beside_a_model_is_a_file_of_its_version(promoted, make_model, tmp_path):
    (tmp_path / "a\x1b").write_text("scores")
    before = promoted.names()
    with pytest.raises(UnsafeNameError):
        promoted.promote(
            make_model("third"),
            replaces=promoted.current_name(),
            reason="better",
            gains={},
            beside=[tmp_path / "a\x1b"],
        )
    assert promoted.names() == before
