"""What many regions cost: memory, and time that grows no faster than they do."""

from __future__ import annotations

import time
import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from gazecast.analysis.bounds import MOST_VARIANTS
from gazecast.analysis.comparison import Variant, compare_variants
from gazecast.analysis.order import Glance, compare_orders
from gazecast.analysis.regions import (
    Polygon,
    Region,
    encloses,
    enclosures,
    region_share,
    region_shares,
    score_regions,
)
from gazecast.model.error_tables import Calibration, DifferenceError, SeenRate, ShareError
from gazecast.model.vocabulary import WINDOWS

CALIBRATION = Calibration(
    basis="made up",
    observers=11,
    share=dict.fromkeys(WINDOWS, ShareError(0.002, 0.01, 0.05, -1.6, 1.6)),
    seen=dict.fromkeys(WINDOWS, SeenRate(5.0, 3.0)),
    difference=DifferenceError(floor=0.012, slope=0.3, ceiling=0.15),
)


def even(rows: int, columns: int) -> np.ndarray:
    return np.full((rows, columns), 1 / (rows * columns), np.float32)


def seconds(work) -> float:
    """Processor time of the quickest of three runs."""
    times = []
    for _ in range(3):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def mixed_regions() -> list[Region | Polygon]:
    rng = np.random.default_rng(0)
    found: list[Region | Polygon] = []
    for number in range(40):
        x, y = rng.uniform(0, 0.8, 2).tolist()
        width, height = rng.uniform(0.01, 0.2, 2).tolist()
        if number % 3:
            found.append(Region(f"r{number}", x, y, width, height))
        else:
            corners = ((x, y), (x + width, y), (x + width / 2, y + height))
            found.append(Polygon(f"p{number}", corners))
    return found


def test_many_regions_have_the_shares_that_each_has_alone():
    regions = mixed_regions()
    density = np.random.default_rng(1).dirichlet(np.ones(600 * 50)).reshape(600, 50)
    alone = [region_share(density, region) for region in regions]
    np.testing.assert_allclose(region_shares(density, regions), alone, rtol=1e-12)
    assert len(region_shares(density, [])) == 0


def test_shares_of_other_densities_are_as_if_they_were_the_first():
    regions = mixed_regions()
    first, second, third = np.random.default_rng(2).dirichlet(np.ones(1200), 3).reshape(3, 30, 40)
    scores = score_regions(first, regions, [second, third])
    assert [score.share for score in scores] == region_shares(first, regions).tolist()
    for number, density in enumerate((second, third)):
        others = [score.others[number] for score in scores]
        assert others == region_shares(density, regions).tolist()


def test_enclosures_are_of_every_two():
    regions = mixed_regions()
    found = enclosures(regions)
    for one, other in combinations(range(len(regions)), 2):
        assert found[one, other] == encloses(regions[one], regions[other])
        assert found[other, one] == encloses(regions[other], regions[one])
    assert found.diagonal().all()


def test_rectangles_as_large_as_a_long_page_take_little_memory():
    density = even(20_000, 256)
    tracemalloc.start()
    score_regions(density, [Region(f"r{number}", 0, 0, 1, 1) for number in range(5)])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < density.nbytes / 4


@pytest.mark.alone
def test_many_rectangles_are_measured_together():
    density = even(512, 512)
    one = seconds(lambda: score_regions(density, [Region("all", 0, 0, 1, 1)]))
    many = [Region(f"r{number}", 0, 0, 1, 1) for number in range(200)]
    assert seconds(lambda: score_regions(density, many)) < 30 * one


@pytest.mark.alone
def test_a_long_order_takes_time_in_proportion():
    def check(count: int) -> float:
        names = [f"n{number}" for number in range(count)]
        glances = [Glance(name, rank) for rank, name in enumerate(names, start=1)]
        return seconds(lambda: compare_orders(names, glances))

    assert check(4000) < 9 * check(1000)


@pytest.mark.alone
def test_many_regions_are_compared_in_proportion():
    def check(count: int) -> float:
        regions = [Region(f"r{number}", 0, 0, 1, 1) for number in range(count)]
        variants = [Variant(f"v{n}", even(20, 20), regions) for n in range(MOST_VARIANTS)]
        return seconds(lambda: compare_variants(variants, "3s", CALIBRATION))

    assert check(800) < 6 * check(200)
