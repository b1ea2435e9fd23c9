"""ETag and If-None-Match of predictions."""

from __future__ import annotations

from dataclasses import replace

import pytest

PATH = "/v1/predictions"
REGION = '[{"name": "a", "x": 0, "y": 0, "width": 1, "height": 1}]'


@pytest.fixture(scope="module")
def png(encode_image) -> bytes:
    return encode_image()


@pytest.fixture
def etag(client, png) -> str:
    return client.post(PATH, files={"image": png}).headers["etag"]


def _again(client, png, if_none_match, **more):
    return client.post(PATH, files={"image": png}, headers={"If-None-Match": if_none_match}, **more)


def test_an_answer_that_the_client_has_is_not_sent_again(client, png, etag):
    answer = _again(client, png, etag)
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == etag
    assert "Accept" in answer.headers["vary"]


def test_nor_predicted_again(client, png, etag, fixed_predictor, monkeypatch):
    monkeypatch.setattr(fixed_predictor, "predict", None)  # would fail
    assert _again(client, png, etag).status_code == 304


@pytest.mark.parametrize("form", ["{}", '"x", {}', '{} ,W/"y"'])
def test_lists_of_tags_are_looked_through(client, png, etag, form):
    assert _again(client, png, form.format(etag)).status_code == 304


def test_strong_and_weak_tags_compare_equal(client, png, etag):
    assert _again(client, png, etag.removeprefix("W/")).status_code == 304


@pytest.mark.parametrize("tag", ["*", '"x"', "", "W/", '"'])
def test_other_tags_are_answered_in_full(client, png, tag):
    assert _again(client, png, tag).status_code == 200


@pytest.mark.parametrize(
    "data",
    [{"window": "1s"}, {"domain": "web"}, {"regions": REGION}, {"automatic_regions": "true"}],
)
def test_other_parameters_are_another_answer(client, png, etag, data):
    answer = _again(client, png, etag, data=data)
    assert answer.status_code == 200
    assert answer.headers["etag"] != etag


def test_another_image_is_another_answer(client, etag, encode_image):
    assert _again(client, encode_image(121, 80), etag).status_code == 200


def test_another_media_type_is_another_answer(client, png, etag):
    headers = {"If-None-Match": etag, "Accept": "image/png"}
    answer = client.post(PATH, files={"image": png}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["etag"] != etag


def test_a_report_goes_by_the_name_of_the_file(client, png):
    def tag(name):
        headers = {"Accept": "text/html"}
        return client.post(PATH, files={"image": (name, png)}, headers=headers).headers["etag"]

    assert tag("a.png") == tag("a.png") != tag("b.png")


def test_another_model_is_another_answer(client, png, etag, fixed_predictor, monkeypatch):
    other = replace(fixed_predictor.info, sha256="1" * 64)
    monkeypatch.setattr(fixed_predictor, "info", other)
    assert _again(client, png, etag).status_code == 200


def test_errors_have_no_tag(client, bad_images):
    answer = client.post(PATH, files={"image": bad_images["corrupt"]})
    assert answer.status_code == 422
    assert "etag" not in answer.headers
