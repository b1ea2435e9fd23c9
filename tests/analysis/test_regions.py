from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from gazecast.analysis.regions import (
    AnyRegion,
    Polygon,
    Region,
    RegionError,
    encloses,
    region_share,
    score_regions,
)


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


def region_peak(density: np.ndarray, region: AnyRegion) -> float:
    return score_regions(density, [region])[0].peak


def as_polygon(region: Region) -> Polygon:
    x, y, right, bottom = region.x, region.y, region.x + region.width, region.y + region.height
    return Polygon(region.name, ((x, y), (right, y), (right, bottom), (x, bottom)))


corner = st.tuples(st.floats(0, 1), st.floats(0, 1))


@st.composite
def stars(draw, centre: tuple[float, float] = (0.5, 0.5)) -> tuple[tuple[float, float], ...]:
    """Outlines around a centre: mostly not convex, never crossing themselves."""
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(0.05, 0.5), min_size=count, max_size=count))
    turn = draw(st.floats(0, 6))
    angles = [turn + 2 * math.pi * k / count for k in range(count)]
    return tuple(
        (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
        for radius, angle in zip(radii, angles, strict=True)
    )


@settings(deadline=None)
@given(x=st.floats(0, 0.9), y=st.floats(0, 0.9), part=st.floats(0.001, 1), seed=st.integers(0, 99))
def test_a_polygon_that_is_a_rectangle_has_its_share_and_peak(x, y, part, seed):
    density = random_density(seed)
    region = Region("any", x, y, (1 - x) * part, (1 - y) * part)
    polygon = as_polygon(region)
    assert region_share(density, polygon) == pytest.approx(region_share(density, region), abs=1e-12)
    assert polygon.area == pytest.approx(region.area)
    assert encloses(polygon.box, region)
    assert encloses(region, polygon.box)


@settings(deadline=None)
@given(points=stars(), seed=st.integers(0, 99))
def test_triangles_that_tile_a_polygon_sum_to_it_either_way_round(points, seed):
    density = random_density(seed)
    whole = region_share(density, Polygon("all", points))
    assert region_share(density, Polygon("back", points[::-1])) == pytest.approx(whole, abs=1e-12)
    tiles = [((0.5, 0.5), *pair) for pair in zip(points, (*points[1:], points[0]), strict=True)]
    if len(points) > 3:  # three points may leave the centre outside
        parts = [region_share(density, Polygon("tile", tile)) for tile in tiles]
        assert sum(parts) == pytest.approx(whole, abs=1e-12)
        assert max(parts) <= whole + 1e-12


@settings(deadline=None)
@given(points=stars(), seed=st.integers(0, 99))
def test_a_rectangle_around_a_polygon_has_at_least_its_share_and_its_peak(points, seed):
    density, polygon = random_density(seed), Polygon("inner", points)
    assert encloses(polygon.box, polygon)
    assert region_share(density, polygon) <= region_share(density, polygon.box) + 1e-12
    assert region_peak(density, polygon) <= region_peak(density, polygon.box)


@settings(deadline=None)
@given(points=stars())
def test_a_uniform_density_gives_every_polygon_its_area(points):
    polygon = Polygon("any", points)
    (score,) = score_regions(np.full((7, 11), 1 / 77), [polygon])
    assert score.share == pytest.approx(polygon.area)
    assert (score.intensity, score.peak) == (pytest.approx(1), pytest.approx(1))


def test_the_share_of_a_triangle_is_the_integral_over_it():
    density = random_density(shape=(3, 4))
    # Under the line y = 0.9 - x from x = 0.1: cell by cell, in bounds that are easy to write down.
    triangle = Polygon("triangle", ((0.1, 0.1), (0.8, 0.1), (0.1, 0.8)))
    total = 0.0
    for row, column in np.ndindex(3, 4):
        x0, x1 = max(0.1, column / 4), min(0.8, (column + 1) / 4)
        y0, y1 = max(0.1, row / 3), (row + 1) / 3
        kinks = sorted({x0, x1, *(x for x in (0.9 - y0, 0.9 - y1) if x0 < x < x1)})
        for a, b in itertools.pairwise(kinks):
            heights = [max(0.0, min(y1, 0.9 - x) - y0) for x in (a, b)]
            total += float(density[row, column]) * 12 * (b - a) * sum(heights) / 2
    assert region_share(density, triangle) == pytest.approx(total, rel=1e-9)


def test_the_peak_is_the_highest_cell_that_is_touched():
    density = np.full((4, 4), 0.5 / 15)
    density[0, 3] = 0.5
    inside, beside = Region("in", 0.7, 0, 0.1, 0.1), Region("out", 0.5, 0, 0.25, 0.25)
    touching = Polygon("in", ((0.8, 0.2), (0.5, 0.9), (0.2, 0.5)))
    beyond = Polygon("out", ((0.75, 0), (0.5, 0.9), (0, 0)))
    assert region_peak(density, inside) == region_peak(density, touching) == pytest.approx(8)
    assert region_peak(density, beside) == region_peak(density, beyond) == pytest.approx(16 / 30)


def test_ranks_go_from_the_highest_share_and_are_shared_by_ties():
    density = np.array([[0.1, 0.4, 0.4, 0.1]])
    regions = [Region(f"column {k}", k / 4, 0, 1 / 4, 1) for k in range(4)]
    scores = score_regions(density, [*regions, as_polygon(regions[1]), WHOLE])
    assert [score.rank for score in scores] == [5, 2, 2, 5, 2, 1]


def test_a_polygon_in_pixels_is_the_same_polygon():
    polygon = Polygon.from_pixels("logo", [(0, 0), (683, 0), (0, 768), (0, 0)], 1366, 768)
    assert polygon == Polygon("logo", ((0, 0), (0.5, 0), (0, 1)))


def test_a_region_encloses_what_lies_in_its_box():
    inner = Region("inner", 0.2, 0.2, 0.3, 0.3)
    assert encloses(WHOLE, inner)
    assert not encloses(inner, WHOLE)
    assert not encloses(inner, Region("beside", 0.4, 0.2, 0.3, 0.3))
    assert encloses(inner, as_polygon(inner))
    assert encloses(as_polygon(inner), inner)


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([(0, 0), (1, 1)], "the outline has 2 points, give at least 3"),
        ([(0, 0)] * 501, "the outline has 501 points, give at least 3 and at most 500"),
        ([(0, 0), (0, 0), (1, 1), (0, 0)], "fewer than 3 different points"),
        ([(0, 0), (0.5, 0.5), (1, 1)], "touch or cross"),
        (
            [(0, 0), (1, 1), (1, 0), (0, 1)],
            r"start at \(0.0, 0.0\) and \(1.0, 0.0\) touch or cross",
        ),
        ([(0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)], "touch or cross"),
        ([(0, 0), (1, 0), (0.5, 0), (0.5, 1)], "touch or cross"),
        ([(0, 0), (1, 0), (1, 1e-8)], "less than anyone can see"),
        ([(0, 0), (1, 0), (1.5, 1)], "x of point 3 is 1.5, outside the image's 0 to 1"),
        ([(0, 0), (1, 0), (1, float("nan"))], "y of point 3 is nan, give a finite number"),
        ([(0, 0), (1, 0), (1, "1")], "y of point 3 is '1', give a finite number"),
        ([(0, 0), (1, 0), (1,)], "point 3 is .1,., give a pair"),
        (7, "points is 7, give a list"),
    ],
)
def test_a_wrong_outline_is_refused_by_name(points, says):
    with pytest.raises(RegionError, match=rf"region 'hero': .*{says}"):
        Polygon("hero", points)


def test_wrong_points_are_refused_in_pixels():
    with pytest.raises(
        RegionError, match=r"x of point 2 is 1400 px, outside the image's 0 to 1366"
    ):
        Polygon.from_pixels("hero", [(0, 0), (1400, 0), (0, 768)], 1366, 768)


def test_a_polygon_without_a_name_is_refused():
    with pytest.raises(RegionError, match="give each region a name"):
        Polygon(" ", ((0, 0), (1, 0), (1, 1)))


@settings(deadline=None)
@given(points=st.lists(corner, min_size=3, max_size=6))
def test_any_outline_is_scored_or_refused(points):
    density = random_density()
    try:
        polygon = Polygon("any", tuple(points))
    except RegionError:
        return
    assert 0 <= region_share(density, polygon) <= region_share(density, polygon.box) + 1e-12
    assert region_peak(density, polygon) > 0
