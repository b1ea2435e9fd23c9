"""The words that a prediction is asked for and told in: windows, domains, notices.

Nothing is imported here but typing, so that the command line has them for its --help at once.
"""

from __future__ import annotations

from typing import Literal, get_args

Window = Literal["1s", "3s", "5s"]
"""Time since the image appeared; each window is cumulative from zero."""

WINDOWS: tuple[Window, ...] = get_args(Window)
"""All windows, the shortest first."""

Domain = Literal["web", "mobile", "poster", "photo"]
"""What kind of picture it is; the network has parameters of its own for each."""

DOMAINS: tuple[Domain, ...] = get_args(Domain)
"""The domains that every model has, in the order of its outputs."""

DomainName = Domain | str
"""A domain that a model has: one of the four, or one that fine-tuning added."""

DomainChoice = Literal["auto"] | DomainName
"""What a caller may ask for; auto decides from the picture's content which of the four it is."""

DOMAIN_NAME = "^[A-Za-z0-9][A-Za-z0-9-]*$"
"""What the names of domains look like, as a regular expression."""

LONGEST_DOMAIN_NAME = 64
"""Characters that the name of a domain may have."""

NOTICE = (
    "A statistical estimate of where people look first when they view this image freely; "
    "not a measurement, and not evidence of interest, understanding or intent."
)
"""The one line that goes with every prediction, wherever it is shown."""

SHORT_NOTICE = "Predicted first looks, not intent or comprehension."
"""The same where there is little room, as under a picture."""


def seconds(window: Window) -> int:
    """How long a window is."""
    return int(window.removesuffix("s"))
