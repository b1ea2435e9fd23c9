"""A design and what is asked of it: the one thing that reports, comparisons and clients take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, InstanceOf, ValidationError

from gazecast.designs.fields import Remedy, option_error
from gazecast.designs.options import Options
from gazecast.model.picture import Picture


def _name(fields: dict[str, Any]) -> str:
    image = fields.get("image")
    return image.name if isinstance(image, Path) else "image"


class Design(Options):
    """A picture of a design, and what is asked of it. Raises OptionError for an option that is
    wrong or not known."""

    image: Annotated[
        Path | bytes | InstanceOf[Picture],
        Remedy("Give a path, the bytes of a file, or a Picture."),
    ]
    """A PNG, JPEG or WebP file, the bytes of one, or a picture that was read."""
    name: Annotated[str, Remedy("Give a text.")] = Field(default_factory=_name)
    """What it goes by in pages and comparisons; the file's name, unless another is given."""

    if not TYPE_CHECKING:  # type checkers know the fields from the class

        def __init__(self, **fields: object) -> None:
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise option_error(error, type(self)) from error

    def unmeasured(self) -> Self:
        """The same with nothing to look for and to hold regions against, where the density alone is
        wanted."""
        nothing = {"automatic_regions": False, "goal_region": "", "intended_order": []}
        return self.model_copy(update=nothing)

    @classmethod
    def of(cls, image: Path | bytes | Picture, options: Options, name: str = "image") -> Self:
        """A picture with options that were validated already."""
        asked = {field: getattr(options, field) for field in Options.model_fields}
        return cls(image=image, name=name, **asked)
