"""What concurrency and batching are worth on this machine; docs/operators.md quotes it.

    python benchmarks/concurrency.py [--seconds 10]

First table: the examples are decoded, predicted and encoded as a request has it, for several
numbers of predictions at the same time and threads in each. Second table: the network alone, with
several pictures in one run. The shipped file takes one picture, so the same architecture is
exported with others (random weights, which take the same time); this needs the train extra.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table

from gazecast.model.picture import read_picture
from gazecast.model.predictor import Predictor
from gazecast.serve import answers

_EXAMPLES = [file.read_bytes() for file in Path(__file__).parents[1].glob("examples/*.png")]
_SHAPE = (384, 512)  # a picture of 4 to 3 in the 196,608 pixels that the network sees


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10, help="for each row")
    seconds = parser.parse_args().seconds
    console = Console()
    console.print(concurrency(seconds))
    console.print(batching(seconds))


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
                picture = read_picture(data)
                answers.answer(predictor.predict(picture)).model_dump_json()
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
    import torch  # noqa: PLC0415 - only here

    from gazecast.model.graph import IMAGE, THUMBNAIL, THUMBNAIL_SIDE  # noqa: PLC0415
    from gazecast.model.network import NetworkSpec, SaliencyNetwork  # noqa: PLC0415
    from gazecast.model.prediction import DOMAINS  # noqa: PLC0415
    from gazecast.training.export import Shipped  # noqa: PLC0415

    network = Shipped(SaliencyNetwork(NetworkSpec("tf_efficientnet_lite2", DOMAINS)).eval())
    table = Table("pictures in one run", "pictures/s")
    for batch in (1, 2, 4, 8):
        image = torch.zeros(batch, *_SHAPE, 3, dtype=torch.uint8)
        thumbnail = torch.zeros(batch, THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3, dtype=torch.uint8)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "batch.onnx")
            torch.onnx.export(
                network,
                (image, thumbnail),
                file,
                input_names=[IMAGE, THUMBNAIL],
                opset_version=20,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
            session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        rng = np.random.default_rng(0)
        inputs = {
            IMAGE: rng.integers(0, 256, image.shape, dtype=np.uint8),
            THUMBNAIL: rng.integers(0, 256, thumbnail.shape, dtype=np.uint8),
        }
        session.run(None, inputs)
        started, runs = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            session.run(None, inputs)
            runs += 1
        table.add_row(str(batch), f"{runs * batch / (time.perf_counter() - started):.2f}")
    return table


if __name__ == "__main__":
    main()
