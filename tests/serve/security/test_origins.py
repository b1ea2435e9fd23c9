"""Which web pages may use a service. What browsers send is taken from the Fetch standard; that they
do is tested in test_browser.py."""

from __future__ import annotations

import pytest

from gazecast.serve.security.keys import hash_key

TOOL = "https://tool.example"
ATTACKER = "https://attacker.example"

FOREIGN = {
    "fetch": {"Origin": ATTACKER, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    "form": {"Origin": ATTACKER, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    "sandboxed frame": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "image": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    "frame": {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "iframe",
    },
    "another port": {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"},
    "old browser": {"Origin": ATTACKER},
    "old browser, another port": {"Origin": "http://localhost:3000"},
    "old browser, sandboxed frame": {"Origin": "null"},
}

OWN = {
    "curl": {},
    "page": {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"},
    "page behind a proxy": {"Origin": "http://localhost:5173", "Sec-Fetch-Site": "same-origin"},
    "page in an old browser": {"Origin": "http://localhost:8000"},
    "address bar": {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
}


@pytest.mark.parametrize("sender", FOREIGN)
def test_other_pages_get_nothing_from_a_keyless_service(keyless, sender, assert_problem):
    for path in ("/", "/healthz", "/v1/model", "/v1/jobs/x", "/v1/jobs/x/results"):
        answer = keyless.get(path, headers=FOREIGN[sender])
        assert_problem(answer, 403, "foreign-origin")
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("sender", FOREIGN)
def test_other_pages_cannot_make_a_keyless_service_work(
    keyless, sender, encode_image, assert_problem
):
    image = {"image": encode_image()}
    for path in ("/v1/predictions", "/v1/jobs"):
        answer = keyless.post(path, files=image, headers=FOREIGN[sender])
        assert_problem(answer, 403, "foreign-origin")
    assert_problem(keyless.delete("/v1/jobs/x", headers=FOREIGN[sender]), 403, "foreign-origin")


@pytest.mark.parametrize("sender", OWN)
def test_own_pages_and_programs_pass(keyless, sender, encode_image):
    image = {"image": encode_image()}
    assert keyless.get("/v1/model", headers=OWN[sender]).status_code == 200
    answer = keyless.post("/v1/predictions", files=image, headers=OWN[sender])
    assert answer.status_code == 200


def test_a_link_on_another_page_opens(keyless):
    link = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert keyless.get("/", headers=link).status_code == 200
    assert keyless.post("/v1/predictions", headers=link).status_code == 403


def test_a_listed_page_may_use_and_read(start, encode_image):
    client = start(cors_origins=(TOOL,))
    headers = {"Origin": TOOL, "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/v1/predictions", files={"image": encode_image()}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == TOOL
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert exposed >= {"Retry-After", "X-Request-ID", "Gazecast-Id", "Gazecast-Domain"}


@pytest.mark.parametrize("origin", [ATTACKER, "null", "https://tool.example.attacker.example"])
def test_a_page_that_is_not_listed_may_not(start, origin, assert_problem):
    answer = start(cors_origins=(TOOL,)).get("/v1/model", headers={"Origin": origin})
    assert_problem(answer, 403, "foreign-origin")
    assert "access-control-allow-origin" not in answer.headers


def _preflight(client, origin, method="POST", headers="x-api-key", **more):
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return client.options("/v1/predictions", headers={"Origin": origin, **asked, **more})


def test_a_listed_page_may_send_keys(start):
    client = start(cors_origins=(TOOL,))
    wanted = "authorization,content-type,x-api-key"
    answer = _preflight(client, TOOL, headers=wanted)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == TOOL
    assert "access-control-allow-credentials" not in answer.headers


def test_a_listed_page_may_come_from_the_web_into_a_private_network(start):
    answer = _preflight(
        start(cors_origins=(TOOL,)), TOOL, **{"Access-Control-Request-Private-Network": "true"}
    )
    assert answer.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("service", ["keyless", "keyed"])
@pytest.mark.parametrize("origin", [ATTACKER, "null"])
def test_a_preflight_of_another_page_is_refused(request, service, origin, assert_problem):
    answer = _preflight(request.getfixturevalue(service), origin)
    assert_problem(answer, 403, "foreign-origin")
    assert "access-control-allow-origin" not in answer.headers


def test_what_plugins_send_is_taken_with_a_key_only(start, key, assert_problem):
    client = start(cors_origins=("null",), keys={"plugin": hash_key(key)})
    assert _preflight(client, "null").status_code == 200
    sent = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    refused = client.get("/v1/model", headers=sent)
    assert_problem(refused, 401, "missing-key")
    assert refused.headers["access-control-allow-origin"] == "null"  # the plugin can tell why
    assert client.get("/v1/model", headers={**sent, "X-API-Key": key}).status_code == 200


def test_allowing_null_without_keys_makes_one(start, capsys, assert_problem):
    client = start(cors_origins=("null",))
    assert "gzc_" in capsys.readouterr().err
    assert_problem(client.get("/v1/model", headers={"Origin": "null"}), 401, "missing-key")
    assert_problem(client.get("/v1/model"), 401, "missing-key")


def test_a_failure_can_be_read_by_a_listed_page(start, fixed_predictor, monkeypatch, encode_image):
    client = start(cors_origins=(TOOL,))
    monkeypatch.setattr(fixed_predictor, "predict", None)
    answer = client.post(
        "/v1/predictions", files={"image": encode_image()}, headers={"Origin": TOOL}
    )
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == TOOL
