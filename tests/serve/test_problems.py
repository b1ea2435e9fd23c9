"""Every error has one shape, the right status, and says what to do."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

PATH = "/v1/predictions"
GOOD_REGION = {"name": "a", "x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2}


def assert_problem(answer, status, slug):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "remedy"}
    assert problem["type"] == f"urn:gazecast:problem:{slug}"
    assert problem["status"] == status
    assert all(problem[field].strip() for field in ("title", "detail", "remedy"))
    return problem


@pytest.mark.parametrize(
    ("what", "status", "slug"),
    [
        ("corrupt", 422, "damaged-picture"),
        ("empty", 422, "empty-picture"),
        ("text", 415, "unsupported-format"),
        ("truncated", 422, "damaged-picture"),
        ("huge", 413, "picture-too-large"),
        ("animated", 415, "unsupported-format"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "image/png"])
def test_bad_image(client, bad_images, what, status, slug, accept):
    answer = client.post(
        PATH, files={"image": ("page.png", bad_images[what])}, headers={"Accept": accept}
    )
    assert_problem(answer, status, slug)


def test_form_without_a_file(client):
    answer = client.post(PATH, data={"window": "1s"})  # urlencoded
    assert_problem(answer, 415, "not-multipart")


def test_missing_image(client):
    problem = assert_problem(
        client.post(PATH, files={"window": (None, "1s")}), 422, "missing-image"
    )
    assert "curl -F image=@" in problem["remedy"]


def test_image_as_text_instead_of_a_file(client):
    assert_problem(client.post(PATH, files={"image": (None, "page.png")}), 422, "missing-image")


def test_no_body_at_all(client):
    assert_problem(client.post(PATH), 422, "missing-image")


def test_body_of_another_type(client):
    assert_problem(client.post(PATH, json={"image": "page.png"}), 415, "not-multipart")


def test_malformed_form(client):
    answer = client.post(PATH, content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert_problem(answer, 400, "bad-request")


def test_two_images(client, encode_image):
    files = [("image", encode_image()), ("image", encode_image())]
    assert_problem(client.post(PATH, files=files), 400, "bad-request")


@pytest.mark.parametrize(
    ("field", "value"),
    [("window", "2s"), ("domain", "bill board"), ("domain", "-"), ("domain", "a" * 65)],
)
def test_unknown_choice(client, encode_image, field, value):
    answer = client.post(PATH, files={"image": encode_image()}, data={field: value})
    problem = assert_problem(answer, 422, f"invalid-{field}")
    assert problem["detail"].startswith(f"Field '{field}': ")


def test_misspelt_field(client, encode_image):
    answer = client.post(PATH, files={"image": encode_image()}, data={"windw": "1s"})
    assert "'windw'" in assert_problem(answer, 422, "unknown-field")["detail"]


@pytest.mark.parametrize(
    "regions",
    [
        "{",
        "{}",
        "[1]",
        '[{"name": "a"}]',
        json.dumps([GOOD_REGION | {"name": ""}]),
        json.dumps([GOOD_REGION | {"x": "0.1"}]),
        json.dumps([GOOD_REGION | {"x": float("nan")}]),
        json.dumps([GOOD_REGION | {"width": float("inf")}]),
        json.dumps([GOOD_REGION | {"unit": "em"}]),
        json.dumps([GOOD_REGION | {"colour": "red"}]),
        json.dumps([GOOD_REGION | {"width": 0}]),
        json.dumps([GOOD_REGION | {"width": -0.1}]),
        json.dumps([GOOD_REGION | {"x": 0.9}]),
        json.dumps([GOOD_REGION | {"x": 40, "width": 100, "unit": "px"}]),
        "[" * 10_000,
    ],
)
def test_wrong_regions(client, encode_image, regions):
    answer = client.post(PATH, files={"image": encode_image()}, data={"regions": regions})
    problem = assert_problem(answer, 422, "invalid-regions")
    assert '"x"' in problem["remedy"]


def test_too_many_regions(client, encode_image):
    regions = json.dumps([GOOD_REGION] * 4)
    answer = client.post(PATH, files={"image": encode_image()}, data={"regions": regions})
    assert_problem(answer, 422, "too-many-regions")


@pytest.mark.parametrize("accept", ["application/xml", "image/webp;q=1", "application/json;q=0"])
def test_accepts_nothing_offered(client, encode_image, accept):
    answer = client.post(PATH, files={"image": encode_image()}, headers={"Accept": accept})
    assert "application/x-npy" in assert_problem(answer, 406, "not-acceptable")["remedy"]


def test_unknown_path(client):
    assert_problem(client.get("/v2/predictions"), 404, "not-found")


def test_wrong_method(client):
    answer = client.get(PATH)
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


@pytest.fixture
def small_client(fixed_predictor):
    with TestClient(create_app(Settings(max_body_bytes=2_000), fixed_predictor)) as client:
        yield client


def test_body_that_declares_too_much(small_client):
    answer = small_client.post(PATH, files={"image": bytes(3_000)})
    assert_problem(answer, 413, "body-too-large")


def test_chunked_body_that_becomes_too_much(small_client):
    def chunks():
        yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        for _ in range(3):
            yield bytes(1_000)

    answer = small_client.post(
        PATH, content=chunks(), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert_problem(answer, 413, "body-too-large")


def test_an_error_of_ours_tells_nothing_of_the_request(fixed_predictor, encode_image):
    def fail(*_):
        raise RuntimeError("secret.png")

    fixed_predictor.predict = fail
    app = create_app(Settings(), fixed_predictor)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post(PATH, files={"image": encode_image()})
    assert_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text


def test_no_model_yet(encode_image):
    client = TestClient(create_app())  # not entered, so its startup has not run
    assert_problem(client.post(PATH, files={"image": encode_image()}), 503, "not-ready")
    assert_problem(client.get("/v1/model"), 503, "not-ready")
