"""The import from beginning to end: recognise, read, place, examine, write."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from gazecast.data.importing.assemble import assemble
from gazecast.data.importing.folder_units import check_folder_units
from gazecast.data.importing.quality import Quality, examine
from gazecast.data.importing.report import data_report
from gazecast.data.importing.sources import LAYOUT_TITLES, Export, find_source
from gazecast.data.importing.stimuli import Stimuli
from gazecast.data.importing.write import REPORT, refuse_existing, write_folder
from gazecast.data.layouts import read_dataset
from gazecast.data.names import inside, refuse_what_leads_out
from gazecast.data.placement import Placing, Size
from gazecast.data.stimulus import DataError, EyeTrackingSet


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported as which format, what was dropped by reason, and the report's path."""

    data: EyeTrackingSet
    format: str
    dropped: dict[str, int]
    quality: Quality
    report: Path


def import_dataset(
    source: Path,
    out: Path,
    *,
    format_name: str | None = None,
    images: Path | None = None,
    screen: Size | None = None,
    placing: Placing | None = None,
    skip: Collection[str] = (),
) -> Imported:
    """Bring `source` (a vendor's export with its images, or a data set as published) into `out`.

    format_name: where it cannot be told from the source. images: folder of the stimuli of an
    export; by default images/ in or beside the source. screen, placing, skip: see `assemble`.

    Raises DataError, naming file, row or column and what to do; then nothing is left at `out`.
    """
    refuse_existing(out)
    if source.is_dir():
        refuse_what_leads_out(source)
    found = find_source(source, format_name)
    notes: tuple[str, ...] = ()
    off_image: dict[str, float] = {}
    seen: dict[str, tuple[str, ...]] = {}
    if isinstance(found, Export):
        folder = source if source.is_dir() else source.parent
        stimuli = Stimuli(images or inside(folder, "images"))
        refuse_what_leads_out(stimuli.folder)
        recording = found.format.read(found.files, stimuli)
        assembled = assemble(recording, stimuli, screen=screen, placing=placing, skip=skip)
        name, title, notes = found.format.name, found.format.title, recording.notes
        off_image, seen, dropped = assembled.off_image, assembled.seen, assembled.dropped
        data = EyeTrackingSet(
            name=out.resolve().name, stimuli=assembled.stimuli, source=title, left_out=dropped
        )
    else:
        if images or screen or placing or skip:
            raise DataError(
                f"{source}: {found.name} says itself where its images and points are; leave out "
                "--images, --screen, --shown and --skip"
            )
        name, title = found.name, LAYOUT_TITLES[found.name]
        data = read_dataset(found.folder, found.name)
        if found.name == "gazecast":
            check_folder_units(found.folder)
        dropped = dict(data.left_out)
    quality = examine(data.stimuli, dropped, off_image, seen)
    report = data_report(data.name, f"Imported as {title}, from {source}", quality, dropped, notes)
    write_folder(
        data,
        out,
        imported={"format": name, "dropped": dropped, "notes": list(notes)},
        report=report,
    )
    return Imported(data, name, dropped, quality, out / REPORT)
