"""Predicts a page longer than a screen: slice by slice, then as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gazecast.analysis.long_page import (
    MAX_SLICES,
    FalseBottom,
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
from gazecast.designs.options import Options
from gazecast.model.picture import Picture
from gazecast.model.prediction import Prediction, decide_jointly
from gazecast.model.predictor import Predictor
from gazecast.model.vocabulary import WINDOWS, DomainChoice, Window


@dataclass(frozen=True, slots=True, eq=False)
class LongPage:
    """A long page with what is peculiar to it.

    prediction: of the whole page. Its densities have more rows than those of a picture (see
    `gazecast.analysis.long_page.join`); a window is the time since each screen came into view. Its
    domain's probabilities are the mean over the first, middle and last slice, its unfamiliarity is
    the highest of any slice. slices: what was predicted, from the top. viewport_height: px of one
    screen. reach: the curve that weighted the slices; lines: where it falls below half and a
    quarter. above, below: shares of the attention on the first screen and on the rest, sum 1, in
    the window that was asked for. false_bottoms: screens that look like the page's end.
    """

    prediction: Prediction
    slices: tuple[Slice, ...]
    viewport_height: int
    reach: ScrollReach
    lines: ReachLines
    above: float
    below: float
    false_bottoms: list[FalseBottom]


@dataclass(frozen=True, slots=True)
class LongPageRequest:
    """What a caller may say of a long page; None or empty where the usual is meant.
    viewport_height: px. scroll_reach: points [depth in px, share of visitors 0 to 1]."""

    viewport_height: int | None = None
    scroll_reach: tuple[tuple[float, float], ...] = ()

    @classmethod
    def asked(cls, options: Options) -> LongPageRequest | None:
        """None where nothing is said of one: the picture is seen at once."""
        if options.viewport_height is None and not options.scroll_reach:
            return None
        return cls(options.viewport_height, tuple(options.scroll_reach))

    def screen_height(self, width: int) -> int:
        """Height of a screen, px, of a page `width` px wide."""
        return self.viewport_height or default_viewport_height(width)

    def predictions(self, width: int, height: int, windows: int) -> int:
        """As how many a page of this size in px counts: its screens times the windows that are
        sent. Raises LongPageError for more than MAX_SLICES."""
        screens = len(slices(width, height, self.screen_height(width)))
        if screens * windows > MAX_SLICES:
            raise LongPageError(
                f"the page of {height} px takes {screens} screens, which are {screens * windows} "
                f"predictions in {windows} windows, at most {MAX_SLICES} are made: ask for one "
                "window, or give a higher viewport or a part of the page"
            )
        return screens * windows

    def of(self, picture: Picture) -> tuple[int, ScrollReach]:
        """Height of a screen and how far visitors scroll. Raises LongPageError."""
        height = self.screen_height(picture.width)
        if not self.scroll_reach:
            return height, ScrollReach.typical(height)
        return height, ScrollReach.from_points(self.scroll_reach, height)


def predict_long_page(
    predictor: Predictor,
    picture: Picture,
    window: Window = "3s",
    domain: DomainChoice = "auto",
    viewport_height: int | None = None,
    reach: ScrollReach | None = None,
) -> LongPage:
    """Predict a page of any height.

    viewport_height: px of the visitors' screen, by default from the page's width
    (`default_viewport_height`). reach: how far visitors scroll, `ScrollReach.typical` by default.

    All slices are predicted with one domain. Each runs through the network once; only where auto
    judges one of the first, middle and last slice otherwise than the three together, that slice
    runs twice. Memory beside the joined density does not grow with the page.

    Raises LongPageError for a page that would take too many slices, UnknownDomainError for a domain
    that the model lacks, ValueError for an unknown window.
    """
    if viewport_height is None:
        viewport_height = default_viewport_height(picture.width)
    reach = reach or ScrollReach.typical(viewport_height)
    parts = slices(picture.width, picture.height, viewport_height)

    # The domain is decided before the rest is predicted; what was predicted for that is kept.
    asked = {
        index: predictor.predict(_crop(picture, parts[index]), window, domain)
        for index in sorted({0, len(parts) // 2, len(parts) - 1})
    }
    decision = decide_jointly([each.domain for each in asked.values()], predictor.info)
    unfamiliarity = 0.0

    def densities() -> Iterator[NDArray[np.float32]]:
        nonlocal unfamiliarity
        for index, part in enumerate(parts):
            prediction = asked.pop(index, None)
            if prediction is None or prediction.domain.name != decision.name:
                prediction = predictor.predict(_crop(picture, part), window, decision.name)
            unfamiliarity = max(unfamiliarity, prediction.unfamiliarity)
            yield np.stack([prediction.densities[each] for each in WINDOWS])

    joined = join(densities(), parts, reach, (picture.width, picture.height))
    prediction = Prediction(
        densities=dict(zip(WINDOWS, joined, strict=True)),
        window=window,
        domain=decision,
        unfamiliarity=unfamiliarity,
        width=picture.width,
        height=picture.height,
        image_sha256=picture.sha256,
        model=predictor.info,
    )
    above, below = fold_shares(prediction.density, viewport_height, picture.height)
    return LongPage(
        prediction=prediction,
        slices=parts,
        viewport_height=viewport_height,
        reach=reach,
        lines=reach_lines(reach, picture.height),
        above=above,
        below=below,
        false_bottoms=false_bottoms(picture.rgb, parts),
    )


def _crop(picture: Picture, part: Slice) -> Picture:
    """The slice as a picture, without copying pixels; its digest is still the page's."""
    return replace(picture, rgb=picture.rgb[part.top : part.bottom], height=part.bottom - part.top)
