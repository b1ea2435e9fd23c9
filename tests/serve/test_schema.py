"""The service, in a process of its own, against its own OpenAPI schema."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from PIL import Image
from pydantic import TypeAdapter
from schemathesis import GenerationMode

from gazecast.designs.options import EXAMPLE_REGIONS, EXAMPLE_REGIONS_OF_VARIANTS
from gazecast.designs.records import Comparison, Report
from gazecast.model.vocabulary import DOMAINS
from gazecast.serve import examples
from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

OPERATIONS = [
    (path, method)
    for path, operations in create_app(Settings()).openapi()["paths"].items()
    for method in operations
]


# Run with as_strategy() rather than schema.parametrize(), which pytest 9.2 broke.
bounded = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def api(start_server):
    return schemathesis.openapi.from_url(f"{start_server().url}/openapi.json")


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_as_the_schema_says(api, path, method):
    @given(case=api[path][method].as_strategy())
    @bounded
    def check(case):
        # Random bytes are no image, so they are rightly refused.
        case.call_and_validate(excluded_checks=[schemathesis.checks.positive_data_acceptance])

    check()


def test_refuses_what_the_schema_refuses(api):
    strategy = api["/v1/predictions"]["post"].as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @given(case=strategy)
    @bounded
    def check(case):
        case.call_and_validate()

    check()


@pytest.mark.parametrize(
    "accept", ["application/json", "image/png", "application/x-npy", "text/html; charset=utf-8"]
)
def test_takes_any_valid_parameters_with_a_real_image(api, encode_image, accept):
    image = encode_image()

    @given(case=api["/v1/predictions"]["post"].as_strategy())
    @bounded
    def check(case):
        case.body["image"] = image
        # The strategy makes any text of these; it is no JSON and names no region.
        for text in ("regions", "goal_region", "intended_order", "scroll_reach"):
            case.body.pop(text, None)
        if case.body.get("domain") not in DOMAINS:  # any name fits, but the model lacks most
            case.body.pop("domain", None)
        height = case.body.pop("viewport_height", None)
        if height is not None:  # a screen of a few pixels is too low for the image
            case.body["viewport_height"] = max(20, int(height))
        answer = case.call_and_validate(headers={"Accept": accept.partition(";")[0]})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == [accept]

    check()


def strictly(record, example):
    return TypeAdapter(record).validate_json(json.dumps(example), strict=True, extra="forbid")


def test_the_example_answer_is_one():
    example = strictly(Report, examples.PREDICTION)
    image = Image.open(BytesIO(b64decode(example.density.data)))
    density = np.asarray(image) * example.density.scale
    np.testing.assert_allclose(density, [[0.5, 0.25], [0.125, 0.125]], atol=1e-5)


def test_the_example_comparison_is_one():
    strictly(Comparison, examples.COMPARISON)


def test_the_example_regions_are_some(client, encode_image):
    answer = client.post(
        "/v1/predictions",
        files={"image": encode_image(400, 300)},
        data={"regions": EXAMPLE_REGIONS},
    )
    assert [region["name"] for region in answer.json()["regions"]] == ["button", "logo"]


def test_the_example_regions_per_variant_are_some(client, encode_image):
    names = ("before.png", "after.png")
    answer = client.post(
        "/v1/comparisons",
        files=[("variants", (name, encode_image())) for name in names],
        data={"regions": EXAMPLE_REGIONS_OF_VARIANTS},
    )
    assert [region["name"] for region in answer.json()["regions"]] == ["button"]


def test_all_representations_are_described(client):
    answers = client.get("/openapi.json").json()["paths"]["/v1/predictions"]["post"]["responses"]
    assert set(answers["200"]["content"]) == {
        "application/json",
        "image/png",
        "application/x-npy",
        "text/html",
    }


def test_every_error_is_described_as_a_problem(client):
    schema = client.get("/openapi.json").json()
    described = [
        answer["content"]
        for path in schema["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if status >= "400"
    ]
    assert described
    for content in described:
        assert content == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    assert "Problem" in schema["components"]["schemas"]


def test_serving_imports_no_torch():
    code = "import sys, gazecast.serve.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "timm", "gazecast.training"} & set(done.stdout.split())
