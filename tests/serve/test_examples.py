"""Every operation shows what to send and what comes back, and the examples are what they show."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
from pydantic import TypeAdapter

from gazecast.serve import examples
from gazecast.serve.app import create_app
from gazecast.serve.loaded_model import ServedModel
from gazecast.serve.settings import Settings

SCHEMA = create_app(Settings()).openapi()
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
]


def resolved(schema):
    """The schema with its reference followed, and what it may refer to itself."""
    while "$ref" in schema:
        schema = SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return {**schema, "components": SCHEMA["components"]}


def examples_of(described):
    """Those of a media type or a parameter: its own, or its schema's."""
    schema = resolved(described["schema"])
    found = [described["example"]] if "example" in described else []
    found += [example["value"] for example in described.get("examples", {}).values()]
    found += [schema["example"]] if "example" in schema else []
    return found + schema.get("examples", [])


def described_in(operation):
    """Parameters a request needs, its body, and answers that are text."""
    yield from (part for part in operation.get("parameters", []) if part["required"])
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for answer in operation["responses"].values():
        for media_type, content in answer.get("content", {}).items():
            if "json" in media_type or media_type.startswith("text/"):
                yield content


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_examples_that_fit_its_schema(operation):
    for described in described_in(operation):
        found = examples_of(described)
        assert found, described
        for example in found:
            jsonschema_rs.validate(resolved(described["schema"]), example)


def test_the_example_model_is_one():
    served = TypeAdapter(ServedModel).validate_python(examples.MODEL)
    assert served.registry.sha256 == served.sha256


def test_the_example_results_are_lines_of_json():
    kinds = [json.loads(line)["status"] for line in examples.RESULTS.splitlines()]
    assert kinds == ["done", "failed"]
