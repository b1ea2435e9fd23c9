"""Measure how far predicted shares may be believed, on pages that the measured model never saw.

Each page is predicted by the model of the cross-validation that was trained without its fold.
Rectangles of many sizes are laid over it, and their predicted shares held against what observers
did. `check` fits on three folds and measures on the fourth; `fit` uses all four for the tables that
ship with the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import minimize, nnls

from gazecast.data.images import open_image
from gazecast.data.stimulus import EyeTrackingSet, Fixations, Stimulus
from gazecast.evaluation.predicting import Predicting
from gazecast.model.error_tables import Calibration, DifferenceError, SeenRate, ShareError
from gazecast.model.metadata import read_model_info
from gazecast.model.picture import read_picture
from gazecast.model.vocabulary import WINDOWS, Domain, Window, seconds

FloatArray = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, 0 to 1 of the picture."""

RECTANGLES = 60
"""Laid over each page."""

AREAS = (0.004, 0.3)
"""Smallest and largest rectangle, as a share of the page; in between all orders are as likely."""

PANELS = (2, 3, 5, 8, 11)
"""Sizes of the panels drawn from the observers."""

CROPS = 3
"""Parts of each page that are predicted on their own."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the rectangles on one page in one window.

    predicted: (rectangles,). observed: (observers, rectangles), number of fixations of each in
    each. fixations: (observers,), their fixations in all.
    """

    predicted: FloatArray
    observed: FloatArray
    fixations: FloatArray


@dataclass(frozen=True, slots=True)
class Pairs:
    """Differences of shares between two versions, whose truth is known.

    error: (n,) on the arcsine scale, what is true less what is predicted. apart: (n,), total
    variation distance of the two densities.
    """

    error: FloatArray
    apart: FloatArray


@dataclass(frozen=True, slots=True)
class Page:
    """What is measured on one page. renderings: the page recompressed, moved by 2 px and at twice
    the size, where nothing truly differs. crops: the page and a part of it, where people are taken
    to look at the part as they did when it was part of the page."""

    name: str
    fold: str
    shares: Mapping[Window, Shares]
    renderings: Pairs
    crops: Pairs


@dataclass(frozen=True, slots=True)
class Coverage:
    """value: share of the intervals (0 to 1) that hold what was observed; low, high: its 95 %
    interval, pages drawn with replacement."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """Measured on folds that the tables were not fitted on.

    coverage: of the 90 % intervals of shares, by window and size of panel. seen_error: expected
    calibration error of the chance of being seen, by window (0 to 1, ten bins of equal size).
    difference_coverage: of the 90 % intervals of differences that are truly zero, for "renderings"
    and "crops".
    """

    coverage: Mapping[Window, Mapping[int, Coverage]]
    seen_error: Mapping[Window, float]
    difference_coverage: Mapping[str, float]


def measure(
    dataset: EyeTrackingSet, folds: Mapping[str, Predicting], domain: Domain, *, seed: int = 0
) -> list[Page]:
    """Predict every page of the folds by the model that never saw it.

    folds: from the name of a split to the model trained without it. Raises PictureError.
    """
    rng = np.random.default_rng(seed)
    return [
        _measure_page(stimulus, fold, predictor, domain, rng)
        for fold, predictor in folds.items()
        for stimulus in dataset.splits([fold]).stimuli
    ]


def fit(pages: Sequence[Page], basis: str, *, seed: int = 0) -> Calibration:
    """The tables from all pages. basis: what they are, in one line."""
    share = {window: _fit_share(pages, window, seed) for window in WINDOWS}
    return Calibration(
        basis=basis,
        observers=max(_panels(pages)),
        share=share,
        seen={window: _fit_seen(pages, window) for window in WINDOWS},
        difference=_fit_difference(pages, share["3s"]),
    )


def check(pages: Sequence[Page], *, seed: int = 0) -> CalibrationCheck:
    """Fit without each fold in turn, and measure on it."""
    rng = np.random.default_rng(seed)
    held_out = []
    for fold in dict.fromkeys(page.fold for page in pages):
        tables = fit([page for page in pages if page.fold != fold], fold, seed=seed)
        held_out += [(page, tables) for page in pages if page.fold == fold]
    coverage = {
        window: {
            panel: _coverage(
                [
                    _covered(page.shares[window], tables.share[window], panel, rng)
                    for page, tables in held_out
                ],
                rng,
            )
            for panel in _panels(pages)
        }
        for window in WINDOWS
    }
    return CalibrationCheck(
        coverage,
        {window: _seen_error(held_out, window) for window in WINDOWS},
        {
            kind: float(
                np.mean(
                    [
                        np.abs(pairs.error) <= 1.645 * _deviations(tables.difference, pairs.apart)
                        for page, tables in held_out
                        for pairs in (getattr(page, kind),)
                    ]
                )
            )
            for kind in ("renderings", "crops")
        },
    )


def record(calibration: Calibration, model: Path) -> None:
    """Write the tables into the description beside an ONNX file. Raises ModelFileError when the
    files are not what they say."""
    description = model.with_suffix(".json")
    info = replace(read_model_info(description, model), calibration=calibration)
    description.write_text(info.to_json(), encoding="utf-8")


# ---- Measuring -----------------------------------------------------------------------------------


def _measure_page(
    stimulus: Stimulus, fold: str, predictor: Predicting, domain: Domain, rng: np.random.Generator
) -> Page:
    picture = read_picture(stimulus.image_path)
    assert stimulus.fixations is not None
    looked = stimulus.fixations.of_kind("fixation").inside(stimulus.width, stimulus.height)
    boxes = _rectangles(rng)
    prediction = predictor.predict(picture, "3s", domain)
    shares = {
        window: _shares(prediction.densities[window], stimulus, looked, window, boxes)
        for window in WINDOWS
    }
    page = prediction.densities["3s"]
    renderings, crops = [], []
    for rgb in _renderings(picture.rgb):
        other = predictor.predict(rgb, "3s", domain).densities["3s"]
        renderings.append(_compare(page, _to_shape(other, page.shape), boxes))
    for _ in range(CROPS):
        left, top = rng.uniform(0.0, 0.3, size=2)
        right, bottom = rng.uniform(0.7, 1.0, size=2)
        rows, columns = _span(top, bottom, len(picture.rgb)), _span(left, right, picture.width)
        other = predictor.predict(
            np.ascontiguousarray(picture.rgb[rows, columns]), "3s", domain
        ).densities["3s"]
        part = page[_span(top, bottom, page.shape[0]), _span(left, right, page.shape[1])]
        crops.append(_compare(part / part.sum(), _to_shape(other, part.shape), boxes))
    return Page(stimulus.name, fold, shares, _joined(renderings), _joined(crops))


def _rectangles(rng: np.random.Generator) -> list[Box]:
    """Of random area, shape and place."""
    smallest, largest = AREAS
    area = np.exp(rng.uniform(math.log(smallest), math.log(largest), size=RECTANGLES))
    stretch = np.exp(rng.uniform(-0.7, 0.7, size=RECTANGLES))
    boxes = []
    for width, height in np.minimum(np.sqrt([area * stretch, area / stretch]), 0.98).T.tolist():
        left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
        boxes.append((left, top, left + width, top + height))
    return boxes


def _shares(
    density: NDArray[np.float32],
    stimulus: Stimulus,
    looked: Fixations,
    window: Window,
    boxes: Sequence[Box],
) -> Shares:
    until = looked.before(seconds(window))
    observers = np.unique(looked.observer)
    x, y = until.x / stimulus.width, until.y / stimulus.height
    own = until.observer[None] == observers[:, None]  # (observers, fixations)
    inside = np.stack(
        [
            (x >= left) & (x < right) & (y >= top) & (y < bottom)
            for left, top, right, bottom in boxes
        ]
    )
    return Shares(
        predicted=_sums(density, boxes),
        observed=(own[:, None] & inside[None]).sum(axis=2).astype(np.float64),
        fixations=own.sum(axis=1).astype(np.float64),
    )


def _sums(density: NDArray[np.floating], boxes: Sequence[Box]) -> FloatArray:
    """Of a density over each box, cells cut by its edge counting in part."""
    table = np.zeros((density.shape[0] + 1, density.shape[1] + 1))
    table[1:, 1:] = density.astype(np.float64).cumsum(axis=0).cumsum(axis=1)

    def below(x: float, y: float) -> float:
        row, column = y * density.shape[0], x * density.shape[1]
        i, j = min(int(row), density.shape[0] - 1), min(int(column), density.shape[1] - 1)
        down, across = row - i, column - j
        corner = table[i : i + 2, j : j + 2]
        return float(np.array([1 - down, down]) @ corner @ np.array([1 - across, across]))

    return np.array(
        [
            below(right, bottom) - below(left, bottom) - below(right, top) + below(left, top)
            for left, top, right, bottom in boxes
        ]
    ).clip(0.0, 1.0)


def _renderings(rgb: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The same design: recompressed, moved by 2 px, and at twice the size."""
    file = BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=75)
    height, width = rgb.shape[:2]
    moved = np.pad(rgb, ((2, 0), (2, 0), (0, 0)), mode="edge")[:height, :width]
    double = Image.fromarray(rgb).resize((2 * width, 2 * height), Image.Resampling.BICUBIC)
    return [np.asarray(open_image(file)), np.ascontiguousarray(moved), np.asarray(double)]


def _compare(
    first: NDArray[np.floating], second: NDArray[np.floating], boxes: Sequence[Box]
) -> Pairs:
    """Two densities that should be the same."""
    error = _arcsine(_sums(second, boxes)) - _arcsine(_sums(first, boxes))
    apart = np.abs(first.astype(np.float64) - second).sum() / 2
    return Pairs(error, np.full(len(error), apart))


def _joined(pairs: Sequence[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([pair.error for pair in pairs]),
        np.concatenate([pair.apart for pair in pairs]),
    )


def _span(start: float, stop: float, cells: int) -> slice:
    return slice(round(start * cells), round(stop * cells))


def _to_shape(density: NDArray[np.float32], shape: tuple[int, ...]) -> FloatArray:
    image = Image.fromarray(density).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    resized: FloatArray = np.array(image, dtype=np.float64)
    resized /= resized.sum()
    return resized


# ---- Fitting -------------------------------------------------------------------------------------


def _arcsine(share: FloatArray) -> FloatArray:
    angle: FloatArray = np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0)))
    return angle


def _panels(pages: Sequence[Page]) -> list[int]:
    """Those of PANELS that some page has enough observers for, in every window."""
    most = min(
        max(int((page.shares[window].fixations > 0).sum()) for page in pages) for window in WINDOWS
    )
    return [panel for panel in PANELS if panel <= most]


def _panel_shares(shares: Shares, panel: int, rng: np.random.Generator) -> FloatArray | None:
    """What a panel drawn from the observers shows, (rectangles,); None where too few looked."""
    present = np.flatnonzero(shares.fixations > 0)
    if len(present) < panel:
        return None
    drawn = rng.permutation(present)[:panel]
    observed: FloatArray = shares.observed[drawn].sum(axis=0) / shares.fixations[drawn].sum()
    return observed


def _fit_share(pages: Sequence[Page], window: Window, seed: int) -> ShareError:
    """Least squares for the variances, without negative ones; then quantiles of the errors."""
    rng = np.random.default_rng(seed)
    errors, angles, panels = [], [], []
    for page in pages:
        for panel in PANELS:
            observed = _panel_shares(page.shares[window], panel, rng)
            if observed is not None:
                angles.append(_arcsine(page.shares[window].predicted))
                errors.append(_arcsine(observed) - angles[-1])
                panels.append(np.full(len(observed), panel))
    error, angle, panel_size = map(np.concatenate, (errors, angles, panels))
    parts = np.stack([np.ones_like(error), angle, 1.0 / panel_size], axis=1)
    variances, _ = nnls(parts, np.square(error))
    low, high = np.quantile(error / np.sqrt(parts @ variances), [0.05, 0.95])
    base, slope, observer = variances.tolist()
    return ShareError(base, slope, observer, float(low), float(high))


def _fit_seen(pages: Sequence[Page], window: Window) -> SeenRate:
    """Maximum likelihood over all observers and rectangles."""
    shares = np.concatenate(
        [
            np.tile(page.shares[window].predicted, len(page.shares[window].observed))
            for page in pages
        ]
    )
    seen = np.concatenate([(page.shares[window].observed > 0).ravel() for page in pages])

    def loss(log_parameters: FloatArray) -> float:
        rate, dispersion = np.exp(log_parameters)
        unseen = -dispersion * np.log1p(rate * shares / dispersion)
        chance = np.clip(-np.expm1(unseen), 1e-9, 1.0)
        return float(-np.where(seen, np.log(chance), unseen).mean())

    best = minimize(loss, np.log([5.0, 3.0]), method="Nelder-Mead")
    rate, dispersion = np.exp(np.clip(best.x, -5.0, 6.0)).tolist()
    return SeenRate(rate, dispersion)


def _fit_difference(pages: Sequence[Page], share: ShareError) -> DifferenceError:
    """The floor holds 99 % of the renderings' errors, the slope 95 % of the crops'. Two unrelated
    designs have the errors of two shares."""
    floor = float(np.quantile(np.abs(_all(pages, "renderings").error), 0.99)) / 2.576
    crops = _all(pages, "crops")
    slope = float(np.quantile(np.abs(crops.error) / crops.apart, 0.95)) / 1.96
    typical = 0.3  # the angle of a share of .09
    return DifferenceError(floor, slope, float(np.sqrt(2 * (share.base + share.slope * typical))))


def _all(pages: Sequence[Page], kind: str) -> Pairs:
    return _joined([getattr(page, kind) for page in pages])


# ---- Checking ------------------------------------------------------------------------------------


def _covered(
    shares: Shares, table: ShareError, panel: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Whether each rectangle's interval holds what a panel showed."""
    observed = _panel_shares(shares, panel, rng)
    if observed is None:
        return np.zeros(0, dtype=np.bool_)
    intervals = [table.interval(share, panel) for share in shares.predicted.tolist()]
    low, high = np.array(intervals).T
    held: NDArray[np.bool_] = (low <= observed + 1e-9) & (observed <= high + 1e-9)
    return held


def _coverage(by_page: Sequence[NDArray[np.bool_]], rng: np.random.Generator) -> Coverage:
    held = [page for page in by_page if len(page)]
    sums, counts = np.array([page.sum() for page in held]), np.array([len(page) for page in held])
    drawn = rng.integers(len(held), size=(2000, len(held)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    return Coverage(float(sums.sum() / counts.sum()), float(low), float(high))


def _seen_error(held_out: Sequence[tuple[Page, Calibration]], window: Window) -> float:
    """Expected calibration error (Naeini, Cooper & Hauskrecht, AAAI 2015) over ten bins."""
    chances, seen = [], []
    for page, tables in held_out:
        shares = page.shares
        so_far = np.zeros(len(shares[window].predicted))
        for earlier in WINDOWS[: WINDOWS.index(window) + 1]:
            table = tables.seen[earlier]
            now = [table.chance(share) for share in shares[earlier].predicted.tolist()]
            so_far = np.maximum(so_far, now)
        chances.append(np.tile(so_far, len(shares[window].observed)))
        seen.append((shares[window].observed > 0).ravel())
    chance, happened = np.concatenate(chances), np.concatenate(seen)
    bins = np.array_split(np.argsort(chance, kind="stable"), 10)
    return float(
        sum(abs(chance[bin_].mean() - happened[bin_].mean()) * len(bin_) for bin_ in bins)
        / len(chance)
    )


def _deviations(table: DifferenceError, apart: FloatArray) -> FloatArray:
    return np.array([table.deviation(value) for value in apart.tolist()])
