from __future__ import annotations

import numpy as np
import pytest

from gazecast.analysis.focus_map import DIM, LIT, focus_map


def test_an_even_spread_dims_everything_alike():
    picture = np.full((40, 60, 3), 200, np.uint8)
    seen = focus_map(picture, np.full((20, 30), 1 / 600, np.float32))
    np.testing.assert_array_equal(seen, round(200 * DIM))


def test_the_design_is_shown_as_it_is_where_attention_is_and_dimmed_elsewhere():
    picture = np.random.default_rng(0).integers(0, 256, (100, 200, 3), np.uint8)
    density = np.zeros((10, 20), np.float32)
    density[:, :4] = 1 / 40  # five times an even spread, which is beyond LIT
    seen = focus_map(picture, density)
    np.testing.assert_array_equal(seen[:, :30], picture[:, :30])
    np.testing.assert_array_equal(seen[:, 60:], np.rint(picture[:, 60:] * DIM))
    assert (seen <= picture).all()


def test_more_attention_is_never_darker():
    density = np.linspace(0, 1, 30, dtype=np.float32)[None].repeat(20, 0) ** 3
    seen = focus_map(np.full((40, 60, 3), 200, np.uint8), density / density.sum())
    assert (np.diff(seen[20, :, 0].astype(int)) >= 0).all()


def test_the_scale_is_absolute():
    densities = []
    for rest in (0.0, 1.0):  # the spot is the same multiple of an even spread beside any rest
        density = np.full((20, 20), rest)
        density[:10] *= 0.5
        density[2:6, 2:6] = 0.0
        missing = 400 - density.sum() - 16 * 0.5 * LIT
        density[10:] += missing / 200
        density[2:6, 2:6] = 0.5 * LIT
        densities.append(density / 400)
    seen = [focus_map(np.full((200, 200, 3), 240, np.uint8), each)[40, 40] for each in densities]
    np.testing.assert_array_equal(*seen)


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (300, 7)])
def test_any_size_of_picture_works(shape):
    picture = np.zeros((*shape, 3), np.uint8)
    assert focus_map(picture, np.full((8, 8), 1 / 64)).shape == picture.shape
