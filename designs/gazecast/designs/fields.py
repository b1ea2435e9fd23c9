"""What stands beside the fields of options: their remedies, and that some come as JSON text."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema, from_json

from gazecast.designs.errors import OptionError, TooManyError
from gazecast.designs.limits import Limits


@dataclass(frozen=True, slots=True)
class Remedy:
    """Beside a field: what to do where its value is wrong, a sentence."""

    text: str


def option_error(error: ValidationError, options: type[BaseModel]) -> OptionError:
    """The first thing that is wrong with options, and what to do about it."""
    first = error.errors(include_url=False, include_input=False)[0]
    option, *inside = (str(part) for part in first["loc"])
    if option not in options.model_fields:
        return OptionError(
            option, f"there is no such option; there are {', '.join(options.model_fields)}"
        )
    return OptionError(option, " ".join([*inside, first["msg"]]), remedy(options, option))


def remedy(options: type[BaseModel], field: str) -> str:
    """What to do about a wrong value of this field. Raises KeyError for an unknown field,
    StopIteration for one without a remedy."""
    described = options.model_fields[field].metadata
    return next(each.text for each in described if isinstance(each, Remedy))


class JsonText:
    """Beside a field of lists or objects: it may come as JSON text, as it does from forms and
    command lines. The field's schema is that of the text."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_before_validator_function(_parsed, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": handler(schema),
        }


def is_json(options: type[BaseModel], field: str) -> bool:
    """Whether the field comes as JSON text where all is text."""
    return any(isinstance(each, JsonText) for each in options.model_fields[field].metadata)


def _parsed(value: object, info: ValidationInfo) -> object:
    """Counts before anything is parsed. The context holds the limits; without, there are none.
    Raises TooManyError."""
    if not isinstance(value, str):
        return value
    limits = info.context
    if isinstance(limits, Limits):
        brackets = value.count("[") + value.count("{")
        if brackets > limits.brackets:
            raise TooManyError(str(info.field_name), "brackets", brackets, limits.brackets)
    try:
        parsed: object = from_json(value)
    except ValueError as error:
        raise PydanticCustomError(
            "json_invalid", "Invalid JSON: {error}", {"error": str(error)}
        ) from error
    return parsed
