"""Reading and switching a registry. See the package for what lies where."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from gazecast.data.names import UnsafeNameError, inside
from gazecast.model.metadata import Score, read_model_info, weights_of
from gazecast.model.registry.durable import copy_file, replace_file, sync_folder, write_file
from gazecast.model.registry.version import (
    CHECKSUMS,
    DESCRIPTION,
    MODEL,
    RECORD,
    WEIGHTS,
    RegistryError,
    Version,
    checksums,
    is_version_name,
    read_record,
    verify,
    version_name,
)

Stamp = tuple[object, ...]
"""Of the model that predicts: another one, when another version is current or its files change."""

_CURRENT = "current"
_VERSIONS = "versions"
_LOCK = ".lock"
_STAGING = ".new-"
_LOCK_SECONDS = 60.0
"""Changes take seconds, so whoever waits this long waits for something that is stuck."""


class ChangedMeanwhileError(RegistryError):
    """Another model predicts than the one that a candidate was compared with."""


class Registry:
    """A registry in a folder, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # ---- Reading -------------------------------------------------------------------------------

    def current_name(self) -> str | None:
        """The name of the version that predicts; None in a registry without any.

        Raises RegistryError when it cannot be told.
        """
        pointer = self._path(_CURRENT)
        if pointer.exists() and not pointer.is_file():  # a pipe would be waited for
            raise self._no_version_named()
        try:
            name = pointer.read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error) from error
        except UnicodeDecodeError as error:
            raise self._no_version_named() from error
        if not is_version_name(name):
            raise self._no_version_named()
        return name

    def names(self) -> list[str]:
        """The names of all versions, the newest last. Raises RegistryError."""
        try:
            found = [entry.name for entry in self._path(_VERSIONS).iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unreadable(error) from error
        return sorted((name for name in found if is_version_name(name)), key=_number)

    def record(self, name: str) -> Version:
        """A version's record, its other files not looked at.

        Raises RegistryError; DamagedVersionError when the record cannot be read.
        """
        return read_record(self._version_folder(name))

    def verified(self, name: str) -> Version:
        """A version, after all its files were read and found to be those that were put there.

        Raises RegistryError; DamagedVersionError when one is not.
        """
        return verify(self._version_folder(name))

    def model(self, name: str) -> Path:
        """The ONNX file of a version; its description lies beside it."""
        return self.folder / _VERSIONS / name / MODEL

    def stamp(self) -> Stamp:
        """For whoever watches: cheap, reads no model, and never raises."""
        stamps: list[object] = [_stamp(self.folder / _CURRENT)]
        try:
            name = self.current_name()
        except RegistryError:
            name = None
        if name is not None:
            # A damaged version that is repaired is to be noticed too.
            folder = self.folder / _VERSIONS / name
            stamps += [_stamp(folder / file) for file in (MODEL, DESCRIPTION, RECORD, CHECKSUMS)]
        return tuple(stamps)

    # ---- Changing ------------------------------------------------------------------------------

    def promote(
        self,
        model: Path,
        *,
        replaces: str | None,
        reason: str,
        gains: Mapping[str, Score],
        beside: Sequence[Path] = (),
    ) -> Version:
        """Copies a model in as the newest version and lets it predict from now on.

        model: an ONNX file with its description beside it. replaces: the version that it was found
        to be better than, which must still be the current one. beside: files that are kept with it.

        Raises ChangedMeanwhileError when another version is current; ModelFileError for a model
        that is not the one described; RegistryError when the registry cannot be written, and after
        a minute of waiting for somebody else who writes.
        """
        info = read_model_info(model.with_suffix(".json"), model)
        with self._writing() as versions:
            current = self.current_name()
            if current != replaces:
                raise ChangedMeanwhileError(
                    f"Version {current} was promoted in {self.folder} since this candidate was "
                    f"compared with {replaces or 'what predicted before'}. Compare it with the new "
                    "one: run the same command again."
                )
            names = self.names()
            version = Version(
                name=version_name(_number(names[-1]) + 1 if names else 1, info.sha256),
                sha256=info.sha256,
                parent=current,
                parent_sha256=self.record(current).sha256 if current else None,
                promoted=datetime.now(UTC).isoformat(timespec="seconds"),
                reason=reason,
                gains=dict(gains),
            )
            staging = Path(tempfile.mkdtemp(dir=versions, prefix=_STAGING))
            copies = {MODEL: model, DESCRIPTION: model.with_suffix(".json")}
            if info.weights_sha256 is not None:
                copies[WEIGHTS] = weights_of(model, info)
            copies |= {path.name: path for path in beside}
            for name, source in copies.items():
                copy_file(source, inside(staging, name))
            write_file(staging / RECORD, version.to_json())
            write_file(staging / CHECKSUMS, checksums(staging, [*copies, RECORD]))
            # The source may have been written to while it was copied.
            copied = read_model_info(staging / DESCRIPTION, staging / MODEL)
            if copied.weights_sha256 is not None:
                weights_of(staging / MODEL, copied)
            staging.chmod(0o755)  # temporary folders are the writer's alone; services read this one
            sync_folder(staging)
            staging.rename(versions / version.name)
            sync_folder(versions)
            replace_file(self.folder / _CURRENT, version.name + "\n")
        return version

    def switch_to(self, name: str) -> Version:
        """Lets a version predict that is there already, once it was found undamaged.

        Raises as `verified` and RegistryError when the registry cannot be written.
        """
        with self._writing():
            version = self.verified(name)
            replace_file(self.folder / _CURRENT, name + "\n")
        return version

    def roll_back(self) -> Version:
        """Lets the version predict that the current one replaced.

        Raises RegistryError when there is none, and as `switch_to`.
        """
        name = self.current_name()
        parent = self.record(name).parent if name else None
        if parent is None:
            raise RegistryError(
                f"There is nothing to go back to in {self.folder}: "
                + (f"{name} is the first version." if name else "no model was promoted there.")
            )
        return self.switch_to(parent)

    @contextmanager
    def _writing(self) -> Iterator[Path]:
        """The versions' folder, for one writer at a time."""
        versions, lock = self._path(_VERSIONS), self._path(_LOCK)
        try:
            versions.mkdir(parents=True, exist_ok=True)
            # Held by the process, not by the file: gone with a writer that is killed.
            with FileLock(lock, timeout=_LOCK_SECONDS):
                for left in versions.glob(f"{_STAGING}*"):  # by one that was killed
                    shutil.rmtree(left)
                yield versions
        except Timeout as error:
            raise RegistryError(
                f"Somebody else has been changing {self.folder} for {_LOCK_SECONDS:g} s. Try again "
                "when that is done."
            ) from error
        except OSError as error:
            raise RegistryError(
                f"The registry {self.folder} cannot be changed: {error.strerror} "
                f"({error.filename}). That needs the right to write there, and room for a copy of "
                "the model."
            ) from error

    def _version_folder(self, name: str) -> Path:
        if is_version_name(name) and (folder := self._path(_VERSIONS, name)).is_dir():
            return folder
        known = ", ".join(self.names()) or "none"
        raise RegistryError(f"There is no version {name} in {self.folder}; there are: {known}.")

    def _path(self, *names: str) -> Path:
        """Of what lies in the registry. Raises RegistryError for a link that leads out of it."""
        path = self.folder
        for name in names:
            try:
                path = inside(path, name)
            except UnsafeNameError as error:
                raise RegistryError(f"{error}.") from error
        return path

    def _unreadable(self, error: OSError) -> RegistryError:
        return RegistryError(
            f"The registry {self.folder} cannot be read: {error.strerror} ({error.filename})."
        )

    def _no_version_named(self) -> RegistryError:
        return RegistryError(
            f"{self.folder / _CURRENT} does not name a version. Name the one that is to predict: "
            f"gazecast models rollback VERSION --registry {self.folder}"
        )


def _number(name: str) -> int:
    return int(name.partition("-")[0])


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
