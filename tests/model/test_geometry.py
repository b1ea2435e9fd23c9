"""How pictures are laid out for the network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gazecast.model.geometry import (
    LONGEST_SIDE,
    OUTPUT_STRIDE,
    PADDING_GREY,
    Placement,
    lay_out,
    place,
)

SIZES = ((1366, 768), (390, 844), (1366, 12000), (12000, 1366), (1, 32768), (32768, 1), (1, 1))

any_size = st.tuples(st.integers(1, 32_768), st.integers(1, 32_768))
ordinary_size = st.tuples(st.integers(40, 8_000), st.floats(0.2, 5.0)).map(
    lambda drawn: (drawn[0], round(drawn[0] * drawn[1]))
)
areas = st.integers(32 * 32, 512 * 512)
multiples = st.sampled_from([32, 64])

unhurried = settings(deadline=None)  # a busy machine is no failure


def laid_out_anyhow(check):
    """Run a property on any picture, area and multiple, and always on SIZES."""
    for size in SIZES:
        check = example(size=size, pixels=196_608, multiple=32)(check)
    return unhurried(given(size=any_size, pixels=areas, multiple=multiples)(check))


@laid_out_anyhow
def test_the_content_lies_within_the_input(size, pixels, multiple):
    placement = place(*size, pixels, multiple)
    assert min(placement.top, placement.left) >= 0
    assert min(placement.height, placement.width) > 0
    assert placement.top + placement.height <= placement.padded_height
    assert placement.left + placement.width <= placement.padded_width


@laid_out_anyhow
def test_the_input_is_the_smallest_of_whole_multiples(size, pixels, multiple):
    placement = place(*size, pixels, multiple)
    for padded, content in (
        (placement.padded_height, placement.height),
        (placement.padded_width, placement.width),
    ):
        assert padded % multiple == 0
        assert 0 <= padded - content < multiple


@laid_out_anyhow
def test_the_padding_is_even(size, pixels, multiple):
    placement = place(*size, pixels, multiple)
    below = placement.padded_height - placement.height - placement.top
    right = placement.padded_width - placement.width - placement.left
    assert 0 <= below - placement.top <= OUTPUT_STRIDE
    assert 0 <= right - placement.left <= OUTPUT_STRIDE


@laid_out_anyhow
def test_the_content_covers_whole_cells_of_the_output(size, pixels, multiple):
    placement = place(*size, pixels, multiple)
    covered = np.zeros((placement.padded_height, placement.padded_width), dtype=np.bool_)
    covered[
        placement.top : placement.top + placement.height,
        placement.left : placement.left + placement.width,
    ] = True
    cells = np.zeros(
        (placement.padded_height // OUTPUT_STRIDE, placement.padded_width // OUTPUT_STRIDE),
        dtype=np.bool_,
    )
    cells[placement.cells] = True
    assert np.array_equal(covered, cells.repeat(OUTPUT_STRIDE, 0).repeat(OUTPUT_STRIDE, 1))


@laid_out_anyhow
def test_the_aspect_is_kept_to_half_an_output_cell(size, pixels, multiple):
    placement = place(*size, pixels, multiple)
    # There is one scale of the picture from which each side is at most half a cell away; a side
    # that would have no cell has one.
    least, most = 0.0, np.inf
    for content, side in ((placement.width, size[0]), (placement.height, size[1])):
        if content > OUTPUT_STRIDE:
            least = max(least, (content - OUTPUT_STRIDE / 2) / side)
        most = min(most, (content + OUTPUT_STRIDE / 2) / side)
    assert least <= most * (1 + 1e-9)


@laid_out_anyhow
def test_no_side_is_longer_than_the_longest(size, pixels, multiple):
    placement = place(*size, pixels, multiple)
    assert max(placement.width, placement.height) <= LONGEST_SIDE


@unhurried
@given(size=ordinary_size, pixels=st.integers(300 * 300, 512 * 512))
def test_the_area_is_near_the_one_asked_for(size, pixels):
    placement = place(*size, pixels, 32)
    # 5 % under to 3 % over, each side, and rounding to cells.
    assert 0.88 < placement.width * placement.height / pixels < 1.09


@unhurried
@given(size=ordinary_size, enlarged=st.integers(2, 4))
def test_an_enlarged_picture_is_laid_out_alike(size, enlarged):
    larger = (size[0] * enlarged, size[1] * enlarged)
    assert place(*larger, 110_592, 32) == place(*size, 110_592, 32)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1366, 768), Placement(320, 568, 0, 4, 320, 576)),
        ((390, 844), Placement(628, 288, 4, 0, 640, 288)),
        ((1366, 12000), Placement(1352, 156, 12, 0, 1376, 160)),
        ((1, 32768), Placement(2048, 4, 0, 12, 2048, 32)),
    ],
)
def test_placements_that_a_trained_network_depends_on(size, expected):
    assert place(*size, 196_608, 32) == expected


@pytest.mark.parametrize("size", [(70, 40), (40, 90), (1, 200), (300, 2)])
def test_what_is_laid_out_has_grey_around_it(size):
    width, height = size
    placement = place(width, height, 64 * 64, 32)
    laid = lay_out(np.full((height, width, 3), (250, 10, 30), dtype=np.uint8), placement)
    assert laid.dtype == np.uint8
    assert laid.shape == (placement.padded_height, placement.padded_width, 3)
    content = np.zeros(laid.shape[:2], dtype=np.bool_)
    content[
        placement.top : placement.top + placement.height,
        placement.left : placement.left + placement.width,
    ] = True
    assert (laid[~content] == PADDING_GREY).all()
    assert (laid[content] == (250, 10, 30)).all()


@settings(max_examples=20, deadline=None)
@given(left=st.integers(0, 255), right=st.integers(0, 255))
def test_left_stays_left_and_top_stays_top(left, right):
    rgb = np.zeros((60, 120, 3), dtype=np.uint8)
    rgb[:, :60], rgb[:, 60:] = left, right
    placement = Placement(32, 64, 16, 0, 64, 64)
    laid = lay_out(rgb, placement)
    assert laid[16:48, 2].mean() == left
    assert laid[16:48, 61].mean() == right
