"""API keys: made at random, kept as hashes only, and compared in constant time.

A key holds 256 random bits, so that one round of SHA-256 hides it; slow password hashes are for
what people choose. A key file has one `name:hash` a line; lines that start with # are skipped.
Whoever can write to it can let anyone in, so one that everybody can write to is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from gazecast.data.atomic import replacing
from gazecast.data.errors import GazecastError

_logger = logging.getLogger(__name__)

PREFIX = "gzc_"
"""Starts every key, so that people and scanners for secrets know one when they see it."""

_ENTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class KeyFileError(GazecastError):
    """Keys cannot be read, stored, added or removed; str() says why and what to do."""


def new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """The 64 hex digits that are stored for a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def parse_keys(entries: Iterable[str]) -> dict[str, str]:
    """Hashes by name, from entries `name:hash`. Raises ValueError, which tells no entry's text: it
    may be a key written there by mistake."""
    keys: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        found = _ENTRY.fullmatch(entry)
        if not found:
            raise ValueError(
                f"Entry {number} is not a name, a colon and 64 hex digits; "
                "`gazecast keys add NAME` prints one."
            )
        if found[1] in keys:
            raise ValueError(f"The name {found[1]} is there twice.")
        keys[found[1]] = found[2]
    return keys


def read_keys(file: Path) -> dict[str, str]:
    """Hashes by name; none when there is no such file.

    Raises KeyFileError for one that cannot be read or is damaged, is no regular file behind its
    links, or can be written to by everybody.
    """
    try:
        with open(file, encoding="utf-8", opener=_open_at_once) as opened:
            _check(file, opened)
            lines = (line.strip() for line in opened.read().splitlines())
        return parse_keys(line for line in lines if line and not line.startswith("#"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise KeyFileError(f"The key file {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise KeyFileError(f"The key file {file} is damaged: {error}") from error


def add_key(file: Path, name: str) -> str:
    """Stores a new key's hash and returns the key, which is nowhere else. Raises KeyFileError."""
    check_name(name)
    keys = read_keys(file)
    if name in keys:
        raise KeyFileError(
            f"There is a key {name} already; choose another name, or remove it first."
        )
    key = new_key()
    _write(file, {**keys, name: hash_key(key)})
    return key


def remove_key(file: Path, name: str) -> None:
    """Raises KeyFileError."""
    keys = read_keys(file)
    if name not in keys:
        known = ", ".join(keys) or "none"
        raise KeyFileError(f"There is no key {name} in {file}; there are: {known}.")
    del keys[name]
    _write(file, keys)


def check_name(name: str) -> None:
    """Raises KeyFileError."""
    if not _NAME.fullmatch(name):
        raise KeyFileError(
            f"{name!r} cannot name a key: use up to 64 letters, digits, dots, dashes and "
            "underscores, a letter or digit first."
        )


def _open_at_once(path: str, flags: int) -> int:
    """As the system's open, which would wait for somebody to write to a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check(file: Path, opened: IO[str]) -> None:
    """Raises KeyFileError for an open file that keys must not be kept in."""
    mode = os.fstat(opened.fileno()).st_mode
    if not stat.S_ISREG(mode):
        raise KeyFileError(
            f"The key file {file} is no regular file but a device, a pipe or the like. Name a file "
            "for the keys; it need not be there yet."
        )
    if mode & stat.S_IWOTH and os.name != "nt":  # where modes say nothing
        raise KeyFileError(
            f"Everybody can write to the key file {file}, and so let themselves in. See that its "
            f"keys are yours, then: chmod o-w {file}. On a file system that has no such modes, "
            "remove the file and set its lines, with commas between them, as GAZECAST_KEYS."
        )


def _write(file: Path, keys: Mapping[str, str]) -> None:
    """Puts a new file in the old one's place, so that a reader sees the one or the other."""
    file = file.resolve()  # a link stays a link
    try:
        mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o600
        with replacing(file) as path:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as new:
                _check(file, new)  # its file system may know no other mode
                new.writelines(f"{name}:{stored}\n" for name, stored in keys.items())
                new.flush()
                os.fsync(new.fileno())
            path.chmod(mode)
    except OSError as error:
        raise KeyFileError(f"The key file {file} cannot be written: {error.strerror}.") from error


class KeyRing:
    """The keys that open the service: those it was started with, and those in a file, which is read
    again whenever it changes."""

    def __init__(self, keys: Mapping[str, str], file: Path | None = None) -> None:
        self._fixed = dict(keys)
        self._file = file
        self._in_file: dict[str, str] = {}
        self._seen: tuple[int, ...] | None = None  # of the file, when it was read

    def holder(self, key: str) -> str | None:
        """The name of the key, or None for one that opens nothing."""
        self._read_again()
        asked = hash_key(key)
        name = None
        for candidate, stored in [*self._fixed.items(), *self._in_file.items()]:
            # On to the end after a match, so that time does not tell which one it was.
            if hmac.compare_digest(asked, stored):
                name = candidate
        return name

    def _read_again(self) -> None:
        if self._file is None:
            return
        try:
            status = self._file.stat()
        except OSError:
            seen = None
        else:
            # Its mode and owner may be what is repaired; they change no mtime.
            seen = (
                status.st_mtime_ns,
                status.st_ctime_ns,
                status.st_mode,
                status.st_size,
                status.st_ino,
            )
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._in_file = read_keys(self._file)
        except KeyFileError as error:
            # Better nobody gets in than somebody whose key was removed.
            self._in_file = {}
            _logger.error("%s Until it is repaired, no key in it is accepted.", error)
