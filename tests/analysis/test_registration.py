"""Places of one version found in another that is shifted, scaled, cut or different."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from gazecast.analysis.regions import Region
from gazecast.analysis.registration import Registration, register

WIDTH, HEIGHT = 683, 384


def page(right=0, down=0, height=HEIGHT, seed=0) -> Image.Image:
    """Blocks and lines on white, moved by this many pixels."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        x, y = rng.integers(40, WIDTH - 160), rng.integers(30, HEIGHT - 70)
        box = (x + right, y + down, x + right + rng.integers(20, 120), y + down + 24)
        draw.rectangle([int(edge) for edge in box], fill=tuple(rng.integers(0, 200, 3).tolist()))
    return image


def found(first: Image.Image, second: Image.Image) -> Registration:
    return register(np.asarray(first), np.asarray(second))


def test_a_page_lies_on_itself():
    assert found(page(), page()) == Registration(0.0, 0.0, 1.0)


@settings(max_examples=15, deadline=None)
@given(st.integers(-80, 80), st.integers(-60, 60))
def test_a_shift_is_found(right, down):
    result = found(page(), page(right, down))
    assert result.right * WIDTH == pytest.approx(right, abs=1.5)
    assert result.down * HEIGHT == pytest.approx(down, abs=1.5)


def test_a_larger_rendering_is_no_shift():
    large = page().resize((2 * WIDTH, 2 * HEIGHT), Image.Resampling.LANCZOS)
    for pair in ((page(), large), (large, page())):
        result = found(*pair)
        assert (result.right, result.down) == pytest.approx((0, 0), abs=0.003)
        assert result.stretch == pytest.approx(1)


def test_a_shift_and_a_larger_rendering():
    large = page(40, 20).resize((2 * WIDTH, 2 * HEIGHT), Image.Resampling.LANCZOS)
    result = found(page(), large)
    assert (result.right * WIDTH, result.down * HEIGHT) == pytest.approx((40, 20), abs=1.5)


def test_a_page_that_became_longer_keeps_its_places():
    box = Region("box", 0.25, 0.5, 0.5, 0.25)
    moved = found(page(), page(down=50, height=2 * HEIGHT)).move(box)
    assert moved is not None
    assert (moved.x, moved.width) == pytest.approx((0.25, 0.5), abs=0.003)
    assert moved.y * 2 * HEIGHT == pytest.approx(0.5 * HEIGHT + 50, abs=1.5)
    assert moved.height * 2 * HEIGHT == pytest.approx(0.25 * HEIGHT)


def test_one_changed_part_moves_nothing():
    changed = page()
    ImageDraw.Draw(changed).rectangle((300, 150, 480, 260), fill="red")
    assert found(page(), changed) == Registration(0.0, 0.0, 1.0)


@pytest.mark.parametrize("second", [page(seed=1), Image.new("RGB", (WIDTH, HEIGHT), "white")])
def test_pictures_with_nothing_in_common_are_not_shifted(second):
    assert found(page(), second) == Registration(0.0, 0.0, 1.0)


def test_what_leaves_the_picture_is_cut_off_or_gone():
    shift = Registration(0.15, 0.0, 1.0)
    cut = shift.move(Region("a", 0.7, 0.1, 0.2, 0.2))
    assert cut is not None
    assert (cut.x, cut.width) == pytest.approx((0.85, 0.15))
    assert shift.move(Region("b", 0.8, 0.1, 0.2, 0.2)) is None


@pytest.mark.parametrize("size", [(1, 1), (2000, 3), (3, 2000)])
def test_any_size_works(size):
    register(np.asarray(Image.effect_noise(size, 50).convert("RGB")), np.asarray(page()))
