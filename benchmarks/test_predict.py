"""`make bench`: milliseconds per stage on a 1366x768 page, beside hotgaze's offline backend.

The example page is our own, so anyone can repeat this. Compare the rows with each other rather than
with another machine's; the summary does.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hotgaze.config import EngineConfig
from hotgaze.engine import run_engine
from pytest_benchmark.fixture import BenchmarkFixture

from gazecast.analysis.overlay import heatmap
from gazecast.designs.design import Design
from gazecast.designs.predicted import predict
from gazecast.designs.regions import Region
from gazecast.designs.report import describe
from gazecast.model.picture import Picture, read_picture
from gazecast.model.predictor import Predictor

PAGE_FILE = Path(__file__).parent.parent / "examples" / "landing-page.png"
PAGE = PAGE_FILE.read_bytes()


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    predictor = Predictor()
    predictor.warm_up()
    return predictor


@pytest.fixture(scope="module")
def picture() -> Picture:
    return read_picture(PAGE)


def test_decode(benchmark: BenchmarkFixture) -> None:
    benchmark(read_picture, PAGE)


def test_decode_and_predict(benchmark: BenchmarkFixture, predictor: Predictor) -> None:
    benchmark(predictor.predict, PAGE)


def test_predict_decoded(
    benchmark: BenchmarkFixture, predictor: Predictor, picture: Picture
) -> None:
    benchmark(predictor.predict, picture)


def test_hotgaze(benchmark: BenchmarkFixture) -> None:
    benchmark(run_engine, str(PAGE_FILE), EngineConfig.fast_default())


def test_answer_as_json(
    benchmark: BenchmarkFixture, predictor: Predictor, picture: Picture
) -> None:
    predicted = predict(predictor, Design(image=picture))
    benchmark(lambda: describe(predicted).to_json())


def test_analysis_with_ten_regions(
    benchmark: BenchmarkFixture, predictor: Predictor, picture: Picture
) -> None:
    benchmark(describe, predict(predictor, Design(image=picture, regions=ten_regions())))


def ten_regions() -> list[Region]:
    return [
        Region(name=f"region {n}", x=0.09 * n, y=0.05 * n, width=0.15, height=0.2)
        for n in range(10)
    ]


def test_overlay(benchmark: BenchmarkFixture, predictor: Predictor, picture: Picture) -> None:
    prediction = predictor.predict(picture)
    benchmark(heatmap, picture.rgb, prediction.density)
