"""The API's reference at /docs, in a real browser under the service's own content policy."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from gazecast.serve.security.keys import hash_key, new_key


def test_it_shows_every_operation_and_asks_nobody_else(open_page, fixed_service):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url)))
    page.goto(f"{fixed_service.url}/docs")
    operations = page.locator(".opblock")
    expect(operations.first).to_be_visible()
    paths = page.request.get(f"{fixed_service.url}/openapi.json").json()["paths"]
    expect(operations).to_have_count(sum(len(each) for each in paths.values()))
    own = urlsplit(fixed_service.url).netloc
    assert {each.netloc for each in asked if each.scheme.startswith("http")} == {own}


def test_an_operation_opens_with_what_it_takes_and_answers(open_page, fixed_service):
    page = open_page()
    page.goto(f"{fixed_service.url}/docs")
    page.get_by_text("Predict where people look on an image").click()
    operation = page.locator(".opblock.is-open")
    expect(operation).to_contain_text("goal_region")
    expect(operation).to_contain_text("Name of the region that should be seen")
    expect(operation).to_contain_text("application/x-npy")


def test_it_can_be_tried(open_page, fixed_service):
    page = open_page()
    page.goto(f"{fixed_service.url}/docs")
    operation = page.locator(".opblock", has_text="/healthz")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text("200")


def test_it_is_there_before_a_key_is_entered(open_page, run_service, drifting_predictor):
    keys = {"ours": hash_key(new_key())}
    with run_service(drifting_predictor, keys=keys) as service:
        page = open_page()
        page.goto(f"{service.url}/docs")
        expect(page.locator(".opblock").first).to_be_visible()
        assert page.request.get(f"{service.url}/openapi.json").status == 401
