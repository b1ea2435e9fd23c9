"""What a request must pass before any route sees it: host, origin, key, rate, in this order."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gazecast.serve.negotiation import wants_page
from gazecast.serve.problems import ProblemError, problem_response
from gazecast.serve.security.hosts import check_host, check_local, is_loopback
from gazecast.serve.security.keys import KeyRing, add_key, hash_key, new_key, read_keys
from gazecast.serve.security.origins import check_origin
from gazecast.serve.security.rates import Rates
from gazecast.serve.settings import Settings

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""Need no key: whatever restarts the service should not hold one."""

STUDIO_PATH = "/studio/"
"""The web studio's files: the same for everyone, and where a key is entered."""

REFERENCE_PATH = "/docs"
"""The API's reference: a page, the same for everyone, whose files are the studio's."""

DEFAULT_RATE = "600/minute"
"""Of each key, for a service that other machines reach."""


@dataclass(frozen=True)
class Policy:
    """What the settings come down to.

    keys: None for a service that needs none.
    """

    keys: KeyRing | None
    rates: Rates | None
    hosts: frozenset[str]
    origins: frozenset[str]


def keys_required(settings: Settings) -> bool:
    """Keys are off only where no other machine, and no page anyone can make, is let in."""
    return (
        not is_loopback(settings.host)
        or bool(settings.keys)
        or settings.key_file is not None
        or "null" in settings.cors_origins
    )


def policy(settings: Settings) -> Policy:
    """Where keys are required and there are none, makes one, stores it in the key file if one is
    set, and prints it to stderr. Raises KeyFileError."""
    rate = settings.rate_limit
    if rate is None:
        rate = "off" if is_loopback(settings.host) else DEFAULT_RATE
    return Policy(
        keys=_key_ring(settings) if keys_required(settings) else None,
        rates=None if rate == "off" else Rates(rate),
        hosts=frozenset(settings.allowed_hosts),
        origins=frozenset(settings.cors_origins),
    )


def _key_ring(settings: Settings) -> KeyRing:
    keys, file = settings.keys, settings.key_file
    in_file = read_keys(file) if file else {}
    if keys or in_file:
        return KeyRing(keys, file)
    name = "first"
    if file:
        key, where = add_key(file, name), f"Its hash is in {file}"
    else:
        key, where = new_key(), "It works until the service stops: set GAZECAST_KEY_FILE to keep it"
        keys = {name: hash_key(key)}
    # Not to the log, which is kept and sent elsewhere.
    print(
        f"The service needs API keys and had none, so it made one: {key}\n"
        f"It is shown only now. {where}. Send it as: Authorization: Bearer KEY",
        file=sys.stderr,
        flush=True,
    )
    return KeyRing(keys, file)


class Guard:
    """ASGI middleware. The name of the request's key is then in `request.state.key_name`, None
    where no key is needed."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._admit(scope)
            except ProblemError as refusal:
                await problem_response(refusal)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        policy = self.policy
        if policy.keys is None:
            check_local(scope)
            check_host(headers, policy.hosts)
            check_origin(scope["method"], headers, policy.origins)
        elif policy.hosts:
            check_host(headers, policy.hosts)
        if _is_open(scope, headers):
            return
        name = None if policy.keys is None else _holder(policy.keys, headers)
        scope.setdefault("state", {})["key_name"] = name
        if policy.rates:
            policy.rates.spend(name or "")


def _is_open(scope: Scope, headers: Headers) -> bool:
    """Whether a request needs no key."""
    path = scope["path"]
    if path in OPEN_PATHS or path == REFERENCE_PATH or path.startswith(STUDIO_PATH):
        return True
    return path == "/" and wants_page(headers)


def _holder(keys: KeyRing, headers: Headers) -> str:
    """The name of the request's key. Raises ProblemError (401)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    key = headers.get("x-api-key") or (token.strip() if scheme.lower() == "bearer" else "")
    if not key:
        raise _unauthorized("missing-key", "The key is missing", "The request has no API key.")
    name = keys.holder(key)
    if name is None:
        raise _unauthorized("unknown-key", "The key is not known", "No such API key is in use.")
    return name


def _unauthorized(slug: str, title: str, detail: str) -> ProblemError:
    error = ', error="invalid_token"' if slug == "unknown-key" else ""
    return ProblemError(
        401,
        slug,
        title,
        detail,
        "Send a key as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'; on the server, "
        "`gazecast keys add NAME` makes one.",
        {"WWW-Authenticate": f'Bearer realm="gazecast"{error}'},
    )
