from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from gazecast.analysis.regions import Region, RegionError, region_share, score_regions


def random_density(seed: int = 0, shape: tuple[int, int] = (9, 14)) -> np.ndarray:
    density = np.random.default_rng(seed).random(shape) ** 4
    return (density / density.sum()).astype(np.float32)


WHOLE = Region("all", 0, 0, 1, 1)


def test_the_whole_image_holds_everything():
    assert region_share(random_density(shape=(577, 1024)), WHOLE) == pytest.approx(1, abs=1e-6)


def test_a_region_on_cell_borders_is_the_sum_of_its_cells():
    density = random_density(shape=(10, 20))
    region = Region("cells", 3 / 20, 2 / 10, 5 / 20, 4 / 10)
    assert region_share(density, region) == pytest.approx(density[2:6, 3:8].sum(), rel=1e-6)


def test_a_region_inside_one_cell_gets_its_part_of_that_cell():
    density = random_density(shape=(4, 5))
    region = Region("part", 2.25 / 5, 1.5 / 4, 0.5 / 5, 0.25 / 4)
    assert region_share(density, region) == pytest.approx(density[1, 2] * 0.5 * 0.25, rel=1e-6)


def test_the_share_is_the_integral_of_the_density():
    density = random_density(shape=(3, 4))
    region = Region("odd", 0.13, 0.21, 0.59, 0.47)
    pieces = 0.0
    for row, column in np.ndindex(3, 4):
        x0, x1 = max(0.13, column / 4), min(0.72, (column + 1) / 4)
        y0, y1 = max(0.21, row / 3), min(0.68, (row + 1) / 3)
        if x0 < x1 and y0 < y1:
            cell = float(density[row, column]) * 12
            pieces += dblquad(lambda y, x, cell=cell: cell, x0, x1, y0, y1)[0]
    assert region_share(density, region) == pytest.approx(pieces, rel=1e-9)


cuts = st.lists(st.floats(0.001, 0.999), max_size=4, unique_by=lambda cut: round(cut, 4)).map(
    lambda inner: [0.0, *sorted(inner), 1.0]
)


@settings(deadline=None)
@given(across=cuts, down=cuts, seed=st.integers(0, 99))
def test_regions_that_tile_the_image_sum_to_one(across, down, seed):
    tiles = [
        Region("tile", x0, y0, x1 - x0, y1 - y0)
        for (x0, x1), (y0, y1) in itertools.product(
            itertools.pairwise(across), itertools.pairwise(down)
        )
    ]
    density = random_density(seed)
    total = sum(region_share(density, tile) for tile in tiles)
    assert total == pytest.approx(region_share(density, WHOLE), abs=1e-9)


@settings(deadline=None)
@given(x=st.floats(0, 0.9), y=st.floats(0, 0.9), part=st.floats(0.01, 1))
def test_a_uniform_density_gives_every_region_its_area(x, y, part):
    region = Region("any", x, y, (1 - x) * part, (1 - y) * part)
    (score,) = score_regions(np.full((7, 11), 1 / 77), [region])
    assert score.share == pytest.approx(region.area)
    assert score.intensity == pytest.approx(1)


def test_scores_keep_the_order_of_the_regions():
    regions = [Region(name, 0, 0, 0.5, 0.5) for name in "cab"]
    assert [score.region.name for score in score_regions(random_density(), regions)] == list("cab")


def test_pixels_are_the_same_region():
    region = Region.from_pixels("button", 300, 96, 1066, 672, image_width=1366, image_height=768)
    assert region == Region("button", 300 / 1366, 96 / 768, 1066 / 1366, 672 / 768)


def test_rounding_errors_are_moved_onto_the_border():
    region = Region("wide", -1e-7, 0.3, 1.0000002, 0.7000001)
    assert (region.x, region.x + region.width) == (0, 1)
    assert region.y + region.height == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ((0, 0, 0, 1), "width is 0, give more than 0"),
        ((0, 0, 1, -0.5), "height is -0.5, give more than 0"),
        ((-0.1, 0, 1, 1), "x is -0.1, give 0 or more"),
        ((0, 0.6, 1, 0.5), r"y \+ height is 1.1, beyond the image's height of 1: move or shrink"),
        ((float("nan"), 0, 1, 1), "x is nan, give a finite number"),
        ((0, 0, float("inf"), 1), "width is inf, give a finite number"),
        ((0, 0, 10**400, 1), "give a finite number"),
        ((0, 0, "1", 1), "width is '1', give a finite number"),
        ((0, 0, True, 1), "width is True, give a finite number"),
        ((1, 0, 1e-7, 1), "less than anyone can see"),
        ((0.5, 0, 1e-200, 1), "less than anyone can see"),
    ],
)
def test_a_wrong_region_is_refused_by_name(box, says):
    with pytest.raises(RegionError, match=rf"region 'hero': .*{says}"):
        Region("hero", *box)


def test_wrong_pixels_are_refused_in_pixels():
    with pytest.raises(RegionError, match=r"width is 1400 px, beyond the image's width of 1366 px"):
        Region.from_pixels("hero", 100, 0, 1300, 10, image_width=1366, image_height=768)


@pytest.mark.parametrize("name", ["", "  ", None])
def test_a_region_without_a_name_is_refused(name):
    with pytest.raises(RegionError, match="give each region a name"):
        Region(name, 0, 0, 1, 1)
