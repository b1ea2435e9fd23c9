"""What a prediction is: a density over the image, and everything needed to say what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    # The command line needs the names below for its --help, where NumPy would be half the time;
    # metadata needs them at run time.
    import numpy as np
    from numpy.typing import NDArray

    from gazecast.model.metadata import ModelInfo

Window = Literal["1s", "3s", "5s"]
"""Time since the image appeared; each window is cumulative from zero."""

Domain = Literal["web", "mobile", "poster", "photo"]
"""What kind of picture it is; the network has parameters of its own for each."""

DomainName = Domain | str
"""A domain that a model has: one of the four, or one that fine-tuning added."""

DomainChoice = Literal["auto"] | DomainName
"""What a caller may ask for; auto decides from the picture's content which of the four it is."""

DOMAIN_NAME = "^[A-Za-z0-9][A-Za-z0-9-]*$"
"""What the names of domains look like, as a regular expression."""

LONGEST_DOMAIN_NAME = 64

WINDOWS: tuple[Window, ...] = get_args(Window)
DOMAINS: tuple[Domain, ...] = get_args(Domain)

NOTICE = (
    "A statistical estimate of where people look first when they view this image freely; "
    "not a measurement, and not evidence of interest, understanding or intent."
)
"""The one line that goes with every prediction, wherever it is shown."""

SHORT_NOTICE = "Predicted first looks, not intent or comprehension."
"""The same where there is little room, as under a picture."""


UNFAMILIAR = 1.0
"""A picture with a higher unfamiliarity is unlike those that the model knows."""


@dataclass(frozen=True, slots=True)
class DomainDecision:
    """Which domain's parameters were used, and how far they have been checked.

    name: the domain used; with requested "auto" it is the most probable one.
    probabilities: what the classifier says about the picture, over the four domains that it tells
    apart, sum 1; given also when the domain was requested, so that a mismatch can be seen.
    validation: one line such as "validated on 36 web pages" or "not validated on mobile: no gaze
    data".
    """

    name: DomainName
    requested: DomainChoice
    probabilities: Mapping[Domain, float]
    validation: str


class UnknownDomainError(ValueError):
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
    """

    densities: Mapping[Window, NDArray[np.float32]]
    window: Window
    domain: DomainDecision
    unfamiliarity: float
    width: int
    height: int
    image_sha256: str
    model: ModelInfo

    @property
    def density(self) -> NDArray[np.float32]:
        """The density of the window that was asked for."""
        return self.densities[self.window]

    @property
    def is_unfamiliar(self) -> bool:
        """Whether the picture is unlike those that the model knows."""
        return self.unfamiliarity > UNFAMILIAR
