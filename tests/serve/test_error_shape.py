"""Every error of every route has the one shape, whoever raises it: the framework, what stands
before the routes, the routes, or a fault of ours."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from gazecast.serve.app import create_app
from gazecast.serve.security.guard import OPEN_PATHS
from gazecast.serve.settings import Settings

ROUTES = [
    *(
        (method.upper(), path.format(job_id="0" * 32))
        for path, operations in create_app(Settings()).openapi()["paths"].items()
        for method in operations
    ),
    ("GET", "/openapi.json"),
]
every_route = pytest.mark.parametrize(("method", "path"), ROUTES)
every_guarded_route = pytest.mark.parametrize(
    ("method", "path"), [route for route in ROUTES if route[1] not in OPEN_PATHS]
)


@pytest.fixture
def service(fixed_predictor, tmp_path):
    """Makes an application with these settings, and a client of it."""

    def service(**settings):
        app = create_app(Settings(**{"data_dir": tmp_path / "data", **settings}), fixed_predictor)
        return TestClient(app, raise_server_exceptions=False)

    return service


def assert_one_shape(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "remedy"}
    assert problem["type"].startswith("urn:gazecast:problem:")
    assert problem["status"] == status
    assert all(problem[field].strip() for field in ("title", "detail", "remedy"))


@pytest.mark.parametrize("path", sorted({path for _, path in ROUTES}))
def test_unknown_below_a_route(service, path):
    assert_one_shape(service().get(f"{path.rstrip('/')}/nothing/here"), 404)


@pytest.mark.parametrize("path", sorted({path for _, path in ROUTES}))
@pytest.mark.parametrize("method", ["PATCH", "BREW"])
def test_wrong_method(service, method, path):
    answer = service().request(method, path)
    assert_one_shape(answer, 405)
    assert answer.headers["allow"]


@every_route
def test_body_that_is_too_large(service, method, path):
    answer = service().request(method, path, headers={"Content-Length": str(10**15)})
    assert_one_shape(answer, 413)


@every_route
def test_foreign_name_of_the_service(service, method, path):
    assert_one_shape(service().request(method, path, headers={"Host": "evil.example"}), 421)


@every_route
def test_foreign_page(service, method, path):
    answer = service().request(method, path, headers={"Origin": "https://evil.example"})
    assert_one_shape(answer, 403)


@every_guarded_route
def test_missing_key(service, method, path):
    assert_one_shape(service(host="0.0.0.0").request(method, path), 401)


@every_guarded_route
def test_too_many_requests(service, method, path):
    client = service(rate_limit="1/hour")
    client.request(method, path)
    assert_one_shape(client.request(method, path), 429)


@every_route
def test_nothing_that_is_accepted(service, method, path):
    """Where there is a choice of media types; other routes answer as they always do."""
    answer = service().request(method, path, headers={"Accept": "text/nothing"})
    if path in {"/v1/predictions", "/v1/comparisons"}:
        assert_one_shape(answer, 406 if answer.status_code == 406 else 422)
    elif answer.is_error:
        assert_one_shape(answer, answer.status_code)


@pytest.mark.parametrize("path", ["/v1/predictions", "/v1/comparisons", "/v1/jobs"])
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=b", 422),
    ],
)
def test_body_that_is_no_form(service, path, content_type, status):
    content = b"--b--\r\n" if status == 422 else b"{}"
    answer = service().post(path, content=content, headers={"Content-Type": content_type})
    assert_one_shape(answer, status)


@pytest.mark.parametrize("path", ["/v1/predictions", "/v1/model", "/readyz"])
def test_no_model_yet(path):
    client = TestClient(create_app(Settings()))  # not entered, so its startup has not run
    answer = client.get(path) if path != "/v1/predictions" else client.post(path, files=[_FILE])
    assert_one_shape(answer, 503)
    assert int(answer.headers["retry-after"]) > 0


_FILE = ("image", ("image", b"x"))


def test_a_queue_without_room(service, encode_image):
    client = service()
    client.app.state.service._taken = 10**6
    answer = client.post("/v1/predictions", files={"image": encode_image()})
    assert_one_shape(answer, 503)
    assert int(answer.headers["retry-after"]) > 0


@every_route
def test_a_fault_of_ours(service, monkeypatch, method, path):
    client = service()
    with client:
        client.app.state.service = client.app.state.jobs = None
        answer = client.request(method, path)
    if answer.status_code == 500:
        assert_one_shape(answer, 500)
    else:  # a route that needs neither
        assert path in {"/", "/healthz", "/openapi.json"}
        assert answer.is_success
