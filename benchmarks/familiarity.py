"""How often ordinary pictures are called unlike those that the model knows.

    python benchmarks/familiarity.py --data DATA

Photos that no training has seen (the test split of OSIE, SALICON's sample), and the pages and
posters of FiWI and GDI, which the shipped weights were trained on. No picture is shown or kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from gazecast.data.layouts import read_dataset
from gazecast.model.predictor import Predictor

SETS = {"osie": ["test"], "salicon51": None, "fiwi": None, "gdi": None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    predictor = Predictor()
    table = Table("set", "pictures", "called unlike")
    for name, splits in SETS.items():
        pictures = read_dataset(data / name, "gazecast")
        if splits is not None:
            pictures = pictures.splits(splits)
        called = sum(
            predictor.predict(stimulus.image_path).is_unfamiliar
            for stimulus in track(pictures.stimuli, name)
        )
        table.add_row(name, str(len(pictures)), str(called))
    Console().print(table)


if __name__ == "__main__":
    main()
