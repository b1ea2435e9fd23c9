"""The options of commands that ask something of designs, made from those of designs themselves."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import typer

from gazecast.designs.errors import OptionError
from gazecast.designs.fields import is_json
from gazecast.designs.options import Options

if TYPE_CHECKING:  # slow to load, and --help does without
    from gazecast.designs.design import Design

_REGIONS = "regions"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks of its images. said: the values of the options that were given."""

    said: Mapping[str, object]

    @property
    def domain(self) -> str:
        """The kind of picture that is asked for; the model is held against it first."""
        return str(self.said.get("domain", "auto"))

    def designs(self, images: Sequence[Path]) -> list[Design]:
        """Of each image what is asked. Regions may be an object from an image's name to its own.

        Raises OptionError for an option that is wrong, OSError for a file that cannot be read.
        """
        from gazecast.designs.design import Design

        names = image_names(images)
        said: dict[str, Any] = {name: _content(name, value) for name, value in self.said.items()}
        regions = said.pop(_REGIONS, [])
        if not isinstance(regions, dict):
            regions = dict.fromkeys(names, regions)
        for name in regions:
            if name not in names:
                there = ", ".join(names)
                raise OptionError(_REGIONS, f"there is no image {name!r}; the images are {there}")
        try:
            return [
                Design(image=image, name=name, **said, regions=regions.get(name, []))
                for image, name in zip(images, names, strict=True)
            ]
        except OptionError as error:
            given = self.said.get(error.option)
            if not (isinstance(given, str) and _is_file(error.option, given)):
                raise
            message = f"{given}: {error.message}"
            raise OptionError(error.option, message, error.remedy) from error


def image_names(images: Sequence[Path]) -> list[str]:
    """File names, as the service has them; with the folder where two files share one."""
    count = Counter(image.name for image in images)
    return [image.name if count[image.name] == 1 else str(image) for image in images]


def asks(*options: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options of these names, all without any. The command has a parameter
    `asked` of type Asked in their place, and is called with keywords."""
    names = options or tuple(Options.model_fields)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, globals() | command.__globals__, include_extras=True)
        parameters = [
            parameter.replace(annotation=hints[parameter.name], kind=parameter.KEYWORD_ONLY)
            for parameter in inspect.signature(command).parameters.values()
            if parameter.name != "asked"
        ]
        parameters += map(_parameter, names)

        @functools.wraps(command)
        def run(**values: object) -> None:
            said = {name: values.pop(name) for name in names}
            given = {name: value for name, value in said.items() if value is not None}
            command(asked=Asked(given), **values)

        # What typer reads; wraps points it to the command.
        del run.__wrapped__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return run

    return decorate


def _parameter(name: str) -> inspect.Parameter:
    field = Options.model_fields[name]
    help_text = field.description or ""
    in_json = is_json(Options, name)
    default = None if in_json or field.default == "" else field.default
    option = typer.Option(
        help=f"{help_text} JSON, or a file of it." if in_json else help_text,
        metavar="JSON" if in_json else None,
        show_default=default is not None,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[_type(field.annotation, in_json), option],
    )


def _type(annotation: Any, in_json: bool) -> Any:  # noqa: ANN401  a type, of whatever kind
    """What typer takes for a field of this type; the field itself checks the rest."""
    if in_json:
        return str | None
    kinds = [annotation, *get_args(annotation)]
    kinds += [get_args(each)[0] for each in kinds if get_origin(each) is Annotated]
    if bool in kinds:
        return bool
    if int in kinds:
        return int | None
    return annotation if str not in kinds else str | None


def _is_file(name: str, value: str) -> bool:
    """Whether it names a file of JSON, and is not JSON itself."""
    return is_json(Options, name) and not value.lstrip().startswith(("[", "{"))


def _content(name: str, value: object) -> object:
    """The value of an option; JSON that stands in a file, or in the option itself, read."""
    if not (isinstance(value, str) and is_json(Options, name)):
        return value
    text = value
    if _is_file(name, value):
        try:
            text = Path(value).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise OptionError(name, f"{value} is no text") from error
    from pydantic_core import from_json

    try:
        content: object = from_json(text)
    except ValueError as error:
        raise OptionError(name, f"{value}: {error}") from error
    return content
