"""POST /v1/predictions: what a good request gets."""

from __future__ import annotations

import json
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gazecast.model.picture import read_picture

PATH = "/v1/predictions"


@pytest.fixture
def png(encode_image) -> bytes:
    return encode_image()


@pytest.fixture
def density(fixed_predictor, png):
    return fixed_predictor.predict(png).density


def test_json_answer_says_what_was_asked_and_what_predicted(client, png):
    answer = client.post(
        PATH, files={"image": png}, data={"window": "5s", "domain": "poster"}
    ).json()
    assert answer["window"] == "5s"
    assert answer["domain"]["name"] == answer["domain"]["requested"] == "poster"
    assert answer["domain"]["validation"] == "not validated on poster: a bump"
    assert answer["image"]["width"] == 120
    assert answer["image"]["height"] == 80
    assert answer["image"]["sha256"] == read_picture(png).sha256
    assert answer["model"] == {
        "name": "fixed",
        "version": "0",
        "sha256": "0" * 64,
        "licences": {
            "weights": "none",
            "datasets": [{"name": "made up", "licence": "CC0"}],
        },
    }
    assert answer["definitions"]
    assert "estimate" in answer["notice"]


def test_window_and_domain_have_defaults(client, png):
    answer = client.post(PATH, files={"image": png}).json()
    assert answer["window"] == "3s"
    assert answer["domain"]["requested"] == "auto"
    assert answer["regions"] == []


def test_density_in_json_is_the_prediction_within_its_rounding(client, png, density):
    answer = client.post(PATH, files={"image": png}).json()["density"]
    values = np.asarray(Image.open(BytesIO(b64decode(answer["data"]))))
    assert values.shape == (answer["height"], answer["width"]) == density.shape
    assert values.dtype == np.uint16
    np.testing.assert_allclose(values * answer["scale"], density, atol=answer["scale"] * 0.501)
    assert values.sum() * answer["scale"] == pytest.approx(1.0, abs=1e-3)


def test_npy_answer_is_the_prediction_exactly(client, png, density):
    answer = client.post(PATH, files={"image": png}, headers={"Accept": "application/x-npy"})
    assert answer.headers["content-type"] == "application/x-npy"
    array = np.load(BytesIO(answer.content), allow_pickle=False)
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, density)


def test_png_answer_is_an_overlay_that_says_what_it_is(client, png):
    answer = client.post(PATH, files={"image": png}, headers={"Accept": "image/png"})
    assert answer.headers["content-type"] == "image/png"
    overlay = Image.open(BytesIO(answer.content))
    assert overlay.format == "PNG"
    assert "not validated on web" in overlay.text["Description"]


@pytest.mark.parametrize("accept", ["application/json", "image/png", "application/x-npy"])
def test_every_answer_carries_id_and_validation(client, png, accept):
    answer = client.post(PATH, files={"image": png}, headers={"Accept": accept})
    assert answer.headers["gazecast-id"] == client.post(PATH, files={"image": png}).json()["id"]
    assert answer.headers["gazecast-domain"] == "web; not validated on web: a bump"
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_takes_the_usual_formats(client, encode_image, kind):
    assert client.post(PATH, files={"image": encode_image(kind=kind)}).status_code == 200


def test_the_whole_image_gets_all_attention(client, png):
    whole = {"name": "all", "x": 0, "y": 0, "width": 1, "height": 1}
    (region,) = _regions(client, png, whole)
    assert region["share"] == pytest.approx(1.0, abs=1e-5)
    assert region["intensity"] == pytest.approx(1.0, abs=1e-5)


def test_pixels_and_fractions_measure_the_same(client, png):
    fraction = {"name": "a", "x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}
    pixels = {"name": "a", "x": 30, "y": 20, "width": 60, "height": 40, "unit": "px"}
    one, other = _regions(client, png, fraction, pixels)
    assert one == pytest.approx(other)


def test_a_region_on_the_bump_is_intense(client, png):
    on = {"name": "on", "x": 0.2, "y": 0.3, "width": 0.2, "height": 0.2}
    off = {"name": "off", "x": 0.8, "y": 0.8, "width": 0.2, "height": 0.2}
    first, second = _regions(client, png, on, off)
    assert first["intensity"] > 2
    assert second["intensity"] < 0.2


def test_the_hotspot_is_the_bump(client, png):
    spots = client.post(PATH, files={"image": png}).json()["hotspots"]
    assert spots[0]["x"] == pytest.approx(0.3, abs=0.05)
    assert spots[0]["y"] == pytest.approx(0.4, abs=0.05)


def test_equal_requests_get_equal_bytes(client, png):
    first, second = (client.post(PATH, files={"image": png}) for _ in range(2))
    assert first.content == second.content


@pytest.mark.parametrize(
    "data",
    [
        {"window": "1s"},
        {"domain": "web"},
        {"regions": '[{"name": "a", "x": 0, "y": 0, "width": 1, "height": 1}]'},
    ],
)
def test_another_parameter_is_another_id(client, png, data):
    plain = client.post(PATH, files={"image": png}).json()["id"]
    assert client.post(PATH, files={"image": png}, data=data).json()["id"] != plain


def _regions(client, png, *regions):
    answer = client.post(PATH, files={"image": png}, data={"regions": json.dumps(regions)})
    return answer.json()["regions"]
