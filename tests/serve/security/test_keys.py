"""When a service needs keys, and how a request shows one."""

from __future__ import annotations

import logging

import pytest
from fastapi import Request

from gazecast.serve.app import create_app
from gazecast.serve.security.guard import keys_required
from gazecast.serve.security.keys import KeyFileError, KeyRing, add_key, hash_key, read_keys
from gazecast.serve.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_needs_no_keys(host):
    assert not keys_required(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "design-server", ""])
def test_elsewhere_keys_are_needed(host):
    assert keys_required(Settings(host=host))


@pytest.mark.parametrize(
    "settings",
    [
        {"keys": {"ci": hash_key("one")}},
        {"key_file": "/nowhere/keys"},
        {"cors_origins": ("https://tool.example", "null")},
    ],
)
def test_on_loopback_keys_are_needed_once_they_are_set_up(settings):
    assert keys_required(Settings(**settings))


def test_without_keys_loopback_answers(keyless):
    assert keyless.get("/v1/model").status_code == 200


def test_all_but_the_probes_needs_a_key(keyed, assert_problem):
    described = [
        (method, path)
        for path, operations in keyed.app.openapi()["paths"].items()
        for method in operations
        if path not in {"/healthz", "/readyz"}
    ]
    for method, path in [*described, ("get", "/openapi.json"), ("get", "/nothing")]:
        answer = keyed.request(method, path)
        assert_problem(answer, 401, "missing-key")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_need_no_key(keyed, path):
    assert keyed.get(path).status_code in {200, 503}


def test_an_upload_without_a_key_is_not_read(keyed, encode_image, assert_problem):
    answer = keyed.post("/v1/predictions", files={"image": encode_image()})
    assert_problem(answer, 401, "missing-key")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {}"},
        {"Authorization": "bearer  {}"},
        {"X-API-Key": "{}"},
        # A proxy that asks for a password leaves the other header to the key.
        {"Authorization": "Basic dXNlcjpwYXNz", "X-API-Key": "{}"},
    ],
)
def test_a_key_opens(keyed, key, headers):
    sent = {name: value.format(key) for name, value in headers.items()}
    assert keyed.get("/v1/model", headers=sent).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer another"},
        {"X-API-Key": "another"},
        {"X-API-Key": hash_key("gzc_of-a-test")},
        {"X-API-Key": "gzc_of-a-tes"},
        {"X-API-Key": b"\xff\xfe"},
    ],
)
def test_another_key_does_not(keyed, headers, assert_problem):
    answer = keyed.get("/v1/model", headers=headers)
    assert_problem(answer, 401, "unknown-key")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_key_in_the_address_does_not(keyed, key, assert_problem):
    assert_problem(keyed.get(f"/v1/model?key={key}&api_key={key}"), 401, "missing-key")


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bearer"])
def test_other_schemes_show_no_key(keyed, key, scheme, assert_problem):
    value = scheme if scheme == "Bearer" else f"{scheme} {key}"
    answer = keyed.get("/v1/model", headers={"Authorization": value})
    assert_problem(answer, 401, "missing-key")


def test_several_keys_open_and_routes_know_whose_it_was(start):
    client = start(host="0.0.0.0", keys={"ci": hash_key("one"), "figma": hash_key("two")})

    @client.app.get("/whose")
    async def whose(request: Request):
        return request.state.key_name

    for name, key in {"ci": "one", "figma": "two"}.items():
        assert client.get("/whose", headers={"X-API-Key": key}).json() == name


def test_every_hash_is_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr(
        "gazecast.serve.security.keys.hmac.compare_digest",
        lambda one, other: compared.append(other) or one == other,
    )
    ring = KeyRing({name: hash_key(name) for name in ("a", "b", "c")})
    assert ring.holder("a") == "a"
    assert compared == [hash_key(name) for name in ("a", "b", "c")]


def _made(printed: str) -> str:
    return next(word for word in printed.split() if word.startswith("gzc_"))


def test_without_keys_one_is_made_and_printed_once(start, capsys, caplog):
    with caplog.at_level(logging.DEBUG):
        client = start(host="0.0.0.0")
        printed = capsys.readouterr().err
        key = _made(printed)
        assert printed.count(key) == 1
        assert client.get("/v1/model", headers={"X-API-Key": key}).status_code == 200
    assert key not in caplog.text
    assert key not in capsys.readouterr().err


def test_the_one_that_is_made_is_stored_in_the_key_file(start, tmp_path, capsys):
    file = tmp_path / "keys"
    start(host="0.0.0.0", key_file=file)
    key = _made(capsys.readouterr().err)
    assert list(read_keys(file).values()) == [hash_key(key)]
    again = start(host="0.0.0.0", key_file=file)
    assert capsys.readouterr().err == ""
    assert again.get("/v1/model", headers={"X-API-Key": key}).status_code == 200


def test_a_key_that_is_removed_opens_no_longer_and_opens_nothing_up(start, tmp_path):
    file = tmp_path / "keys"
    key = add_key(file, "ci")
    client = start(key_file=file)
    assert client.get("/v1/model", headers={"X-API-Key": key}).status_code == 200
    file.write_text("")
    assert client.get("/v1/model", headers={"X-API-Key": key}).status_code == 401
    assert client.get("/v1/model").status_code == 401


@pytest.mark.parametrize("keys", [{}, {"ci": hash_key("one")}], ids=["alone", "beside others"])
def test_a_damaged_key_file_stops_the_start(fixed_predictor, tmp_path, keys):
    file = tmp_path / "keys"
    file.write_text("ci\n")
    with pytest.raises(KeyFileError, match="damaged"):
        create_app(Settings(key_file=file, keys=keys), fixed_predictor)


def test_where_a_key_file_cannot_be_closed_to_everybody_its_lines_are_a_setting(
    start, tmp_path, monkeypatch, fixed_predictor
):
    file = tmp_path / "keys"
    keys = [add_key(file, name) for name in ("ci", "figma")]
    file.chmod(0o777)
    with pytest.raises(KeyFileError, match="GAZECAST_KEYS"):
        create_app(Settings(key_file=file), fixed_predictor)
    monkeypatch.setenv("GAZECAST_KEYS", ",".join(file.read_text().split()))
    file.unlink()
    client = start(key_file=file)
    for key in keys:
        assert client.get("/v1/model", headers={"X-API-Key": key}).status_code == 200


def test_the_schema_asks_for_keys_only_where_they_are_needed(keyless, keyed, key):
    optional = keyless.get("/openapi.json").json()
    assert {} in optional["security"]
    needed = keyed.get("/openapi.json", headers={"X-API-Key": key}).json()
    assert needed["security"] == [{"bearer": []}, {"header": []}]
    assert needed["paths"]["/healthz"]["get"]["security"] == []
    assert "401" in needed["paths"]["/v1/model"]["get"]["responses"]
