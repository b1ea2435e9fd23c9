"""Keys, and the file their hashes are kept in."""

from __future__ import annotations

import errno
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from gazecast.serve.security.keys import (
    PREFIX,
    KeyFileError,
    KeyRing,
    add_key,
    hash_key,
    new_key,
    parse_keys,
    read_keys,
    remove_key,
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys"


def test_keys_are_long_and_never_the_same():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key.removeprefix(PREFIX)) >= 43 for key in keys)  # 256 bits in base64


def test_a_file_holds_the_hash_and_not_the_key(file):
    key = add_key(file, "ci")
    assert read_keys(file) == {"ci": hash_key(key)}
    assert key.removeprefix(PREFIX) not in file.read_text()


def test_a_new_file_is_for_its_owner_only(file):
    add_key(file, "ci")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_keeps_its_mode(file):
    add_key(file, "ci")
    file.chmod(0o640)
    add_key(file, "figma")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_link_to_a_file_stays_one(file, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(file)
    add_key(link, "ci")
    assert link.is_symlink()
    assert "ci" in read_keys(file)


def test_removing_leaves_the_others(file):
    add_key(file, "ci")
    add_key(file, "figma")
    remove_key(file, "ci")
    assert list(read_keys(file)) == ["figma"]


def test_a_name_is_taken_once(file):
    add_key(file, "ci")
    with pytest.raises(KeyFileError, match="already"):
        add_key(file, "ci")


@pytest.mark.parametrize("name", ["", "a:b", "a b", "a\nb", "-a", "ä", "a" * 65])
def test_a_name_that_would_break_the_file_is_refused(file, name):
    with pytest.raises(KeyFileError, match="cannot name"):
        add_key(file, name)


def test_removing_an_unknown_name_tells_the_known_ones(file):
    add_key(file, "ci")
    with pytest.raises(KeyFileError, match="there are: ci"):
        remove_key(file, "cd")


def test_a_key_where_its_hash_belongs_is_refused_and_not_told(file):
    key = new_key()
    file.write_text(f"# keys\n\nci:{key}\n")
    with pytest.raises(KeyFileError, match="Entry 1") as error:
        read_keys(file)
    assert key not in str(error.value)


def test_a_name_may_be_there_once():
    with pytest.raises(ValueError, match="twice"):
        parse_keys([f"ci:{'0' * 64}", f"ci:{'1' * 64}"])


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(KeyFileError, match="cannot be written"):
        add_key(tmp_path / "no folder" / "keys", "ci")


def _pipe(path: Path) -> None:
    os.mkfifo(path, 0o600)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


NO_FILES = {"pipe": _pipe, "socket": _socket, "folder": Path.mkdir}


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Ends a test that would wait for a pipe's other end."""

    def give_up(*_: object) -> None:
        raise AssertionError("still waiting")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("linked", [False, True], ids=["itself", "linked"])
def test_what_is_no_regular_file_is_neither_read_nor_replaced(file, tmp_path, kind, linked):
    there = tmp_path / "there" if linked else file
    NO_FILES[kind](there)
    if linked:
        file.symlink_to(there)
    before = there.stat()
    for use in (read_keys, lambda file: add_key(file, "ci"), lambda file: remove_key(file, "ci")):
        with pytest.raises(KeyFileError, match="key file"):
            use(file)
    assert KeyRing({}, file).holder("one") is None
    after = there.stat()
    assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)
    assert file.is_symlink() == linked


def test_a_device_is_not_read():
    with pytest.raises(KeyFileError, match="no regular file"):
        read_keys(Path(os.devnull))


@pytest.mark.parametrize("linked", [False, True], ids=["itself", "linked"])
@pytest.mark.parametrize("mode", [0o602, 0o622, 0o666, 0o777])
def test_a_file_that_everybody_can_write_to_is_refused(file, tmp_path, mode, linked):
    add_key(file, "ci")
    file.chmod(mode)
    named = file
    if linked:
        named = tmp_path / "link"
        named.symlink_to(file)
    text = file.read_text()
    for use in (read_keys, lambda file: add_key(file, "cd"), lambda file: remove_key(file, "ci")):
        with pytest.raises(KeyFileError, match=r"chmod o-w .*GAZECAST_KEYS"):
            use(named)
    assert file.read_text() == text


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640, 0o660, 0o444])
def test_a_file_that_a_group_shares_is_not(file, mode):
    add_key(file, "ci")
    file.chmod(mode)
    add_key(file, "cd")
    assert list(read_keys(file)) == ["ci", "cd"]
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_where_every_file_is_open_to_everybody_none_is_made(file, monkeypatch):
    def open_to_everybody(path, flags, mode=0o777):
        descriptor = make(path, flags, mode)
        if flags & os.O_EXCL:
            os.fchmod(descriptor, 0o777)
        return descriptor

    make = os.open
    monkeypatch.setattr(os, "open", open_to_everybody)
    with pytest.raises(KeyFileError, match="GAZECAST_KEYS"):
        add_key(file, "ci")
    assert list(file.parent.iterdir()) == []


def test_a_disk_that_is_full_leaves_the_old_file_alone(file, monkeypatch):
    add_key(file, "ci")
    text = file.read_text()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match="No space left"):
        add_key(file, "cd")
    assert file.read_text() == text
    assert list(file.parent.iterdir()) == [file]


def test_a_link_to_itself_is_told(file):
    file.symlink_to(file)
    with pytest.raises(KeyFileError, match="cannot be read"):
        add_key(file, "ci")


def test_a_ring_knows_whose_key_it_is(file):
    in_file = add_key(file, "figma")
    ring = KeyRing({"ci": hash_key("one")}, file)
    assert ring.holder("one") == "ci"
    assert ring.holder(in_file) == "figma"
    assert ring.holder("another") is None
    assert ring.holder("") is None


def test_a_hash_is_not_a_key():
    ring = KeyRing({"ci": hash_key("one")})
    assert ring.holder(hash_key("one")) is None


def test_a_ring_follows_its_file(file):
    ring = KeyRing({}, file)
    key = add_key(file, "ci")
    assert ring.holder(key) == "ci"
    remove_key(file, "ci")
    assert ring.holder(key) is None


def test_a_ring_follows_a_file_that_is_opened_to_everybody_and_closed(file, caplog):
    ring = KeyRing({"fixed": hash_key("one")}, file)
    key = add_key(file, "ci")
    assert ring.holder(key) == "ci"
    file.chmod(0o666)
    assert ring.holder(key) is None
    assert ring.holder("one") == "fixed"
    assert len(caplog.records) == 1
    file.chmod(0o600)
    assert ring.holder(key) == "ci"


@pytest.mark.parametrize("harm", ["damage", "delete"])
def test_a_ring_takes_no_key_of_a_file_it_cannot_read(file, harm):
    ring = KeyRing({"fixed": hash_key("one")}, file)
    key = add_key(file, "ci")
    assert ring.holder(key) == "ci"
    if harm == "damage":
        with file.open("a") as lines:
            lines.write("what is this\n")
    else:
        file.unlink()
    assert ring.holder(key) is None
    assert ring.holder("one") == "fixed"


def test_a_file_in_the_place_of_another_is_noticed_with_equal_size_and_time(file):
    ring = KeyRing({}, file)
    old = add_key(file, "ci")
    assert ring.holder(old) == "ci"
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    held = file.with_suffix(".old")
    file.rename(held)  # so that its inode is not used again
    new = add_key(file, "ci")
    os.utime(file, ns=times)
    assert ring.holder(old) is None
    assert ring.holder(new) == "ci"
