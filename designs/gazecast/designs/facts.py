"""What findings are drawn from: the numbers of a design, as `gazecast.analysis.findings` takes
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gazecast.analysis.findings import Facts, RegionFacts
from gazecast.analysis.order import OrderComparison
from gazecast.analysis.regions import enclosures
from gazecast.analysis.uncertainty import share_interval
from gazecast.designs.predicted import Predicted
from gazecast.designs.records import Scores
from gazecast.model.error_tables import Calibration
from gazecast.model.vocabulary import WINDOWS, Window

Shares = Mapping[Window, float]
"""A region's share in each window."""


def facts(
    predicted: Predicted,
    half_area: float,
    scores: Scores | None,
    shares: Sequence[Shares],
    contrasts: Sequence[float | None],
    order: OrderComparison | None,
) -> Facts:
    """shares, contrasts: of each region. order: where one was intended. Without a calibration
    nothing is told of regions: findings need their intervals."""
    prediction, page = predicted.prediction, predicted.long_page
    calibration = prediction.model.calibration
    of_regions = []
    if calibration is not None:
        labels = list(predicted.regions)
        around = enclosures(list(predicted.regions.values())).T  # [i, j]: j lies around i
        np.fill_diagonal(around, False)
        of_regions = [
            _region_facts(
                label,
                predicted.regions[label].area,
                own,
                contrast,
                frozenset(labels[outer] for outer in np.flatnonzero(outers).tolist()),
                prediction.window,
                calibration,
            )
            for label, own, contrast, outers in zip(labels, shares, contrasts, around, strict=True)
        ]
    percentiles = None if scores is None else scores.percentiles
    return Facts(
        regions=tuple(of_regions),
        window=prediction.window,
        validation=prediction.domain.validation,
        goal=(predicted.design.goal_region or None) if of_regions else None,
        order=order,
        # What is usual is known for web pages on one screen alone.
        half_area=half_area if prediction.domain.name == "web" and page is None else None,
        fold=None if page is None else (page.above, page.below),
        clutter=None if percentiles is None else percentiles.feature_congestion,
        clutter_set=None if scores is None else scores.reference_set,
        out_of_distribution=prediction.is_unfamiliar,
    )


def _region_facts(
    name: str,
    area: float,
    shares: Shares,
    contrast: float | None,
    within: frozenset[str],
    window: Window,
    calibration: Calibration,
) -> RegionFacts:
    first, share = shares[WINDOWS[0]], shares[window]
    first_interval = share_interval(first, WINDOWS[0], calibration)
    interval = share_interval(share, window, calibration)
    return RegionFacts(
        name=name,
        share=share,
        low=interval.low,
        high=interval.high,
        intensity=share / area,
        first_share=first,
        first_low=first_interval.low,
        first_high=first_interval.high,
        contrast=contrast,
        within=within,
    )
