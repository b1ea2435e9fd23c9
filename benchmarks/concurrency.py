"""What concurrency and batching are worth on this machine; docs/operators.md quotes it.

    python benchmarks/concurrency.py [--seconds 10]

First table: the network alone, with several pictures in one run. The shipped file takes one, so its
network is exported again for more, with the train extra. Second table: the examples are decoded,
predicted and encoded as a request has it, for several numbers of predictions at the same time and
threads in each.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from gazecast.designs.design import Design
from gazecast.designs.report import report
from gazecast.model.graph import AUTO, DOMAIN, IMAGE, THUMBNAIL, THUMBNAIL_SIDE
from gazecast.model.predictor import SHIPPED_MODEL, Predictor
from gazecast.model.session import session_options
from gazecast.training.export.shipped import Shipped
from gazecast.training.export.weights import read_trainable

import onnxruntime

_EXAMPLES = [file.read_bytes() for file in Path(__file__).parents[1].glob("examples/*.png")]
_SHAPE = (384, 512)  # a picture of 4 to 3 in the 196,608 pixels that the network sees


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10, help="for each row")
    seconds = parser.parse_args().seconds
    threadpool_limits(1, user_api="blas")  # as the service does
    console = Console()
    console.print(batching(seconds))
    console.print(concurrency(seconds))


def concurrency(seconds: float) -> Table:
    table = Table("at the same time", "threads in each", "pictures/s", "mean time of one")
    for threads, at_once in itertools.product((None, 1), (1, 2, 3)):
        predictor = Predictor(threads=threads)
        predictor.warm_up()

        def work(end: float, predictor: Predictor = predictor) -> int:
            done = 0
            for data in itertools.cycle(_EXAMPLES):
                if time.perf_counter() > end:
                    break
                report(predictor, Design(image=data)).to_json()
                done += 1
            return done

        started = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            done = sum(pool.map(work, [started + seconds] * at_once))
        rate = done / (time.perf_counter() - started)
        table.add_row(
            str(at_once), str(threads or "all"), f"{rate:.2f}", f"{1000 * at_once / rate:.0f} ms"
        )
    return table


def batching(seconds: float) -> Table:
    shipped = read_trainable(SHIPPED_MODEL)
    network = Shipped(shipped.network, shipped.familiarity).eval()
    rng = np.random.default_rng(0)
    runs: dict[tuple[int, int], Callable[[], object]] = {}
    for batch in (1, 2, 4, 8):
        shapes = (batch, *_SHAPE, 3), (batch, THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3)
        image, thumbnail = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in shapes)
        domain = np.full(batch, AUTO)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "batch.onnx")
            torch.onnx.export(
                network,
                tuple(map(torch.from_numpy, (image, thumbnail, domain))),
                file,
                input_names=[IMAGE, THUMBNAIL, DOMAIN],
                opset_version=20,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
            for threads in (0, 1):
                session = onnxruntime.InferenceSession(
                    file, sess_options=session_options(threads), providers=["CPUExecutionProvider"]
                )
                inputs = {IMAGE: image, THUMBNAIL: thumbnail, DOMAIN: domain}
                runs[threads, batch] = partial(session.run, None, inputs)
    # Round and round, and the best of each: what else the machine does only adds to a time.
    best = dict.fromkeys(runs, float("inf"))
    end = time.perf_counter() + seconds * len(runs)
    while time.perf_counter() < end:
        for (threads, batch), run in runs.items():
            started = time.perf_counter()
            run()
            taken = (time.perf_counter() - started) / batch
            best[threads, batch] = min(best[threads, batch], taken)
    table = Table("threads", "pictures in one run", "best time for each")
    for (threads, batch), taken in sorted(best.items()):
        table.add_row(str(threads or "all"), str(batch), f"{1000 * taken:.0f} ms")
    return table


if __name__ == "__main__":
    main()
