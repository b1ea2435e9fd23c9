"""What a source is: which format or layout, and which files of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gazecast.data.importing.format import Format
from gazecast.data.importing.formats import FORMATS
from gazecast.data.importing.tables import check_text, read_header
from gazecast.data.layouts import LAYOUTS
from gazecast.data.stimulus import DataError

_TABLES = frozenset({".csv", ".tsv", ".txt", ".xls"})


@dataclass(frozen=True, slots=True)
class Export:
    """A vendor's files."""

    format: Format
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A folder in one of the layouts of `gazecast.data.layouts`."""

    name: str
    folder: Path


LAYOUT_TITLES = {
    name: "images and fixations.csv in our own form"
    if name == "gazecast"
    else f"{name} as its authors publish it (folder)"
    for name in LAYOUTS
}


def titles() -> dict[str, str]:
    """What --format takes, each with what it is in words."""
    return {format_.name: format_.title for format_ in FORMATS.values()} | LAYOUT_TITLES


def find_source(source: Path, format_name: str | None = None) -> Export | Layout:
    """What `source` (a file, or a folder) holds; `format_name` says it where it cannot be told.

    Raises DataError when nothing is there, or nothing that is known.
    """
    if not source.exists():
        raise DataError(f"{source}: no such file or folder; give the export, or its folder")
    if format_name is not None and format_name not in titles():
        raise DataError(f"--format {format_name!r}: write one of {', '.join(titles())}")
    if format_name is not None and format_name in LAYOUTS:
        if not source.is_dir():
            raise DataError(f"{source}: not a folder; {format_name} is a folder with images in it")
        return Layout(format_name, source)
    tables = [source] if source.is_file() else _tables(source)
    if format_name is not None:
        files = tables if source.is_file() else FORMATS[format_name].choose(tables)
        if not files:
            patterns = " or ".join(FORMATS[format_name].files)
            raise DataError(f"{source}: no file named {patterns} in it; put the export there")
        return Export(FORMATS[format_name], tuple(files))
    if source.is_dir():
        for name, looks in _LAYOUT_MARKS.items():
            if looks(source):
                return Layout(name, source)
    for format_ in FORMATS.values():
        candidates = tables if source.is_file() else format_.choose(tables)
        files = [file for file in candidates if format_.recognises(read_header(file))]
        if files:
            return Export(format_, tuple(files))
    raise _unknown(source, tables)


def _tables(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _TABLES and path.is_file() and not path.name.startswith(".")
    )


def _unknown(source: Path, tables: list[Path]) -> DataError:
    for table in tables:
        check_text(table)  # a better reason than the one below, where there is one
    seen = f"; it begins with {', '.join(read_header(tables[0])[:4])!r}" if tables else ""
    known = "\n".join(f"  {name}: {title}" for name, title in titles().items())
    return DataError(
        f"{source}: in none of the forms that can be imported{seen}; export it as one of these, or "
        f"say which it is with --format:\n{known}"
    )


# What only this layout has. Exports are looked for after these.
_LAYOUT_MARKS: dict[str, Callable[[Path], bool]] = {
    "ueyes": lambda folder: (folder / "eyetracker_logs").is_dir(),
    "mit1003": lambda folder: (folder / "ALLSTIMULI").is_dir(),
    "osie": lambda folder: (folder / "data" / "stimuli").is_dir(),
    "cat2000": lambda folder: any(
        (root / "Stimuli").is_dir() for root in (folder, folder / "trainSet")
    ),
    "salicon": lambda folder: any(
        (folder / "images" / split).is_dir() for split in ("train", "val", "test")
    ),
    "fiwi": lambda folder: any(path.is_dir() for path in folder.rglob("all5")),
    "gazecast": lambda folder: (
        (folder / "images").is_dir()
        and (
            (folder / "maps").is_dir()
            or (folder / "images.csv").exists()
            or "kind" in read_header(folder / "fixations.csv")
        )
    ),
}
