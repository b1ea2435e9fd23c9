"""What every answer tells a browser."""

from __future__ import annotations

import pytest

from gazecast.serve.security.headers import HEADERS


@pytest.mark.parametrize("path", ["/", "/v1/model", "/openapi.json", "/nothing"])
def test_every_answer_has_them(keyless, path):
    answer = keyless.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://a.example"}])
def test_any_page_may_see_that_there_is_a_service(keyless, headers):
    """Not what it says: a page that is refused can tell its user that it is, and not just that
    nothing came back."""
    answer = keyless.get("/healthz", headers=headers)
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in answer.headers
    own = {"Cross-Origin-Resource-Policy": "cross-origin"}
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS | own


def test_refusals_have_them(keyed, keyless):
    for answer in (keyed.get("/v1/model"), keyless.get("/", headers={"Host": "a.example"})):
        assert answer.status_code >= 400
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_failures_have_them(keyless, fixed_predictor, monkeypatch, encode_image):
    monkeypatch.setattr(fixed_predictor, "predict", None)
    answer = keyless.post("/v1/predictions", files={"image": encode_image()})
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_predictions_are_kept_by_nobody_on_the_way(keyless, encode_image):
    answer = keyless.post("/v1/predictions", files={"image": encode_image()})
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
