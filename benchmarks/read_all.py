"""Reads every picture under a folder as the service does, and says which are refused and which take
longest.

    python benchmarks/read_all.py FOLDER
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gazecast.model.picture import PictureError
from gazecast.serve.decoding import PROCESSES

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


def read(path: Path) -> tuple[float, str]:
    """Seconds, and why it is refused: empty where it is read."""
    content = path.read_bytes()
    started = time.perf_counter()
    try:
        PROCESSES.read(content)
    except PictureError as error:
        return time.perf_counter() - started, str(error)
    return time.perf_counter() - started, ""


def main() -> None:
    paths = sorted(p for p in Path(sys.argv[1]).rglob("*") if p.suffix.lower() in ENDINGS)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(paths, pool.map(read, paths), strict=True))
    refused = {path: why for path, (_, why) in results.items() if why}
    slowest = max(results, key=results.__getitem__)
    print(f"{len(paths):,} pictures, {len(refused)} refused")
    print(f"slowest: {results[slowest][0]:.3f} s, {slowest}")
    for path, why in refused.items():
        print(f"{path}: {why}")


if __name__ == "__main__":
    main()
