"""What is served, to whom, and how much of it."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

import gazecast.serve
from gazecast.serve.security.headers import STUDIO_POLICY
from gazecast.serve.security.keys import hash_key

STUDIO = Path(gazecast.serve.__path__[0]) / "studio"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


def test_browsers_get_the_page_and_others_the_index(fixed_service):
    page = httpx2.get(fixed_service.url, headers={"Accept": BROWSER})
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"] == STUDIO_POLICY
    assert "Accept" in page.headers["vary"].split(", ")
    for accept in ("*/*", "application/json"):
        index = httpx2.get(fixed_service.url, headers={"Accept": accept})
        assert index.json()["name"] == "gazecast"
        assert "Accept" in index.headers["vary"].split(", ")


def test_the_page_and_its_files_need_no_key_but_all_else_does(run_service, drifting_predictor):
    keys = {"me": hash_key("one")}
    with (
        run_service(drifting_predictor, keys=keys) as service,
        httpx2.Client(base_url=service.url) as client,
    ):
        assert client.get("/", headers={"Accept": BROWSER}).status_code == 200
        assert client.get("/studio/js/main.js").status_code == 200
        assert client.get("/studio/scale.json").status_code == 200
        for path in ("/", "/v1/model", "/studio", "/metrics"):
            assert client.get(path).status_code == 401, path


@pytest.mark.parametrize(
    "path", ["../schemas.py", "%2e%2e/schemas.py", "..%2fschemas.py", "js/../../app.py", "nothing"]
)
def test_nothing_else_is_served(fixed_service, path):
    answer = httpx2.get(f"{fixed_service.url}/studio/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_files_are_asked_for_again_but_not_sent_again(fixed_service):
    with httpx2.Client(base_url=fixed_service.url) as client:
        first = client.get("/studio/js/main.js")
        assert first.headers["content-type"].startswith("text/javascript")
        assert first.headers["cache-control"] == "no-cache"
        tag = {"If-None-Match": first.headers["etag"]}
        assert client.get("/studio/js/main.js", headers=tag).status_code == 304


def test_the_page_weighs_less_than_250_kb_and_comes_from_the_service_alone(
    open_page, fixed_service
):
    page = open_page()
    finished = []

    def note(request):  # playwright cannot inspect a built-in method
        finished.append(request)

    page.on("requestfinished", note)
    page.goto(fixed_service.url, wait_until="networkidle")
    hosts = {request.url.split("/")[2] for request in finished}
    weights = [request.sizes()["responseBodySize"] for request in finished]
    assert hosts == {fixed_service.url.split("/")[2]}
    assert len(weights) > 20
    assert 20_000 < sum(weights) < 250_000


def test_no_file_reaches_out(fixed_service):
    """No address of anywhere else in what is shipped. Swagger UI's bundle names some; what it asks
    is watched in test_reference.py."""
    for file in STUDIO.rglob("*"):
        if file.name != "swagger-ui-bundle.js" and file.suffix in {".js", ".css", ".html"}:
            text = file.read_text(encoding="utf-8")
            for address in ("https://", "//cdn"):
                assert address not in text, file
            assert text.count("http://") == text.count("http://www.w3.org/2000/svg"), file


def test_a_broken_policy_would_fail_these_tests(open_page, fixed_service, page_errors):
    page = open_page(fixed_service.url)
    page.evaluate(
        """() => new Promise(resolve => {
            const image = new Image();
            image.onerror = resolve;
            image.src = "http://localhost:1/a.png";
        })"""
    )
    assert any("Content Security Policy" in each for each in page_errors.unexpected)
    page_errors.seen.clear()
