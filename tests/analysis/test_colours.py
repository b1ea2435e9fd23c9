from __future__ import annotations

import numpy as np
import pytest

from gazecast.analysis.colours import HIGHEST, LEVELS, STEPS, colour_table, scale_level

# What people with no long-wave or no medium-wave cones see, in linear sRGB
# (Vienot, Brettel and Mollon, Color Research and Application 1999).
PROTANOPIA = [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]
DEUTERANOPIA = [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]


def levels(*intensities: float) -> list[int]:
    return scale_level(np.array(intensities, np.float32)).tolist()


def linear(srgb: np.ndarray) -> np.ndarray:
    part = srgb / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lightness(linear_rgb: np.ndarray) -> np.ndarray:
    """CIE L* (0 to 100)."""
    return 116 * np.cbrt(linear_rgb @ [0.2126, 0.7152, 0.0722]) - 16


def test_an_even_spread_and_less_lie_at_the_bottom_of_the_scale():
    assert levels(-0.1, 0, 0.5, 1) == [0, 0, 0, 0]


def test_the_scale_ends_at_its_highest_multiple():
    assert levels(HIGHEST, 1000) == [LEVELS - 1, LEVELS - 1]


def test_each_doubling_is_one_equal_step():
    np.testing.assert_allclose(np.diff(levels(*STEPS)), (LEVELS - 1) / 4, atol=1)


def test_nothing_is_drawn_at_an_even_spread():
    assert colour_table()[0, 3] == 0


def test_opacity_only_rises_and_never_hides_the_design():
    opacity = colour_table()[:, 3].astype(int)
    assert (np.diff(opacity) >= 0).all()
    assert opacity.max() < 0.8 * 255


def test_the_colours_start_and_end_as_published():
    table = colour_table()
    assert table[0, :3].tolist() == [0x0D, 0x08, 0x87]
    assert table[-1, :3].tolist() == [0xF0, 0xF9, 0x21]


@pytest.mark.parametrize(
    "sight", [np.eye(3), PROTANOPIA, DEUTERANOPIA], ids=["usual", "protanopia", "deuteranopia"]
)
def test_more_is_lighter_for_every_kind_of_sight(sight):
    seen = np.clip(linear(colour_table()[:, :3]) @ np.transpose(sight), 0, 1)
    rising = np.diff(lightness(seen)[:: LEVELS // 16])
    assert (rising > 1).all()


def test_equal_steps_look_about_equal():
    rising = np.diff(lightness(linear(colour_table()[:: LEVELS // 16, :3])))
    assert rising.max() < 2.5 * np.median(rising)
