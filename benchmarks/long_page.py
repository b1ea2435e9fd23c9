"""What a page of 1366x12,000 px costs, against one screen of it times the number of slices.

    python benchmarks/long_page.py [--rounds 3]

The page is the example landing page, again and again. Processor time of one thread, which other
programs on the machine change little; the lowest of some rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from gazecast.designs.long_pages import predict_long_page
from gazecast.model.picture import Picture, read_picture
from gazecast.model.predictor import Predictor

SCREEN = Path(__file__).parents[1] / "examples" / "landing-page.png"
HEIGHT = 12_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    predictor = Predictor(threads=1)
    predictor.warm_up()
    screen = read_picture(SCREEN)
    page = long_page(screen)
    slices = len(predict_long_page(predictor, page).slices)

    def one_by_one() -> None:
        for _ in range(slices):
            predictor.predict(screen)

    whole = seconds(lambda: predict_long_page(predictor, page), rounds)
    single = seconds(one_by_one, rounds)
    print(
        f"{page.width}x{page.height} px in {slices} slices: {whole:.2f} s of processor time, "
        f"{whole / single:.2f} x that of {slices} single screens"
    )


def long_page(screen: Picture) -> Picture:
    """A page of HEIGHT pixels, the same screen over and over."""
    times = -(-HEIGHT // screen.height)
    rgb = np.ascontiguousarray(np.tile(screen.rgb, (times, 1, 1))[:HEIGHT])
    return replace(screen, rgb=rgb, height=HEIGHT)


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Least processor time of some rounds."""
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


if __name__ == "__main__":
    main()
