"""The table that clutter is compared with, anew from the pictures:

    python -m gazecast.analysis.scores.measure_reference_sets --data DATA

Numbers alone are kept, nothing of a picture.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.progress import track

from gazecast.analysis.scores import reference_sets
from gazecast.analysis.scores.clutter import CONTOUR_SIDE, WORKING_SIDE, Clutter, clutter
from gazecast.data.images import image_files
from gazecast.model.picture import read_picture

SOURCES = {
    "alexa500": "desktop home pages of the Alexa top sites (aalto-ui/aim, MIT), 1280x800 px kept "
    "at 960x600 px as JPEG",
    "enrico": "Android app screens of Enrico / RICO, kept at 540x960 px as JPEG",
}
"""Of each set, a folder of DATA: what its pictures are."""


def reference_row(source: str, measured: Iterable[Clutter]) -> dict[str, object]:
    """One set's entry of the table: its source, how many pictures, and the quantiles."""
    rows = [asdict(one) for one in measured]
    levels = reference_sets.LEVELS
    return {
        "source": source,
        "pictures": len(rows),
        "quantiles": {
            measure: [
                round(value, 4)
                for value in np.percentile([row[measure] for row in rows], levels).tolist()
            ]
            for measure in rows[0]
        },
    }


def main() -> None:
    """Measure every picture of the sets and write the table."""
    parser = argparse.ArgumentParser(
        prog="gazecast.analysis.scores.measure_reference_sets", description=__doc__
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with alexa500/ and enrico/"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(reference_sets.__file__).with_name(reference_sets.TABLE),
        help="the table to write; default: the one that is shipped",
    )
    parser.add_argument(
        "--longer-side",
        type=int,
        help="pixels of the copies that are measured; the shipped table needs the default, "
        f"{CONTOUR_SIDE} for contours and {WORKING_SIDE} for all else",
    )
    options = parser.parse_args()
    one_side = options.longer_side
    sides = (one_side, one_side) if one_side else (WORKING_SIDE, CONTOUR_SIDE)
    table = {}
    for name, source in SOURCES.items():
        pictures = track(image_files(options.data / name / "images"), description=name)
        measured = (clutter(read_picture(path).rgb, *sides) for path in pictures)
        table[name] = reference_row(source, measured)
    options.output.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
