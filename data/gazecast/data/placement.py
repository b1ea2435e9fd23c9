"""Where a stimulus was on the screen, and from there to its own pixels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from gazecast.data.stimulus import DataError, FloatArray

Size = tuple[float, float]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The rectangle of the screen that showed the whole stimulus, in pixels of the screen, origin
    at its top left. It may reach beyond the screen."""

    left: float
    top: float
    width: float
    height: float

    def to_stimulus(
        self, x: FloatArray, y: FloatArray, stimulus: Size
    ) -> tuple[FloatArray, FloatArray]:
        """Points of the screen as pixels of the stimulus of that size. Points beside the rectangle
        come out beside the stimulus."""
        return (
            (x - self.left) * (stimulus[0] / self.width),
            (y - self.top) * (stimulus[1] / self.height),
        )

    def to_screen(
        self, x: FloatArray, y: FloatArray, stimulus: Size
    ) -> tuple[FloatArray, FloatArray]:
        """The inverse of `to_stimulus`."""
        return (
            x * (self.width / stimulus[0]) + self.left,
            y * (self.height / stimulus[1]) + self.top,
        )


def fitted(screen: Size, stimulus: Size) -> Placement:
    """As large as fits, centred: bars left and right, or above and below."""
    scale = min(screen[0] / stimulus[0], screen[1] / stimulus[1])
    return _centred_at(screen, (stimulus[0] * scale, stimulus[1] * scale))


def centred(screen: Size, stimulus: Size) -> Placement:
    """A pixel of the stimulus on a pixel of the screen, centred."""
    return _centred_at(screen, stimulus)


def stretched(screen: Size, _: Size) -> Placement:
    """Over the whole screen, whatever its aspect."""
    return Placement(0.0, 0.0, *screen)


def _centred_at(screen: Size, shown: Size) -> Placement:
    return Placement((screen[0] - shown[0]) / 2, (screen[1] - shown[1]) / 2, *shown)


Placing = Callable[[Size, Size], Placement]
"""From the sizes of screen and stimulus to where the stimulus was."""

_PLACINGS: dict[str, Placing] = {"fitted": fitted, "centred": centred, "stretched": stretched}
_RECTANGLE = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)")
_SIZE = re.compile(r"(\d+)x(\d+)")


def read_placing(text: str) -> Placing:
    """fitted, centred, stretched, or a rectangle of the screen as LEFT,TOP,WIDTHxHEIGHT.

    Raises DataError for anything else.
    """
    if text in _PLACINGS:
        return _PLACINGS[text]
    match = _RECTANGLE.fullmatch(text)
    numbers = [float(number) for number in match.groups()] if match else []
    if not numbers or not all(math.isfinite(number) for number in numbers) or not all(numbers[2:]):
        raise DataError(
            f"--shown {text!r}: write {', '.join(_PLACINGS)}, or the rectangle of the screen that "
            "showed the image as LEFT,TOP,WIDTHxHEIGHT in pixels, such as 320,60,1280x960"
        )
    return lambda _screen, _stimulus: Placement(*numbers)


def read_size(text: str) -> Size:
    """A screen's size written as WIDTHxHEIGHT.

    Raises DataError for anything else.
    """
    match = _SIZE.fullmatch(text)
    if not match or not all(int(side) for side in match.groups()):
        raise DataError(
            f"--screen {text!r}: write the screen's width and height in pixels, such as 1920x1080"
        )
    return float(match[1]), float(match[2])
