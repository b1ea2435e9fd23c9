"""What the analysis of a page with ten regions costs, against the prediction itself.

    python benchmarks/analysis.py

Processor time of one thread, which other programs on the machine change little.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from threadpoolctl import threadpool_limits

from gazecast.designs.design import Design
from gazecast.designs.predicted import predict
from gazecast.designs.regions import Region
from gazecast.designs.report import describe
from gazecast.model.picture import read_picture
from gazecast.model.predictor import Predictor

PAGE = Path(__file__).parents[1] / "examples" / "landing-page.png"
ROUNDS = 15


def main() -> None:
    predictor = Predictor(threads=1)
    predictor.warm_up()
    page = read_picture(PAGE)
    regions = [
        Region(name=f"region {n}", x=0.09 * n, y=0.05 * n, width=0.15, height=0.2)
        for n in range(10)
    ]
    with threadpool_limits(1, user_api="blas"):
        predicting = milliseconds(lambda: predictor.predict(page))
        predicted = predict(predictor, Design(image=page, regions=regions))
        analysing = milliseconds(lambda: describe(predicted))
    print(
        f"prediction {predicting:.0f} ms, analysis {analysing:.0f} ms (medians): "
        f"{analysing / predicting:.2f} of it"
    )


def milliseconds(work: Callable[[], object]) -> float:
    """Median processor time."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - started))
    return median(taken)


if __name__ == "__main__":
    main()
