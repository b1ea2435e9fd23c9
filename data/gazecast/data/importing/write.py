"""The folder form, written whole or not at all. See `gazecast.data.layouts.folder` for the form."""

from __future__ import annotations

import csv
import json
import math
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from gazecast.data.images import open_image
from gazecast.data.layouts.folder import read_folder
from gazecast.data.names import inside
from gazecast.data.stimulus import DataError, EyeTrackingSet, Stimulus

REPORT = "report.html"


def refuse_existing(out: Path) -> None:
    """Raises DataError when there is something at `out` already."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out}: there is something already; choose another folder for --out")


def write_folder(
    data: EyeTrackingSet, out: Path, *, imported: Mapping[str, object], report: str
) -> None:
    """Write the data set and its report to `out`, which must not hold anything yet.

    Images are copied as they are; maps become 8-bit PNGs. All is written beside `out`, read back,
    and then moved there, so that `out` never holds half of it.

    Raises DataError when `out` holds something, an image cannot be copied, or the name of one is
    not that of a file in a folder (see `gazecast.data.names.inside`).
    """
    refuse_existing(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.parent / f".{out.name}.{uuid.uuid4().hex[:8]}"
    try:
        unfinished.mkdir()
        _write(data, unfinished, imported)
        (unfinished / REPORT).write_text(report, encoding="utf-8")
        read_folder(unfinished)
        if out.exists():
            out.rmdir()  # empty, as was seen above
        unfinished.replace(out)
    except (OSError, UnicodeEncodeError) as error:  # the latter for names that are no text
        raise DataError(f"{out}: cannot be written ({error})") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write(data: EyeTrackingSet, folder: Path, imported: Mapping[str, object]) -> None:
    (folder / "images").mkdir()
    for stimulus in data.stimuli:
        shutil.copyfile(stimulus.image_path, inside(folder / "images", stimulus.name))
        if stimulus.density_path is not None:
            (folder / "maps").mkdir(exist_ok=True)
            with open_image(stimulus.density_path) as density:
                density.convert("L").save(
                    inside(folder / "maps", f"{Path(stimulus.name).stem}.png")
                )
    _write_csv(
        folder / "images.csv",
        ("image", "split", "width", "height"),
        [(one.name, one.split, one.width, one.height) for one in data.stimuli],
    )
    rows = [row for stimulus in data.stimuli for row in _rows(stimulus)]
    if rows:
        _write_csv(
            folder / "fixations.csv",
            ("image", "observer", "kind", "x", "y", "start_ms", "duration_ms"),
            rows,
        )
    about: dict[str, object] = {
        "name": data.name,
        "source": data.source,
        "licence": data.licence,
        "imported": dict(imported),
    }
    if data.viewing_s is not None:
        about["viewing_s"] = data.viewing_s
    (folder / "dataset.json").write_text(
        json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _rows(stimulus: Stimulus) -> list[tuple[object, ...]]:
    points = stimulus.fixations
    if points is None:
        return []
    return [
        (stimulus.name, observer, kind, _number(x), _number(y), _number(start), _number(duration))
        for observer, kind, x, y, start, duration in zip(
            points.observer.tolist(),
            points.kind.tolist(),
            points.x.tolist(),
            points.y.tolist(),
            points.onset_ms.tolist(),
            points.duration_ms.tolist(),
            strict=True,
        )
    ]


def _number(value: float) -> str:
    """To a thousandth, which is less than any tracker tells; empty for NaN. Rounded down, as a
    point just inside the right edge must not be moved onto it."""
    if math.isnan(value):
        return ""
    return f"{math.floor(value * 1000 + 1e-6) / 1000:.3f}".rstrip("0").rstrip(".")


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
