"""From the screen of a recording to the stimulus and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazecast.data.placement import Placement, centred, fitted, read_placing, read_size, stretched
from gazecast.data.stimulus import DataError

sizes = st.tuples(st.integers(1, 8000), st.integers(1, 8000))
placements = st.builds(
    Placement,
    st.floats(-3000, 3000),
    st.floats(-3000, 3000),
    st.floats(1, 8000),
    st.floats(1, 8000),
)
points = st.lists(st.tuples(st.floats(-9000, 9000), st.floats(-9000, 9000)), min_size=1)


@given(placement=placements, size=sizes, at=points)
def test_there_and_back_is_where_it_was(placement, size, at):
    x, y = np.array(at).T
    again = placement.to_screen(*placement.to_stimulus(x, y, size), size)
    np.testing.assert_allclose(again, (x, y), rtol=1e-9, atol=1e-6)


@given(placing=st.sampled_from([fitted, centred, stretched]), screen=sizes, size=sizes)
def test_the_middle_of_the_screen_is_the_middle_of_the_image(placing, screen, size):
    middle = np.array([screen[0] / 2]), np.array([screen[1] / 2])
    x, y = placing(screen, size).to_stimulus(*middle, size)
    np.testing.assert_allclose((x[0], y[0]), (size[0] / 2, size[1] / 2), rtol=1e-9, atol=1e-9)


@given(screen=sizes, size=sizes)
def test_fitted_keeps_the_aspect_touches_the_screen_and_stays_on_it(screen, size):
    shown = fitted(screen, size)
    assert shown.width / shown.height == pytest.approx(size[0] / size[1])
    assert min(shown.left, shown.top) == pytest.approx(0, abs=1e-6)
    assert min(shown.left, shown.top) >= -1e-6


@given(placing=st.sampled_from([fitted, centred, stretched]), screen=sizes, size=sizes, at=points)
def test_what_is_right_or_below_stays_so(placing, screen, size, at):
    x, y = np.array(at).T
    on_x, on_y = placing(screen, size).to_stimulus(x, y, size)
    assert (np.diff(on_x[np.argsort(x)]) >= -1e-9).all()
    assert (np.diff(on_y[np.argsort(y)]) >= -1e-9).all()


def test_letterboxes_as_counted_by_hand():
    # 800 x 600 on 1920 x 1080: 1440 x 1080, bars of 240 left and right.
    assert fitted((1920, 1080), (800, 600)) == Placement(240, 0, 1440, 1080)
    assert centred((1920, 1080), (800, 600)) == Placement(560, 240, 800, 600)
    x, y = fitted((1920, 1080), (800, 600)).to_stimulus(
        np.array([240.0, 239.0, 1680.0]), np.array([0.0, 540.0, 1080.0]), (800, 600)
    )
    assert x == pytest.approx([0, -1 / 1.8, 800])
    assert y == pytest.approx([0, 300, 600])


def test_a_rectangle_is_the_same_for_every_image():
    placing = read_placing("320,-60.5,1280x960")
    assert placing((1, 1), (2, 2)) == Placement(320, -60.5, 1280, 960)


@pytest.mark.parametrize("text", ["", "fit", "1,2,3", "1,2,0x5", "a,b,cxd", "1,2,3x4x5"])
def test_another_placing_is_refused_with_the_ones_there_are(text):
    with pytest.raises(DataError, match=r"fitted, centred, stretched, or .* 320,60,1280x960"):
        read_placing(text)


@pytest.mark.parametrize("text", ["", "1920", "1920x", "0x5", "1920 x 1080", "-5x5"])
def test_another_screen_size_is_refused(text):
    with pytest.raises(DataError, match="such as 1920x1080"):
        read_size(text)
