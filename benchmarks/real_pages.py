"""How long a prediction of a real page takes, beside decoding its PNG and beside hotgaze.

    python benchmarks/real_pages.py --data DATA [--model FILE ...]

The 36 pages of FiWI, 1366x768, as PNG files. Each is decoded (bytes to sRGB pixels), decoded and
predicted, and given to hotgaze's offline backend, one after the other; the order turns, so that no
one always comes after a busy moment. Printed are medians over the pages of each page's fastest
round, and their ratios.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hotgaze.config import EngineConfig
from hotgaze.engine import run_engine
from PIL import Image
from rich.console import Console
from rich.table import Table

from gazecast.data.layouts import read_dataset
from gazecast.model.picture import read_picture
from gazecast.model.predictor import SHIPPED_MODEL, Predictor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds fiwi")
    parser.add_argument("--model", type=Path, nargs="+", default=[SHIPPED_MODEL])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    predictors = {str(path): Predictor(path) for path in options.model}
    for predictor in predictors.values():
        predictor.warm_up()
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for stimulus in read_dataset(options.data / "fiwi").stimuli:
            file = Path(folder, "page.png")
            file.write_bytes(_png(stimulus.image_path))
            for name, fastest in _page(file, predictors, options.rounds).items():
                times.setdefault(name, []).append(fastest)
    decode, hotgaze = (float(np.median(times[name])) for name in ("decode", "hotgaze"))
    table = Table("median over pages", "ms", "x decode", "x hotgaze")
    for name, values in times.items():
        median = float(np.median(values))
        ratios = f"{median / decode:.2f}", f"{median / hotgaze:.3f}"
        table.add_row(name, f"{1000 * median:.1f}", *ratios)
    Console().print(table)


def _png(image: Path) -> bytes:
    buffer = io.BytesIO()
    Image.open(image).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def _page(file: Path, predictors: dict[str, Predictor], rounds: int) -> dict[str, float]:
    """Seconds of the fastest round of each."""
    data = file.read_bytes()
    work: dict[str, Callable[[], object]] = {"decode": lambda: read_picture(data)}
    for name, predictor in predictors.items():
        work[f"decode and predict: {name}"] = lambda predictor=predictor: predictor.predict(data)
    work["hotgaze"] = lambda: run_engine(str(file), EngineConfig.fast_default())
    names = list(work)
    fastest = dict.fromkeys(names, float("inf"))
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            started = time.perf_counter()
            work[name]()
            fastest[name] = min(fastest[name], time.perf_counter() - started)
    return fastest


if __name__ == "__main__":
    main()
