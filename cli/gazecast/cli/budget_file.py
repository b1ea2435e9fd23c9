"""The file of an attention budget: rules, and the regions that they speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    Tag,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails

from gazecast.analysis.budget import AnyRule, BudgetError
from gazecast.designs.design import Design
from gazecast.designs.regions import AnyRegion
from gazecast.model.vocabulary import DomainChoice, Window

_RegionList = list[AnyRegion]


def _form(regions: object) -> str:
    return "file" if isinstance(regions, str) else "list"


_Regions = Annotated[
    Annotated[str, Tag("file")] | Annotated[_RegionList, Tag("list")], Discriminator(_form)
]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Image(_Part):
    regions: _Regions


class _File(_Part):
    """What a budget file may say. Paths count from the file's folder."""

    window: Window = "3s"
    domain: str = "auto"
    viewport_height: Annotated[int, Field(ge=1)] | None = None
    scroll_reach: list[Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]] = Field(
        default_factory=list
    )
    regions: _Regions = Field(default_factory=list)
    images: dict[str, _Image] = Field(default_factory=dict)
    rules: Annotated[list[AnyRule], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Budget:
    """domain: of all images. asked: further options of theirs. images: that the budget lists, each
    with its regions. shared: the regions of all others."""

    domain: DomainChoice
    asked: Mapping[str, Any]
    rules: Sequence[AnyRule]
    images: dict[Path, _RegionList]
    shared: _RegionList

    def design(self, image: Path) -> Design:
        """What is asked of this image, however its path is written. Raises OptionError."""
        own = {path.resolve(): regions for path, regions in self.images.items()}
        regions = own.get(image.resolve(), self.shared)
        return Design(image=image, domain=self.domain, regions=regions, **self.asked)


def read_budget(path: Path) -> Budget:
    """Raises BudgetError, which names the field and says what to change; OSError."""
    try:
        content = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BudgetError(f"{path} is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise BudgetError(f"{path}: a budget has fields, give at least 'rules', a list of rules")
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        raise _wrong(path, error) from error
    shared = _listed(file.regions, path)
    images = {path.parent / name: _listed(each.regions, path) for name, each in file.images.items()}
    for where, regions in {path: shared, **images}.items():
        names = [region.name for region in regions]
        for name in names:
            if names.count(name) > 1:
                raise BudgetError(f"{where}: two regions are called {name!r}, rename one of them")
    asked = file.model_dump(include={"window", "viewport_height", "scroll_reach"})
    return Budget(file.domain, asked, file.rules, images, shared)


def _listed(regions: str | _RegionList, budget: Path) -> _RegionList:
    """The regions themselves, read where they are a file's name."""
    if not isinstance(regions, str):
        return regions
    file = budget.parent / regions
    try:
        return TypeAdapter(_RegionList).validate_json(file.read_bytes())
    except ValidationError as error:
        raise _wrong(file, error) from error


# What pydantic says where a union was entered: no field of the file.
_TAGS = {"file", "list", "rectangle", "polygon"}

_REMEDIES = {
    "extra_forbidden": "not known here; remove it, or make it a rule of its own",
    "missing": "missing; add it",
}


def _wrong(path: Path, error: ValidationError) -> BudgetError:
    first = error.errors()[0]
    where = _field(first)
    message = _REMEDIES.get(first["type"], first["msg"].removeprefix("Value error, "))
    return BudgetError(f"{path}: {where}: {message}" if where else f"{path}: {message}")


def _field(error: ErrorDetails) -> str:
    """Such as rules[2].share.min, counted from 1 as people count."""
    location = list(error["loc"])
    if location[:1] == ["rules"] and error["type"] != "unknown_rule":
        del location[2:3]  # the kind of rule
    where = ""
    for part in location:
        if isinstance(part, int):
            where += f"[{part + 1}]"
        elif part not in _TAGS:
            where += f".{part}" if where else part
    return where
