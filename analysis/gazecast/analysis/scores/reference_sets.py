"""Where a measure of clutter stands among pictures of the same kind.

The shipped table holds 21 quantiles of each measure on two named sets of pictures; it is made by
`python -m gazecast.analysis.scores.measure_reference_sets`. No set of posters or photographs is
shipped, so those get no percentile.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

import numpy as np

from gazecast.analysis.scores.clutter import Clutter
from gazecast.model.vocabulary import DomainName

TABLE = "reference_sets.json"
LEVELS = tuple(range(0, 101, 5))
"""Percent of the pictures of a set that lie below each quantile."""

_SET_OF_DOMAIN = {"web": "alexa500", "mobile": "enrico"}


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """Pictures to compare with. quantiles: of each measure of Clutter, one value per LEVELS."""

    name: str
    source: str
    pictures: int
    quantiles: dict[str, tuple[float, ...]]


def reference_set_for(domain: DomainName) -> str | None:
    """Name of the set that pictures of this domain compare with; None where there is none."""
    return _SET_OF_DOMAIN.get(domain)


def reference_set(name: str) -> ReferenceSet:
    """The shipped set of this name. Raises ValueError for an unknown one."""
    sets = _sets()
    if name not in sets:
        raise ValueError(f"no reference set {name!r}: choose one of {', '.join(sorted(sets))}")
    return sets[name]


def percentile(measure: str, value: float, set_name: str) -> float:
    """Percent of the set's pictures, 0 to 100, with a lower value; linear between the quantiles.

    measure: a field of Clutter. Raises ValueError for an unknown measure or set, or a value that is
    not finite.
    """
    quantiles = reference_set(set_name).quantiles
    if measure not in quantiles:
        raise ValueError(f"no measure {measure!r}: choose one of {', '.join(quantiles)}")
    if not math.isfinite(value):
        raise ValueError(f"{measure} is {value!r}: give a finite number")
    return float(np.interp(value, quantiles[measure], LEVELS))


def clarity(clutter: Clutter, set_name: str) -> float:
    """100 minus the mean percentile of the four measures, 0 (most cluttered of the set) to 100.

    It is a place among pictures, never a measure of how well a design works. Raises ValueError for
    an unknown set.
    """
    places = [percentile(name, value, set_name) for name, value in asdict(clutter).items()]
    return 100 - sum(places) / len(places)


@cache
def _sets() -> dict[str, ReferenceSet]:
    text = resources.files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    return {
        name: ReferenceSet(
            name=name,
            source=row["source"],
            pictures=row["pictures"],
            quantiles={measure: tuple(row["quantiles"][measure]) for measure in row["quantiles"]},
        )
        for name, row in json.loads(text).items()
    }
