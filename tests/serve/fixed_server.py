"""`gazecast serve` in a process of its own, with the tests' predictor in the place of the model.

    python tests/serve/fixed_server.py SECONDS [OPTION...]

SECONDS: that each prediction takes longer. Options are those of `gazecast serve`.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path

from gazecast.cli.main import app
from gazecast.model import predictor


def main() -> None:
    seconds = float(sys.argv[1])
    fixed = runpy.run_path(str(Path(__file__).parents[1] / "conftest.py"))["FixedPredictor"]

    class Slow(fixed):
        def predict(self, *arguments):
            time.sleep(seconds)
            return super().predict(*arguments)

    predictor.Predictor = lambda *_, **__: Slow()
    app(["serve", *sys.argv[2:]])


if __name__ == "__main__":
    main()
