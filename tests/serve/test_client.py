"""The Python client against the application."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2
import pytest
from fastapi.testclient import TestClient

from gazecast.client import Client, OverloadedError, ServiceError, UnreachableError
from gazecast.client.records import DoneItem, FailedItem
from gazecast.designs.design import Design
from gazecast.designs.options import Options
from gazecast.designs.regions import Polygon, Region
from gazecast.serve.app import create_app
from gazecast.serve.loaded_model import LoadedModel
from gazecast.serve.settings import Settings


@pytest.fixture
def api(fixed_predictor, tmp_path) -> Iterator[Client]:
    settings = Settings(data_dir=tmp_path / "data")
    with TestClient(create_app(settings, fixed_predictor)) as http:
        yield Client(http=http)


def answering(status: int, **answer) -> Client:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, **answer))
    return Client(http=httpx2.Client(transport=transport, base_url="http://service"))


def test_predicts_a_file(api, encode_image, tmp_path):
    file = tmp_path / "page.png"
    file.write_bytes(encode_image())
    answer = api.predict(Design(image=file, window="5s", domain="web"))
    assert (answer.window, answer.domain.requested) == ("5s", "web")


def test_predicts_bytes_with_regions(api, encode_image):
    region = Region(name="button", x=12, y=8, width=24, height=16, unit="px")
    (measured,) = api.predict(Design(image=encode_image(), regions=[region])).regions
    assert measured.name == "button"
    assert measured.x == pytest.approx(0.1)


def test_predicts_polygons_and_automatic_regions(api, encode_image):
    polygon = Polygon(name="roof", points=[[0, 80], [60, 0], [120, 80]], unit="px")
    design = Design(image=encode_image(), regions=[polygon], automatic_regions=True)
    measured = api.predict(design).regions
    assert measured[0].points == ((0, 1), (0.5, 0), (1, 1))
    assert all(region.automatic for region in measured[1:])


@pytest.mark.parametrize("per_variant", [False, True])
def test_compares_files(api, encode_image, tmp_path, per_variant):
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    for file in files:
        file.write_bytes(encode_image())
    region = Region(name="button", x=12, y=8, width=24, height=16, unit="px")
    asked = Options(goal_region="button", regions=[region], window="1s", domain="web")
    other = asked.model_copy(update={"regions": [region.model_copy(update={"y": 9})]})
    options = [asked, other if per_variant else asked]
    answer = api.compare(
        [Design.of(file, each, file.name) for file, each in zip(files, options, strict=True)]
    )
    assert answer.verdict == "no_detectable_difference"
    assert (answer.goal_region, answer.window, answer.domain.requested) == ("button", "1s", "web")
    assert set(answer.regions[0].shares) == {"a.png", "b.png"}


def test_describes_the_model(api, fixed_predictor):
    assert api.model() == LoadedModel(fixed_predictor).description()


def test_a_job_from_its_files_to_its_end(api, encode_image, bad_images, tmp_path):
    for name, content in (("good.png", encode_image()), ("bad.png", bad_images["corrupt"])):
        tmp_path.joinpath(name).write_bytes(content)
    job = api.create_job([tmp_path / "good.png", tmp_path / "bad.png"], Options(window="1s"))
    deadline = time.monotonic() + 20
    while api.job(job.id).state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    good, bad = api.results(job.id)
    assert isinstance(good, DoneItem)
    assert (good.name, good.report.window) == ("good.png", "1s")
    assert isinstance(bad, FailedItem)
    assert bad.problem.type == "urn:gazecast:problem:damaged-picture"
    api.delete_job(job.id)
    for ask in (api.job, api.delete_job, lambda gone: list(api.results(gone))):
        with pytest.raises(ServiceError) as raised:
            ask(job.id)
        assert raised.value.status == 404


def test_a_problem_is_raised_with_its_fields(api, bad_images):
    with pytest.raises(ServiceError) as raised:
        api.predict(Design(image=bad_images["truncated"]))
    error = raised.value
    assert error.status == 422
    assert error.type == "urn:gazecast:problem:damaged-picture"
    assert error.detail in str(error)
    assert error.remedy in str(error)
    assert error.request_id


def test_overload_says_when_to_ask_again():
    problem = {"type": "t", "title": "t", "status": 503, "detail": "Full.", "remedy": "Wait."}
    headers = {"Content-Type": "application/problem+json", "Retry-After": "7"}
    with pytest.raises(OverloadedError) as raised:
        answering(503, json=problem, headers=headers).model()
    assert raised.value.retry_after == 7


def test_an_error_of_something_in_between_is_one_too():
    with pytest.raises(ServiceError) as raised:
        answering(502, text="<h1>Bad gateway</h1>").model()
    assert raised.value.status == 502
    assert raised.value.request_id is None


def test_no_service():
    with Client("http://127.0.0.1:1") as client, pytest.raises(UnreachableError):
        client.model()


def test_the_key_is_sent():
    seen = []

    def answer(request):
        seen.append(request.headers.get("authorization"))
        return httpx2.Response(404)

    http = httpx2.Client(transport=httpx2.MockTransport(answer), base_url="http://service")
    with pytest.raises(ServiceError):
        Client(key="secret", http=http).model()
    assert seen == ["Bearer secret"]
