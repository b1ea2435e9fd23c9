"""Long pages: cutting, weighting by scroll reach, joining, the fold and false bottoms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazecast.analysis.long_page import (
    MAX_SLICES,
    OVERLAP,
    LongPageError,
    ReachLines,
    ScrollReach,
    Slice,
    default_viewport_height,
    false_bottoms,
    fold_shares,
    join,
    reach_lines,
    slices,
)
from gazecast.analysis.regions import Region, region_share

EVERYONE = ScrollReach(((0.0, 1.0),))
"""All visitors get to the end."""


def uniform(rows=36, columns=64):
    return np.full((rows, columns), 1 / (rows * columns), np.float32)


def bumps(count, rows=36, columns=64, seed=0):
    """Smooth random densities."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns]
    for _ in range(count):
        row, column = rng.uniform(0, rows), rng.uniform(0, columns)
        bump = 0.05 + np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * 8.0**2))
        yield (bump / bump.sum()).astype(np.float32)


# ---- Cutting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height"), [(1366, 768), (1920, 1080), (1280, 720), (390, 844), (360, 779)]
)
def test_the_viewport_follows_from_the_width(width, height):
    assert default_viewport_height(width) == height


@settings(max_examples=200, deadline=None)
@given(
    width=st.integers(1, 3000),
    height=st.integers(1, 30_000),
    viewport=st.none() | st.integers(300, 3000),
    overlap=st.floats(0, 0.5),
)
def test_slices_cover_the_page_and_share_enough(width, height, viewport, overlap):
    screen = viewport or default_viewport_height(width)
    try:
        cut = slices(width, height, viewport, overlap)
    except LongPageError:
        assert height > screen * (1 - overlap) * (MAX_SLICES - 1)
        return
    assert cut[0].top == 0
    assert cut[-1].bottom == height
    assert {part.bottom - part.top for part in cut} == {min(screen, height)}
    for part, following in pairwise(cut):
        assert part.top < following.top <= part.bottom
        assert part.bottom - following.top >= overlap * screen - 1
    # No slice is wasted: one fewer could not overlap as much.
    if len(cut) > 1:
        step = int(screen * (1 - overlap))
        assert (len(cut) - 2) * max(1, step) + screen < height


def test_a_page_of_12000_px_takes_20_screens():
    cut = slices(1366, 12_000)
    assert len(cut) == 20
    assert cut[0] == Slice(0, 768)
    assert cut[-1] == Slice(12_000 - 768, 12_000)


def test_a_page_no_higher_than_the_screen_is_one_slice():
    assert slices(1366, 768) == (Slice(0, 768),)
    assert slices(1366, 500) == (Slice(0, 500),)


def test_too_many_slices_are_refused():
    with pytest.raises(LongPageError, match=r"at most 100 .*: give a higher viewport"):
        slices(100, 30_000, 50)
    with pytest.raises(LongPageError, match="give more"):
        slices(100, 300, 0)
    with pytest.raises(ValueError, match=r"overlap is 0\.6, give 0 to 0\.5"):
        slices(100, 300, overlap=0.6)


# ---- Scroll reach -------------------------------------------------------------------------------


def test_the_default_curve_is_half_at_0_8_of_a_viewport_below_the_first():
    reach = ScrollReach.typical(700)
    assert reach.at(np.array([0, 350, 700])).tolist() == [1, 1, 1]
    assert reach.at(np.array([700 + 0.8 * 700])) == pytest.approx(0.5)
    assert reach.at(np.array([1e6])) == pytest.approx(0.01)
    assert (np.diff(reach.at(np.arange(0, 100_000, 50))) <= 0).all()


def test_the_default_curve_is_near_published_viewing_time():
    """57 % on the first screen and 74 % on the first two (Nielsen Norman Group, 2018)."""
    share = ScrollReach.typical(1080).at(np.arange(4 * 1080) + 0.5)
    share /= share.sum()
    assert share[:1080].sum() == pytest.approx(0.57, abs=0.13)
    assert share[:2160].sum() == pytest.approx(0.74, abs=0.02)


def test_own_points_are_joined_by_lines_and_held_beyond_the_last():
    reach = ScrollReach.from_points([(3000, 0.2), (1000, 0.8), (0, 1)], 768)
    shares = reach.at(np.array([0, 768, 1000, 2000, 3000, 9000]))
    assert shares.tolist() == pytest.approx([1, 1, 0.8, 0.5, 0.2, 0.2])


@settings(max_examples=100, deadline=None)
@given(
    depths=st.lists(st.floats(769, 1e6), min_size=1, max_size=8, unique=True),
    shares=st.lists(st.floats(0, 1), min_size=8, max_size=8),
)
def test_reach_never_rises_and_is_1_on_the_first_screen(depths, shares):
    points = list(zip(sorted(depths), sorted(shares, reverse=True), strict=False))
    reach = ScrollReach.from_points(points[::-1], 768)
    curve = reach.at(np.linspace(0, 1e6, 2000))
    assert (np.diff(curve) <= 1e-12).all()
    assert (reach.at(np.linspace(0, 768, 9)) == 1).all()
    for depth, share in points:
        assert reach.at(np.array([depth]))[0] == pytest.approx(share)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], "no points, give at least one"),
        ([(1000, 50)], "share of the scroll reach is 50, give 0 to 1, 0.5 for half"),
        ([(1000, float("nan"))], "share of the scroll reach is nan"),
        ([(1000, True)], "share of the scroll reach is True"),
        ([(-1, 1)], "depth of the scroll reach is -1, give px from the page's top"),
        ([("1000", 1)], "depth of the scroll reach is '1000'"),
        ([(1000,)], r"point of the scroll reach is \(1000,\), give \[depth in px, share\]"),
        ([(1000, 0.5), (1000, 0.4)], "two shares at 1000 px, give one"),
        ([(1000, 0.5), (2000, 0.6)], "rises from 0.5 at 1000 px to 0.6 at 2000 px"),
        ([(500, 0.9), (2000, 0.6)], "0.9 at 500 px, but all visitors see the first viewport"),
    ],
)
def test_points_that_are_no_curve_are_refused(points, message):
    with pytest.raises(LongPageError, match=message):
        ScrollReach.from_points(points, 768)


def test_reach_lines():
    typical = ScrollReach.typical(1000)
    lines = reach_lines(typical, 12_000)
    assert lines.half == pytest.approx(1800)
    assert lines.quarter == pytest.approx(3400)
    assert reach_lines(typical, 2000) == ReachLines(lines.half, None)
    assert reach_lines(EVERYONE, 12_000) == ReachLines(None, None)
    # Half of the visitors get to all depths up to 3,000 px.
    level = ScrollReach.from_points([(1000, 0.5), (3000, 0.5), (4000, 0.0)], 768)
    assert reach_lines(level, 12_000) == ReachLines(3000, 3500)


# ---- Joining ------------------------------------------------------------------------------------


def test_one_slice_joined_is_that_slice():
    (density,) = bumps(1)
    joined = join([density], [Slice(0, 720)], ScrollReach.typical(720), (1280, 720))
    np.testing.assert_allclose(joined, density, rtol=1e-5)


@pytest.mark.parametrize(("height", "overlap"), [(2000, 0.2), (1100, 0.2), (1440, 0), (5000, 0.5)])
def test_even_slices_that_all_reach_make_an_even_page(height, overlap):
    cut = slices(1280, height, 720, overlap)
    joined = join([uniform()] * len(cut), cut, EVERYONE, (1280, height))
    np.testing.assert_allclose(joined * joined.size, 1, rtol=1e-5)


def test_even_slices_follow_the_reach():
    reach = ScrollReach.from_points([(2000, 0.25), (4000, 0.25)], 720)
    cut = slices(1280, 4000, 720)
    rows = join([uniform()] * len(cut), cut, reach, (1280, 4000)).sum(axis=1)
    depths = (np.arange(len(rows)) + 0.5) * 4000 / len(rows)
    np.testing.assert_allclose(rows / rows[0], reach.at(depths), rtol=1e-5)


@settings(max_examples=40, deadline=None)
@given(
    width=st.sampled_from([390, 1280]),
    height=st.integers(100, 9000),
    seed=st.integers(0, 99),
    windows=st.sampled_from([(), (3,)]),
)
def test_a_joined_page_is_a_density_at_its_aspect(width, height, seed, windows):
    cut = slices(width, height)
    screen = cut[0].bottom
    rows, columns = max(1, round(screen / 20)), round(width / 20)
    stacked = (
        np.broadcast_to(density, (*windows, rows, columns))
        for density in bumps(len(cut), rows, columns, seed)
    )
    joined = join(stacked, cut, ScrollReach.typical(screen), (width, height))
    assert joined.dtype == np.float32
    assert joined.shape == (*windows, round(height * rows / screen), columns)
    assert (joined >= 0).all()
    np.testing.assert_allclose(joined.sum(axis=(-2, -1), dtype=np.float64), 1, atol=1e-5)


def test_a_page_keeps_the_resolution_of_its_slices():
    cut = slices(1366, 12_000)
    joined = join((uniform(288, 512) for _ in cut), cut, EVERYONE, (1366, 12_000))
    assert joined.shape == (4500, 512)


def test_there_is_no_seam():
    """Where slices begin and end, rows differ no more than anywhere inside smooth slices."""
    cut = slices(1280, 6000, 720)
    parts = list(bumps(len(cut), rows=72, columns=128, seed=3))
    joined = join(parts, cut, EVERYONE, (1280, 6000))
    inside = max(np.abs(np.diff(part, axis=0)).max() for part in parts) / len(cut)
    # One overlap more fades one slice into the next: their difference, spread over its rows.
    overlap_rows = OVERLAP * 72
    fade = max(part.max() for part in parts) / len(cut) / overlap_rows
    scale = joined.max() / (max(part.max() for part in parts) / len(cut))
    assert np.abs(np.diff(joined, axis=0)).max() <= scale * (inside + fade)


def test_a_region_across_slices_has_the_share_of_an_integral_over_every_pixel_row():
    height, screen = 3000, 720
    reach = ScrollReach.typical(screen)
    cut = slices(1280, height, screen)
    parts = [part.astype(np.float64) for part in bumps(len(cut), rows=360, columns=64, seed=5)]
    page = np.zeros((height, 64))
    total = np.zeros(height)
    for part, density in zip(cut, parts, strict=True):
        depth = np.arange(screen) + 0.5
        up = depth if part.top else np.full(screen, np.inf)
        down = screen - depth if part.bottom < height else np.full(screen, np.inf)
        near = np.minimum(up, down)
        page[part.top : part.bottom] += near[:, None] * density.repeat(2, axis=0)
        total[part.top : part.bottom] += near
    page *= (reach.at(np.arange(height) + 0.5) / total)[:, None]
    page /= page.sum()
    joined = join(parts, cut, reach, (1280, height))
    for top, bottom in [(600, 800), (700, 1500), (0, 3000), (1900, 2600)]:
        region = Region.from_pixels("region", 320, top, 640, bottom - top, 1280, height)
        share = region_share(joined, region)
        assert share == pytest.approx(page[top:bottom, 16:48].sum(), abs=1e-3)
        middle = (top + bottom) // 2
        halves = [
            Region.from_pixels("half", 320, start, 640, end - start, 1280, height)
            for start, end in ((top, middle), (middle, bottom))
        ]
        assert sum(region_share(joined, half) for half in halves) == pytest.approx(share, abs=1e-6)


def test_densities_and_slices_must_match_in_number():
    with pytest.raises(ValueError, match="shorter"):
        join([uniform()], slices(1280, 2000, 720), EVERYONE, (1280, 2000))
    with pytest.raises(ValueError, match="no slice to join"):
        join([], [], EVERYONE, (1280, 2000))


def test_fold_shares():
    cut = slices(1280, 2160, 720)
    joined = join([uniform()] * len(cut), cut, EVERYONE, (1280, 2160))
    assert fold_shares(joined, 720, 2160) == pytest.approx((1 / 3, 2 / 3))
    assert fold_shares(joined, 721, 2160) == pytest.approx((721 / 2160, 1439 / 2160))
    assert fold_shares(uniform(), 900, 720) == (1, 0)


# ---- False bottoms ------------------------------------------------------------------------------

PAGE = (slices(400, 900, 300, 0.0), (900, 400, 3))


def page_with(*boxes, background=250):
    """Boxes of noise (top, bottom, left, right) on a flat page of 400x900 px."""
    page = np.full(PAGE[1], background, np.uint8)
    rng = np.random.default_rng(0)
    for top, bottom, left, right in boxes:
        page[top:bottom, left:right] = rng.integers(0, 256, (bottom - top, right - left, 3))
    return page


def test_a_blank_band_at_the_fold_is_a_false_bottom():
    (found,) = false_bottoms(page_with((20, 260, 30, 370), (360, 880, 30, 370)), PAGE[0])
    assert (found.fold, found.top, found.bottom) == (300, 260, 360)


@pytest.mark.parametrize(
    "boxes",
    [
        [(20, 880, 30, 370)],  # content goes on across the fold
        [(20, 260, 30, 370), (280, 620, 300, 340), (640, 880, 30, 370)],  # a part of it does
        [(20, 290, 30, 370), (310, 880, 30, 370)],  # the gap is no wider than between two lines
        [(20, 260, 30, 370)],  # nothing follows
        [],
    ],
)
def test_cut_content_small_gaps_and_the_real_end_are_no_false_bottoms(boxes):
    assert false_bottoms(page_with(*boxes), PAGE[0]) == []


def test_noise_as_of_a_jpeg_and_a_scroll_bar_hide_no_false_bottom():
    page = page_with((20, 260, 30, 370), (360, 880, 30, 370), background=240)
    page[:, 394:] = 120
    noise = np.random.default_rng(1).integers(-6, 7, page.shape)
    page = np.clip(page.astype(int) + noise, 0, 255).astype(np.uint8)
    assert [found.fold for found in false_bottoms(page, PAGE[0])] == [300]


def test_another_colour_below_the_fold_is_content():
    page = page_with((20, 260, 30, 370), (640, 700, 30, 370))
    page[300:] = (20, 40, 90)
    page[580:700, 30:370] = 255
    (found,) = false_bottoms(page, PAGE[0])
    assert (found.fold, found.top, found.bottom) == (300, 260, 300)


def test_a_band_over_two_folds_is_found_at_both():
    found = false_bottoms(page_with((20, 200, 30, 370), (800, 880, 30, 370)), PAGE[0])
    assert [(one.fold, one.top, one.bottom) for one in found] == [(300, 200, 800), (600, 300, 800)]
