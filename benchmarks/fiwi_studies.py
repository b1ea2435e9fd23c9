"""Three small studies out of FiWI, for the runs of `finetune` and `promote` in docs/registry.md.

    python benchmarks/fiwi_studies.py --data DATA --out studies

Each has the same 16 of FiWI's 36 pages: `same` with the fixations that the shipped model was
trained on, `shuffled` with those of another page, `clicks` with BubbleView clicks (30 s) instead.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Mapping
from pathlib import Path

PAGES = 16
SHIFT = 5
"""How far on the page is whose fixations a shuffled one gets."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds fiwi/")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    fiwi = arguments.data / "fiwi"
    with (fiwi / "images.csv").open(newline="") as file:
        names = sorted(row["image"] for row in csv.DictReader(file))
    pages = [names[i * len(names) // PAGES] for i in range(PAGES)]
    itself = dict(zip(pages, pages, strict=True))
    another = dict(zip(pages, pages[SHIFT:] + pages[:SHIFT], strict=True))
    write(fiwi, arguments.out / "same", "fixation", itself)
    write(fiwi, arguments.out / "shuffled", "fixation", another)
    write(fiwi, arguments.out / "clicks", "click30", itself)


def write(fiwi: Path, folder: Path, kind: str, pages: Mapping[str, str]) -> None:
    """pages: to each page whose rows are read, the page that they are given to."""
    (folder / "images").mkdir(parents=True)
    for page in pages:
        shutil.copy(fiwi / "images" / page, folder / "images")
    with (fiwi / "fixations.csv").open(newline="") as file:
        rows = csv.DictReader(file)
        with (folder / "fixations.csv").open("w", newline="") as out:
            writer = csv.DictWriter(out, rows.fieldnames or ())
            writer.writeheader()
            writer.writerows(
                row | {"image": pages[row["image"]]}
                for row in rows
                if row["image"] in pages and row["kind"] == kind
            )


if __name__ == "__main__":
    main()
