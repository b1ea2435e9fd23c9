"""A method that the report scores."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """what: a sentence for the reader. package: the version that was run, or empty where none is
    needed."""

    what: str
    package: str = ""
