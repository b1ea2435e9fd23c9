"""/v1/jobs: what a client sees, and what is left behind."""

from __future__ import annotations

import threading

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from gazecast.client.records import DoneItem, FailedItem, Job
from gazecast.designs.options import EXAMPLE_REGIONS
from gazecast.serve import examples
from gazecast.serve.loaded_model import LoadedModel

SECRET_NAME = "unreleased-product-4711.png"


class HeldPredictor:
    """Predicts as another does, once it is let go."""

    def __init__(self, predictor) -> None:
        self.info = predictor.info
        self.go = threading.Event()
        self.begun = threading.Event()
        self._predictor = predictor

    def warm_up(self) -> None:
        pass

    def predict(self, *args):
        self.begun.set()
        assert self.go.wait(60)
        return self._predictor.predict(*args)


@pytest.fixture
def held(fixed_predictor):
    predictor = HeldPredictor(fixed_predictor)
    yield predictor
    predictor.go.set()  # a service stops only when what it works on is done


def test_a_job_is_taken_in_and_finishes(service, send, finish, results, encode_image):
    answer = send(service, ("a.png", encode_image()), ("b.jpg", encode_image(kind="JPEG")))
    assert answer.status_code == 202
    assert answer.headers["location"] == answer.json()["links"]["self"]
    job = finish(service, answer)
    TypeAdapter(Job).validate_python(job, extra="forbid")
    assert job["items"] == {"total": 2, "waiting": 0, "running": 0, "done": 2, "failed": 0}
    lines = results(service, job)
    assert [(line["position"], line["name"]) for line in lines] == [(0, "a.png"), (1, "b.jpg")]
    for line in lines:
        TypeAdapter(DoneItem).validate_python(line, extra="forbid")


def test_a_report_is_what_a_prediction_answers(service, send, finish, results, encode_image):
    image = encode_image()
    roof = ', {"name": "roof", "points": [[0, 1], [0.5, 0], [1, 1]]}]'
    regions = EXAMPLE_REGIONS.removesuffix("]") + roof
    fields = {
        "window": "5s",
        "domain": "poster",
        "regions": regions,
        "automatic_regions": "true",
        "goal_region": "roof",
        "intended_order": '["roof", "button"]',
        "every_window": "true",
        "viewport_height": "200",
        "scroll_reach": "[[300, 0.5]]",
    }
    image = encode_image(400, 300)
    (line,) = results(service, finish(service, send(service, ("a.png", image), **fields)))
    direct = service.post("/v1/predictions", files={"image": image}, data=fields)
    assert line["report"] == direct.json()


def test_a_domain_that_fine_tuning_added(
    start, kiosk_predictor, send, finish, results, encode_image
):
    service = start(kiosk_predictor)
    job = finish(service, send(service, ("a.png", encode_image()), domain="kiosk"))
    TypeAdapter(Job).validate_python(job, extra="forbid")
    assert job["domain"] == "kiosk"
    (line,) = results(service, job)
    assert line["report"]["domain"]["name"] == "kiosk"


def test_a_domain_that_is_gone_with_its_model_fails_the_image(
    start, kiosk_predictor, fixed_predictor, send, finish, results, encode_image
):
    held = HeldPredictor(kiosk_predictor)
    service = start(held, concurrency=1)
    answer = send(service, ("a.png", encode_image()), ("b.png", encode_image()), domain="kiosk")
    assert held.begun.wait(20)
    service.app.state.service.switch_to(LoadedModel(fixed_predictor))
    held.go.set()
    first, second = results(service, finish(service, answer))
    assert first["report"]["domain"]["name"] == "kiosk"  # begun on the model that has it
    TypeAdapter(FailedItem).validate_python(second, extra="forbid")
    assert second["problem"]["type"] == "urn:gazecast:problem:unknown-domain"
    assert "web, mobile, poster, photo" in second["problem"]["detail"]


def test_a_zip_is_many_images(service, send, finish, results, encode_image, zipped):
    image = encode_image()
    archive = zipped({"pages/one.png": image, "../two.png": image, "__MACOSX/._one.png": b"x"})
    job = finish(service, send(service, ("0.png", image), ("z.zip", archive), ("3.png", image)))
    assert [line["name"] for line in results(service, job)] == [
        "0.png",
        "pages/one.png",
        "../two.png",
        "3.png",
    ]


def test_one_bad_file_does_not_stop_the_others(
    service, send, finish, results, encode_image, bad_images
):
    files = [("good.png", encode_image()), *bad_images.items(), ("last.png", encode_image())]
    job = finish(service, send(service, *files))
    first, *bad, last = results(service, job)
    assert first["status"] == last["status"] == "done"
    for line in bad:
        TypeAdapter(FailedItem).validate_python(line, extra="forbid")
    assert {line["name"]: line["problem"]["type"].rpartition(":")[2] for line in bad} == {
        "corrupt": "damaged-picture",
        "empty": "empty-picture",
        "text": "unsupported-format",
        "truncated": "damaged-picture",
        "huge": "picture-too-large",
        "animated": "unsupported-format",
    }


def test_regions_that_do_not_fit_fail_their_image(service, send, finish, results, encode_image):
    regions = '[{"name": "a", "x": 100, "y": 0, "width": 100, "height": 10, "unit": "px"}]'
    files = [("small.png", encode_image()), ("large.png", encode_image(400, 300))]
    small, large = results(service, finish(service, send(service, *files, regions=regions)))
    assert small["problem"]["type"] == "urn:gazecast:problem:invalid-regions"
    assert large["status"] == "done"


def test_results_can_be_read_before_the_end(start, held, send, results, encode_image, wait_for):
    service = start(held, concurrency=1)
    answer = send(service, ("bad.png", b"no image"), ("a.png", encode_image()))
    job = wait_for(
        lambda: service.get(answer.headers["location"]).json(),
        lambda job: job["items"]["failed"] == 1,
    )
    assert job["state"] == "running"
    assert [line["name"] for line in results(service, job)] == ["bad.png"]


def test_a_request_does_not_wait_for_jobs(start, held, send, encode_image, fixed_predictor):
    service = start(held, concurrency=2)
    send(service, *[("a.png", encode_image())] * 5)
    assert held.begun.wait(20)
    held.predict = fixed_predictor.predict  # jobs hold one place of two; this is the other
    assert service.post("/v1/predictions", files={"image": encode_image()}).status_code == 200


def test_without_jobs_nothing_is_kept(service, encode_image, folder):
    service.post("/v1/predictions", files={"image": encode_image()})
    assert service.get("/v1/jobs/0").status_code == 404
    assert service.delete("/v1/jobs/0").status_code == 404
    assert service.get("/metrics").status_code == 200
    assert not folder.exists()


def test_an_image_is_gone_when_its_result_is_there(service, send, finish, encode_image, uploads):
    job = finish(service, send(service, ("a.png", encode_image())))
    assert uploads() == [f"uploads/{job['id']}"]


def test_delete_cancels_and_erases(start, held, send, encode_image, uploads, folder):
    service = start(held)
    files = [(SECRET_NAME, encode_image())] * 5
    path = send(service, *files, domain="poster").headers["location"]
    assert held.begun.wait(20)
    assert len(uploads()) == 6
    assert service.delete(path).status_code == 204
    assert uploads() == []
    for method in (service.get, service.delete):
        assert method(path).status_code == 404
    assert service.get(f"{path}/results").status_code == 404
    held.go.set()
    # The one at work ends as well, before the service does; its result is dropped.
    service.app.state.jobs.stop()
    assert_holds_nothing_of(SECRET_NAME, folder)


def test_a_deleted_result_cannot_be_found_in_the_files(service, send, finish, encode_image, folder):
    answer = send(service, (SECRET_NAME, encode_image()))
    finish(service, answer)
    assert any(SECRET_NAME.encode() in path.read_bytes() for path in folder.glob("jobs.*"))
    service.delete(answer.headers["location"])
    assert_holds_nothing_of(SECRET_NAME, folder)


def assert_holds_nothing_of(name, folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name.partition("-")[0] for path in files} == {"jobs.sqlite3"}
    for path in files:
        assert name.encode() not in path.read_bytes()


@pytest.mark.parametrize("hold", [True, False], ids=["unfinished", "finished"])
def test_jobs_expire(start, held, send, encode_image, uploads, wait_for, hold, folder):
    if not hold:
        held.go.set()
    service = start(held, job_retention=2 / 3600)
    path = send(service, (SECRET_NAME, encode_image())).headers["location"]
    wait_for(lambda: service.get(path).status_code, lambda status: status == 404)
    wait_for(uploads, lambda left: left == [])
    # The journal is emptied last.
    journal = folder / "jobs.sqlite3-wal"
    wait_for(lambda: journal.exists() and journal.stat().st_size, lambda size: not size)
    assert_holds_nothing_of(SECRET_NAME, folder)


def test_jobs_belong_to_the_key_that_made_them(start, send, finish, encode_image):
    from gazecast.serve.security.keys import hash_key, new_key

    keys = {name: new_key() for name in ("ours", "theirs")}
    service = start(keys={name: hash_key(key) for name, key in keys.items()})
    ours, theirs = (
        TestClient(service.app, headers={"X-API-Key": keys[name]}) for name in ("ours", "theirs")
    )
    answer = send(ours, ("a.png", encode_image()))
    job = finish(ours, answer)
    for path in job["links"].values():
        assert theirs.get(path).status_code == 404
    assert theirs.delete(job["links"]["self"]).status_code == 404
    assert ours.get(job["links"]["results"]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"window": "2s"}, "invalid-window"),
        ({"domain": "bill board"}, "invalid-domain"),
        ({"domain": "billboard"}, "unknown-domain"),
        ({"regions": "{"}, "invalid-regions"),
        ({"windw": "1s"}, "unknown-field"),
        ({"webhook": "https://example.com/"}, "webhooks-off"),
    ],
)
def test_a_wrong_form_is_refused_whole(service, send, encode_image, uploads, fields, slug):
    answer = send(service, ("a.png", encode_image()), **fields)
    assert_problem(answer, 422, slug)
    assert uploads() == []


def test_a_job_needs_an_image(service, send, zipped):
    form = service.post("/v1/jobs", files={"window": (None, "1s")})
    assert_problem(form, 422, "missing-files")
    assert_problem(send(service, ("z.zip", zipped({}))), 422, "missing-files")


def test_a_file_in_another_field_is_refused(service, encode_image):
    answer = service.post("/v1/jobs", files={"image": encode_image()})
    assert "'files'" in assert_problem(answer, 422, "unknown-field")["remedy"]


@pytest.mark.parametrize(
    ("content_type", "status", "slug"),
    [
        ("application/json", 415, "not-multipart"),
        ("multipart/form-data", 400, "bad-request"),
        ("multipart/form-data; boundary=b", 400, "bad-request"),
    ],
)
def test_a_body_that_is_no_form(service, uploads, content_type, status, slug):
    answer = service.post("/v1/jobs", content=b"x", headers={"Content-Type": content_type})
    assert_problem(answer, status, slug)
    assert uploads() == []


def test_a_form_that_is_cut_off_is_refused(service, uploads, encode_image):
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    answer = service.post(
        "/v1/jobs",
        content=body + encode_image(),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert_problem(answer, 400, "bad-request")
    assert uploads() == []


def test_a_zip_of_a_file_that_is_called_nul_is_refused(service, send, zipped, uploads):
    archive = zipped({"a": b"1"}).replace(b"a", b"\0")
    assert_problem(send(service, ("z.zip", archive)), 422, "damaged-archive")
    assert uploads() == []


@pytest.mark.parametrize(
    ("settings", "slug"),
    [
        ({"max_job_files": 1}, "too-many-files"),
        ({"max_job_bytes": 2_000}, "body-too-large"),
        ({"max_body_bytes": 2_000}, "job-too-large"),
    ],
)
def test_a_job_over_a_limit_is_refused(start, send, encode_image, uploads, settings, slug):
    answer = send(start(**settings), *[("a.png", encode_image())] * 2)
    assert_problem(answer, 413, slug)
    assert uploads() == []


def test_more_jobs_than_are_kept_are_refused(start, send, encode_image):
    service = start(max_jobs=1)
    path = send(service, ("a.png", encode_image())).headers["location"]
    refused = send(service, ("a.png", encode_image()))
    assert_problem(refused, 503, "too-many-jobs")
    assert refused.headers["retry-after"]
    service.delete(path)
    assert send(service, ("a.png", encode_image())).status_code == 202


def test_a_folder_that_cannot_be_made_is_told(start, send, encode_image, tmp_path):
    (tmp_path / "file").write_text("")
    service = start(data_dir=tmp_path / "file" / "state")
    assert_problem(send(service, ("a.png", encode_image())), 503, "no-job-store")


def test_the_example_answer_is_one():
    TypeAdapter(Job).validate_python(examples.JOB, extra="forbid")


def test_jobs_are_counted(service, send, finish, encode_image):
    finish(service, send(service, ("a.png", encode_image()), ("b.png", b"no image")))
    metrics = service.get("/metrics").text
    assert 'gazecast_jobs{state="finished"} 1.0' in metrics
    assert 'gazecast_job_items_total{outcome="done"} 1.0' in metrics
    assert 'gazecast_job_items_total{outcome="failed"} 1.0' in metrics


def assert_problem(answer, status, slug):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:gazecast:problem:{slug}"
    return answer.json()
