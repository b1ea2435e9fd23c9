from __future__ import annotations

import numpy as np
import pytest

from gazecast.analysis import overlay
from gazecast.analysis.difference_picture import (
    LEAST,
    MOST,
    colour_table,
    difference_picture,
    stacked,
)

NAMES = ("before.png", "after.png")


def flat(width=300, height=200, grey=200):
    return np.full((height, width, 3), grey, np.uint8)


def density(left=1.0, right=1.0):
    """Two places with given multiples of an even spread, the rest level."""
    values = np.zeros((20, 30))
    values[8:12, 4:8], values[8:12, 22:26] = left, right
    rest = values == 0
    values[rest] = (values.size - values.sum()) / rest.sum()
    return values / values.size


EVEN = density()


def colour_at(picture, row, column):
    return picture[row, column].astype(int)


def test_no_change_shows_only_the_greyed_picture():
    red = np.zeros((200, 300, 3), np.uint8)
    red[..., 0] = 255
    shown = difference_picture(red, EVEN, EVEN, NAMES)[:200]
    assert np.ptp(shown, axis=2).max() == 0
    np.testing.assert_array_equal(shown, np.full_like(shown, shown[0, 0, 0]))


def test_more_is_orange_and_less_is_violet_where_they_are():
    shown = difference_picture(flat(), density(left=5), density(right=5), NAMES)
    less, more, between = (colour_at(shown, 100, column) for column in (60, 240, 150))
    assert more[0] > more[2] + 50
    assert less[2] > less[0] + 20
    assert np.ptp(between) == 0


def test_turned_round_the_colours_change_places():
    there = difference_picture(flat(), density(left=5), EVEN, NAMES)
    back = difference_picture(flat(), EVEN, density(left=5), NAMES)
    assert colour_at(there, 100, 60)[2] > colour_at(there, 100, 60)[0]
    assert colour_at(back, 100, 60)[0] > colour_at(back, 100, 60)[2]


def test_a_colour_means_the_same_change_in_every_picture():
    alone = difference_picture(flat(), EVEN, density(left=4), NAMES)
    beside = difference_picture(flat(), density(2, 2), density(5, 6), NAMES)
    np.testing.assert_allclose(colour_at(alone, 100, 60), colour_at(beside, 100, 60), atol=3)


def test_the_scale_is_as_far_to_either_side():
    table = colour_table()
    assert table.shape == (255, 4)
    assert table[127, 3] == 0
    np.testing.assert_array_equal(table[:, 3], table[::-1, 3])
    assert (np.diff(table[127:, 3].astype(int)) >= 0).all()
    assert 0 < LEAST < MOST


def test_densities_of_other_shapes_are_laid_over_each_other():
    fine = np.kron(density(left=5), np.ones((4, 4))) / 16
    shown = difference_picture(flat(), fine, density(left=5), NAMES)
    assert np.ptp(colour_at(shown, 100, 60)) == 0


def test_the_legend_names_the_versions(monkeypatch):
    said = []
    original = overlay.legend_strip
    monkeypatch.setattr(
        "gazecast.analysis.difference_picture.legend_strip",
        lambda *arguments: said.append(arguments[-1]) or original(*arguments),
    )
    shown = difference_picture(flat(), EVEN, EVEN, NAMES)
    assert "after.png is seen more than before.png" in said[0]
    assert shown.shape[0] > 200
    assert shown.shape[1:] == (300, 3)


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (300, 7)])
def test_any_size_of_picture_works(shape):
    picture = np.zeros((*shape, 3), np.uint8)
    assert difference_picture(picture, EVEN, EVEN, NAMES).shape[1] == shape[1]


def test_pictures_stand_one_under_the_other():
    both = stacked([flat(30, 20, 1), flat(50, 10, 2)])
    assert both.shape == (30, 50, 3)
    assert (both[:20, :30] == 1).all()
    assert (both[20:] == 2).all()
    assert (both[:20, 30:] == 255).all()
