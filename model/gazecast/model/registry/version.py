"""One version in a registry: its files, its record, and whether they are those that were put
there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from gazecast.data.names import UnsafeNameError, inside
from gazecast.model.metadata import ModelFileError, Score, file_sha256

MODEL = "model.onnx"
DESCRIPTION = "model.json"
WEIGHTS = "model.safetensors"
RECORD = "version.json"
CHECKSUMS = "SHA256SUMS"

_NAME = re.compile(r"[0-9]{4,12}-[0-9a-f]{12}")
_CHECKSUM = re.compile(r"([0-9a-f]{64})  ([^/\\\0]+)")

# A field that is not known is an error, as in the description of a model.
_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class RegistryError(ModelFileError):
    """A registry cannot be read or changed; str() says why and what to do."""


class DamagedVersionError(RegistryError):
    """A version's files are not those that were put into the registry."""


@dataclass(frozen=True, slots=True)
class Version:
    """A model in a registry, and how it came to be there."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    """Number of the version, and the start of its model's SHA-256."""
    sha256: str
    """Hex SHA-256 of its ONNX file."""
    parent: str | None
    """Name of the version that predicted before it; null for the first one."""
    parent_sha256: str | None
    """Hex SHA-256 of that version's ONNX file."""
    promoted: str
    """When it was promoted, ISO 8601, UTC."""
    reason: str
    """Why it was promoted, in one line."""
    gains: Mapping[str, Score]
    """By how much it was better than its parent on held-out user data, by metric, with 95 %
    intervals. Empty for the first version, and where no data were held out."""

    @property
    def number(self) -> int:
        """Counts up in the order of promotion, from 1."""
        return int(self.name.partition("-")[0])

    def to_json(self) -> str:
        """The text of its record."""
        return _ADAPTER.dump_json(self, indent=2).decode() + "\n"


_ADAPTER = TypeAdapter(Version)


def is_version_name(name: str) -> bool:
    """Whether a folder of this name can be a version."""
    return _NAME.fullmatch(name) is not None


def version_name(number: int, sha256: str) -> str:
    return f"{number:04}-{sha256[:12]}"


def read_record(folder: Path) -> Version:
    """The record in a version's folder; its other files are not looked at.

    Raises DamagedVersionError.
    """
    try:
        version = _ADAPTER.validate_json(_file(folder, RECORD).read_bytes())
    except OSError as error:
        raise _damaged(folder, f"{RECORD} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _damaged(folder, f"{RECORD}: {where}: {first['msg']}") from error
    if version.name != folder.name:
        raise _damaged(folder, f"{RECORD} is that of version {version.name}")
    return version


def checksums(folder: Path, files: Sequence[str]) -> str:
    """The text of SHA256SUMS for these files, as `sha256sum` writes it."""
    return "".join(f"{file_sha256(folder / name)}  {name}\n" for name in files)


def verify(folder: Path) -> Version:
    """The record of a version, each of whose files has the SHA-256 that was recorded for it.

    Raises DamagedVersionError.
    """
    try:
        lines = _file(folder, CHECKSUMS).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(folder, f"{CHECKSUMS} cannot be read") from error
    listed = {}
    for line in lines:
        found = _CHECKSUM.fullmatch(line)
        if not found:
            raise _damaged(folder, f"{CHECKSUMS} has a line that is no checksum")
        listed[found[2]] = found[1]
    if missing := {MODEL, DESCRIPTION, RECORD} - set(listed):
        raise _damaged(folder, f"{CHECKSUMS} does not list {', '.join(sorted(missing))}")
    for name, expected in listed.items():
        try:
            found_sha256 = file_sha256(_file(folder, name))
        except OSError as error:
            raise _damaged(folder, f"{name} cannot be read: {error.strerror}") from error
        if found_sha256 != expected:
            raise _damaged(folder, f"{name} has SHA-256 {found_sha256}, recorded is {expected}")
    version = read_record(folder)
    if version.sha256 != listed[MODEL]:
        raise _damaged(folder, f"{RECORD} speaks of another model than {MODEL}")
    return version


def _file(folder: Path, name: str) -> Path:
    """Raises DamagedVersionError for what is elsewhere, and for what is no file: a pipe would be
    waited for."""
    try:
        path = inside(folder, name)
    except UnsafeNameError as error:
        raise _damaged(folder, f"{name!r} leads out of it") from error
    if path.exists() and not path.is_file():
        raise _damaged(folder, f"{name} is no file")
    return path


def _damaged(folder: Path, reason: str) -> DamagedVersionError:
    registry = folder.parent.parent
    return DamagedVersionError(
        f"Version {folder.name} in {registry} is damaged: {reason}. Restore its files from a "
        "backup, or let another version predict: "
        f"gazecast models rollback VERSION --registry {registry}"
    )
