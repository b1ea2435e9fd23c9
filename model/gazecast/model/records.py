"""Records: what gazecast answers with, in Python and, field by field, in the service's schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

from pydantic import ConfigDict

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True)
def record(cls: type[_Class]) -> type[_Class]:
    """A frozen dataclass whose attribute docstrings are the descriptions in a JSON schema."""
    cls.__pydantic_config__ = ConfigDict(use_attribute_docstrings=True)  # type: ignore[attr-defined]
    return dataclass(frozen=True, slots=True)(cls)
