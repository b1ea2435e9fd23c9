"""Garbage in every field of every form: an answer that names the field, never a fault."""

from __future__ import annotations

import gzip

import httpx2
import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.schemas import ComparisonForm, JobForm, PredictionForm
from gazecast.serve.settings import Settings

FORMS = {
    "/v1/predictions": (PredictionForm, "image"),
    "/v1/comparisons": (ComparisonForm, "variants"),
    "/v1/jobs": (JobForm, "files"),
}

TEXTS = {
    "letters": b"what",
    "number": b"-1",
    "huge": b"9" * 400,
    "list": b"[1, [2]]",
    "object": b'{"a": null}',
    "NUL": b"a\0b",
    "surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe",
    "escaped surrogate": b'["\\ud800"]',
    "long": b"x" * 5_000,
    "nested": b"[" * 3_000,
    "infinite": b"[[1e999, NaN]]",
}

EVERY = [(path, field) for path, (form, files) in FORMS.items() for field in form.model_fields]


@pytest.fixture
def service(fixed_predictor, tmp_path):
    settings = Settings(data_dir=tmp_path, allowed_hosts=["testserver"])
    with TestClient(create_app(settings, fixed_predictor), raise_server_exceptions=False) as http:
        yield http


def send(service, path, parts):
    """parts: names, contents, and the names of files or None."""
    body = b""
    for name, content, file in parts:
        file_name = "" if file is None else f'; filename="{file}"'
        head = f'--cut\r\nContent-Disposition: form-data; name="{name}"{file_name}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    return service.post(path, content=body + b"--cut--\r\n", headers=headers)


def whole(path, image):
    """A form that is right."""
    files = FORMS[path][1]
    names = ["a.png", "b.png"] if path == "/v1/comparisons" else ["a.png"]
    return [(files, image, name) for name in names]


def check(answer: httpx2.Response, field: str):
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert field in f"{problem['detail']} {problem['title']} {problem['remedy']}", problem
        assert problem["remedy"]
        assert len(answer.content) < 4096


@pytest.mark.parametrize("garbage", TEXTS)
@pytest.mark.parametrize(("path", "field"), EVERY)
def test_any_text_in_any_field(service, encode_image, path, field, garbage):
    parts = whole(path, encode_image())
    if field == FORMS[path][1]:
        parts = []
    check(send(service, path, [*parts, (field, TEXTS[garbage], None)]), field)


@pytest.mark.parametrize(("path", "field"), EVERY)
def test_a_file_where_text_belongs(service, encode_image, path, field):
    if field == FORMS[path][1]:
        pytest.skip("a file belongs there")
    image = encode_image()
    answer = send(service, path, [*whole(path, image), (field, b'[{"name": "a"}]', "regions.json")])
    assert answer.status_code == 422
    check(answer, field)
    assert "as text" in answer.json()["remedy"], answer.json()


@pytest.mark.parametrize(("path", "field"), EVERY)
def test_empty_fields_count_as_left_out(service, encode_image, path, field):
    if field == FORMS[path][1]:
        pytest.skip("it is required")
    answer = send(service, path, [*whole(path, encode_image()), (field, b"", None)])
    assert answer.is_success, answer.text


@pytest.mark.parametrize("path", FORMS)
def test_nothing_where_files_are_required(service, path):
    field = FORMS[path][1]
    for parts in ([], [(field, b"", "")], [(field, b"", None)]):
        answer = send(service, path, parts)
        assert answer.status_code in {415, 422}, answer.text
        check(answer, field)


@pytest.mark.parametrize("garbage", ["twice", "no name", "gzip"])
@pytest.mark.parametrize("path", FORMS)
def test_forms_that_are_not_as_they_should_be(service, encode_image, path, garbage):
    image = encode_image()
    if garbage == "twice":
        parts = [*whole(path, image), ("window", b"1s", None), ("window", b"what", None)]
        check(send(service, path, parts), "window")
    elif garbage == "no name":
        check(send(service, path, [*whole(path, image), ("", b"what", None)]), "field")
    else:
        packed = gzip.compress(b"--cut--\r\n")
        headers = {
            "Content-Type": "multipart/form-data; boundary=cut",
            "Content-Encoding": "gzip",
        }
        answer = service.post(path, content=packed, headers=headers)
        assert answer.status_code == 415
        check(answer, "Content-Encoding")
