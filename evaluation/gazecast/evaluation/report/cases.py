"""The images that the model predicts best and worst, and where it went wrong on each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gazecast.data.stimulus import Stimulus
from gazecast.evaluation.evaluate import MODEL, ProtocolResult
from gazecast.evaluation.ground_truth import resize_density
from gazecast.evaluation.scoring import ImageScores
from gazecast.model.vocabulary import Window

FloatArray = NDArray[np.float64]
Rank = Literal["best", "worst"]

HOW_MANY = 3
"""Best cases and worst cases of a protocol, each."""

RADIUS = 0.05
"""Of the discs that are compared, as a part of the longer side: that of a hotspot
(gazecast.analysis.hotspots)."""

LONGER_SIDE = 192
"""Cells along the longer side of the maps that are drawn and searched for misses."""

_ROWS = ("top", "middle", "bottom")
_COLUMNS = ("left", "centre", "right")


@dataclass(frozen=True, slots=True)
class Spot:
    """A disc of the size of a hotspot (radius: 5 % of the longer side). x, y: its centre, 0 to 1 of
    width and height. people, model: the share of each one's attention inside it, 0 to 1."""

    x: float
    y: float
    people: float
    model: float

    @property
    def place(self) -> str:
        """Which ninth of the image the centre is in, such as "top left"."""
        row, column = _ROWS[min(int(self.y * 3), 2)], _COLUMNS[min(int(self.x * 3), 2)]
        return "middle" if (row, column) == ("middle", "centre") else f"{row} {column}"


@dataclass(frozen=True, slots=True)
class Case:
    """One image. missed: where people looked most above what was predicted. invented: where the
    prediction is most above what people looked at."""

    protocol: str
    window: Window
    rank: Rank
    image: str
    cc: float
    nss: float | None
    missed: Spot
    invented: Spot

    @property
    def words(self) -> str:
        """The two misses in one sentence."""
        return (
            f"People looked at the {_at(self.missed)}, where {_percent(self.missed.people)} of "
            f"looks fell and {_percent(self.missed.model)} were predicted; the model at the "
            f"{_at(self.invented)}: {_percent(self.invented.model)} predicted, "
            f"{_percent(self.invented.people)} found."
        )


@dataclass(frozen=True, slots=True, eq=False)
class CaseMaps:
    """What a case is drawn from: densities (rows, columns) at the image's aspect, sum 1."""

    case: Case
    people: FloatArray
    model: FloatArray
    aspect: float


def best_and_worst(
    result: ProtocolResult,
    stimuli: Sequence[Stimulus],
    density: Callable[[Stimulus, Window], NDArray[np.floating]],
) -> list[CaseMaps]:
    """The images of highest CC, best first, then those of lowest CC, worst first; each image once.

    stimuli: those of the protocol. density: see `density_of`.
    """
    known = {stimulus.name: stimulus for stimulus in stimuli}
    ordered = sorted(result.methods[MODEL].images, key=lambda image: -image.scores["cc"])
    worst = ordered[HOW_MANY:][-HOW_MANY:][::-1]
    ranked: list[tuple[Rank, ImageScores]] = [
        *(("best", image) for image in ordered[:HOW_MANY]),
        *(("worst", image) for image in worst),
    ]
    chosen = []
    for rank, image in ranked:
        stimulus = known[image.image]
        scale = LONGER_SIDE / max(stimulus.width, stimulus.height)
        shape = (round(stimulus.height * scale), round(stimulus.width * scale))
        people = result.truth.density(stimulus, shape)
        if people is None:
            raise ValueError(f"{stimulus.name} was scored without a label")
        model = resize_density(density(stimulus, result.window), shape)
        missed, invented = strongest_misses(people, model)
        case = Case(
            protocol=result.protocol,
            window=result.window,
            rank=rank,
            image=image.image,
            cc=image.scores["cc"],
            nss=image.scores.get("nss"),
            missed=missed,
            invented=invented,
        )
        chosen.append(CaseMaps(case, people, model, stimulus.width / stimulus.height))
    return chosen


def strongest_misses(people: FloatArray, model: FloatArray) -> tuple[Spot, Spot]:
    """The discs that hold most of what the model missed, and most of what it invented.

    people, model: densities of one shape (rows, columns), sum 1.
    """
    radius = RADIUS * max(people.shape)
    reach = int(radius)
    down, across = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    disc = (np.hypot(down, across) <= radius).astype(np.float64)
    looked, predicted = (
        ndimage.convolve(density, disc, mode="constant") for density in (people, model)
    )

    def spot(cell: np.intp) -> Spot:
        row, column = np.unravel_index(cell, people.shape)
        return Spot(
            x=float((column + 0.5) / people.shape[1]),
            y=float((row + 0.5) / people.shape[0]),
            people=float(looked[row, column]),
            model=float(predicted[row, column]),
        )

    return spot((looked - predicted).argmax()), spot((predicted - looked).argmax())


def _at(spot: Spot) -> str:
    return f"{spot.place} ({_percent(spot.x)}, {_percent(spot.y)})"


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"
