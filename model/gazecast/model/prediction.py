"""What a prediction is: a density over the image, and everything needed to say what it means."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gazecast.data.errors import GazecastError
from gazecast.model.metadata import ModelInfo
from gazecast.model.records import record
from gazecast.model.vocabulary import DOMAINS, Domain, DomainChoice, DomainName, Window

UNFAMILIAR = 1.0
"""A picture with a higher unfamiliarity is unlike those that the model knows."""


@record
class DomainDecision:
    """Which kind of picture it was taken for, and how far the model is validated on that kind."""

    name: DomainName
    """The domain used; with requested "auto" the most probable one. Names that a fine-tuned model
    adds are in /v1/model under domains."""
    requested: DomainChoice
    """What was asked for."""
    probabilities: Mapping[Domain, float]
    """What the picture's content looks like; sums to 1. Given also where the domain was requested,
    so that a mismatch can be seen. Domains that fine-tuning added are not told apart by it."""
    validation: str
    """What the model's accuracy in this domain was measured on, if it was."""


class UnknownDomainError(GazecastError, ValueError):
    """The model lacks the domain that was asked for; str() names those that it has."""


def require_domain(domain: DomainChoice, model: ModelInfo) -> None:
    """Raises UnknownDomainError for a domain that the model lacks."""
    if domain != "auto" and domain not in model.domains:
        raise UnknownDomainError(
            f"unknown domain {domain!r}; choose auto or one of {', '.join(model.domains)}"
        )


def decide_jointly(decisions: Sequence[DomainDecision], model: ModelInfo) -> DomainDecision:
    """One domain for pictures that belong together, such as versions of a design: the one that was
    requested, or the most probable on average."""
    probabilities = {
        domain: math.fsum(each.probabilities[domain] for each in decisions) / len(decisions)
        for domain in DOMAINS
    }
    first = decisions[0]
    name = first.name
    if first.requested == "auto":
        name = max(DOMAINS, key=lambda domain: probabilities[domain])
    return DomainDecision(name, first.requested, probabilities, model.domains[name])


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Where people look on one image within one time window.

    densities: for every window float32 (rows, columns), non-negative, sum 1 within 1e-4, at the
    image's aspect, longer side at most 1,024. Each cell is the share of all fixations that fall
    into it.
    window: the one that was asked for.
    unfamiliarity: how unlike the pictures that the model knows this one looks, 0 or more. Above 1,
    where about one ordinary picture in twenty is, a prediction is not to be relied on.
    width, height: the upright image's size in pixels.
    image_sha256: hex digest of the image's content (see `Picture.sha256`).
    again: predicts the image as one of a domain, where what the network takes of it is kept.
    """

    densities: Mapping[Window, NDArray[np.float32]]
    window: Window
    domain: DomainDecision
    unfamiliarity: float
    width: int
    height: int
    image_sha256: str
    model: ModelInfo
    again: Callable[[DomainName], Prediction] | None = field(default=None, repr=False)

    def in_domain(self, domain: DomainName) -> Prediction:
        """That of the same image as one of this domain, without reading it anew.

        Raises ValueError where nothing of the image is kept, as of long pages.
        """
        if self.again is None:
            raise ValueError("nothing is kept of the image; predict it anew")
        return self.again(domain)

    @property
    def density(self) -> NDArray[np.float32]:
        """The density of the window that was asked for."""
        return self.densities[self.window]

    @property
    def is_unfamiliar(self) -> bool:
        """Whether the picture is unlike those that the model knows."""
        return self.unfamiliarity > UNFAMILIAR
