"""Evaluation protocols: on which images, with which labels and blur, a figure is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from gazecast.model.vocabulary import Domain, Window


@dataclass(frozen=True, slots=True)
class EvaluationProtocol:
    """How one figure comes about, so that somebody else can measure it again.

    name: what `gazecast evaluate --protocol` takes. dataset: folder below the data folder.
    splits: the images that are scored. prior_splits: the images of the same data set that the
    centre prior is fitted on; an image that is in both is left out of its own prior.
    kind, sigma_px: see `GroundTruth`; sigma_note says where the blur comes from.
    windows: the windows that are predicted, each with the seconds of looking it is scored on (None:
    all records).
    domain: the domain the predictor is told.
    caveat: what a reader must know to read the figure, or empty.
    """

    name: str
    dataset: str
    splits: tuple[str, ...]
    prior_splits: tuple[str, ...]
    kind: str
    sigma_px: float
    sigma_note: str
    windows: Mapping[Window, float | None]
    domain: Domain
    caveat: str = ""


_FOLDS = ("f0", "f1", "f2", "f3")
_FOLDS_CAVEAT = "held out only for a model that was trained without these images"

_OSIE_TEST = EvaluationProtocol(
    name="osie-test",
    dataset="osie",
    splits=("test",),
    prior_splits=("train",),
    kind="fixation",
    sigma_px=15.4,
    sigma_note="24 px at 800x600, one degree, as published",
    windows=MappingProxyType({"3s": None}),  # the whole viewing time
    domain="photo",
)
_FIWI = EvaluationProtocol(
    name="fiwi",
    dataset="fiwi",
    splits=_FOLDS,
    prior_splits=_FOLDS,
    kind="fixation",
    sigma_px=30.0,
    sigma_note="our choice at 1366x768; none is published",
    windows=MappingProxyType({"1s": 1.0, "3s": 3.0, "5s": None}),
    domain="web",
    caveat=_FOLDS_CAVEAT,
)
_GDI = EvaluationProtocol(
    name="gdi",
    dataset="gdi",
    splits=_FOLDS,
    prior_splits=_FOLDS,
    kind="click10",
    sigma_px=20.0,
    sigma_note="our choice at 600 px; none is published",
    windows=MappingProxyType({"5s": None}),
    domain="poster",
    caveat=f"10 s of BubbleView clicks, not gaze; {_FOLDS_CAVEAT}",
)
_SALICON51 = EvaluationProtocol(
    name="salicon51",
    dataset="salicon51",
    splits=("test",),
    prior_splits=("test",),  # there are no others: the prior of an image is that of the 50 others
    kind="mouse",
    sigma_px=19.0,
    sigma_note="about one degree of SALICON's display, 24 px at 640x480",
    windows=MappingProxyType({"5s": None}),
    domain="photo",
    caveat="mouse positions, every fifth sample, not gaze",
)


def _fold(protocol: EvaluationProtocol, split: str) -> EvaluationProtocol:
    """The protocol on one fold, for the model of a cross-validation that never saw it."""
    others = tuple(other for other in protocol.prior_splits if other != split)
    return replace(protocol, name=f"{protocol.name}-{split}", splits=(split,), prior_splits=others)


PROTOCOLS: Mapping[str, EvaluationProtocol] = MappingProxyType(
    {
        protocol.name: protocol
        for protocol in (
            _OSIE_TEST,
            _SALICON51,
            *(p for whole in (_FIWI, _GDI) for p in (whole, *(_fold(whole, f) for f in _FOLDS))),
        )
    }
)
"""All protocols by name; `fiwi-f0` to `gdi-f3` are single folds of fiwi and gdi."""

DEFAULT_PROTOCOLS = ("osie-test", "salicon51", "fiwi", "gdi")
