"""A domain that fine-tuning added is asked for by name, and one that the model lacks is told."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from gazecast.client import Client, ServiceError
from gazecast.designs.design import Design
from gazecast.designs.records import Comparison, Report
from gazecast.model.vocabulary import DOMAINS
from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

PREDICTIONS, COMPARISONS = "/v1/predictions", "/v1/comparisons"
KIOSK = {"domain": "kiosk"}


@pytest.fixture
def service(kiosk_predictor):
    with TestClient(create_app(Settings(), kiosk_predictor)) as client:
        yield client


@pytest.fixture
def variants(encode_image):
    return [("variants", (name, encode_image())) for name in ("a.png", "b.png")]


def predicted(service, image, accept="application/json", **fields):
    answer = service.post(
        PREDICTIONS, files={"image": image}, data=KIOSK | fields, headers={"Accept": accept}
    )
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("fields", [{}, {"viewport_height": "40"}])
def test_a_prediction(service, encode_image, fields):
    answer = predicted(service, encode_image(), **fields).json()
    TypeAdapter(Report).validate_python(answer, extra="forbid")
    assert answer["domain"]["name"] == answer["domain"]["requested"] == "kiosk"
    assert answer["domain"]["validation"] == answer["accuracy"] == "validated on 12 kiosks"
    assert set(answer["domain"]["probabilities"]) == set(DOMAINS)
    # There are no pictures of its kind to compare with.
    assert answer["scores"]["reference_set"] is answer["scores"]["clarity"] is None


def test_a_prediction_as_picture_array_and_page(service, encode_image):
    for accept in ("image/png", "application/x-npy", "text/html"):
        answer = predicted(service, encode_image(), accept)
        assert answer.headers["gazecast-domain"] == "kiosk; validated on 12 kiosks"
    assert "Taken for kiosk (as requested). The model is validated on 12 kiosks." in answer.text
    assert "kiosk: validated on 12 kiosks." in answer.text


def test_auto_never_takes_a_picture_for_it(service, encode_image):
    answer = service.post(PREDICTIONS, files={"image": encode_image()}).json()
    assert answer["domain"]["name"] in DOMAINS


@pytest.mark.parametrize("accept", ["application/json", "image/png"])
def test_a_comparison(service, variants, accept):
    answer = service.post(COMPARISONS, files=variants, data=KIOSK, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    if accept == "application/json":
        TypeAdapter(Comparison).validate_python(answer.json(), extra="forbid")
        assert answer.json()["domain"]["name"] == "kiosk"
        assert answer.json()["domain"]["validation"] == "validated on 12 kiosks"


def test_the_client(service, encode_image):
    api = Client(http=service)
    assert "kiosk" in api.model().domains
    assert api.predict(Design(image=encode_image(), domain="kiosk")).domain.name == "kiosk"
    with pytest.raises(ServiceError, match="web, mobile, poster, photo, kiosk") as refused:
        api.predict(Design(image=encode_image(), domain="billboard"))
    assert refused.value.type == "urn:gazecast:problem:unknown-domain"


def test_one_that_the_model_lacks_is_told_before_anything_is_read(service, bad_images):
    bad = bad_images["corrupt"]
    for path, files in (
        (PREDICTIONS, {"image": bad}),
        (COMPARISONS, [("variants", ("a.png", bad)), ("variants", ("b.png", bad))]),
    ):
        answer = service.post(path, files=files, data={"domain": "billboard"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == "urn:gazecast:problem:unknown-domain"
        assert problem["detail"] == (
            "Unknown domain 'billboard'; choose auto or one of web, mobile, poster, photo, kiosk."
        )
        assert "/v1/model" in problem["remedy"]


@pytest.mark.parametrize("form", ["PredictionForm", "ComparisonForm", "JobForm"])
def test_the_schema_shows_those_that_every_model_has_and_lets_others_in(service, form):
    schemas = service.get("/openapi.json").json()["components"]["schemas"]
    domain = schemas[form]["properties"]["domain"]
    known, added = domain["anyOf"]
    assert known["enum"] == ["auto", *DOMAINS]
    assert added["pattern"]
    assert "/v1/model" in domain["description"]
