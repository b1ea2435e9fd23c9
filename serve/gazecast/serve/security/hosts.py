"""Which names the service answers to.

A web page can point a name of its own at 127.0.0.1 after it was loaded (DNS rebinding); for the
browser the service is then the page's own origin. The Host header still carries that name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import Scope

from gazecast.serve.problems import ProblemError

_HOST = re.compile(r"(\[[^\[\]]+\]|[^:\[\]]+)(?::\d{1,5})?")


def is_loopback(host: str) -> bool:
    """Whether a name or address, IPv6 with or without brackets, is this machine's own for sure."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(headers: Headers, allowed: Collection[str]) -> None:
    """Raises ProblemError (421) unless the request is for a loopback address or a name in
    `allowed`."""
    hosts = headers.getlist("host")
    found = _HOST.fullmatch(hosts[0].strip().lower()) if len(hosts) == 1 else None
    name = found[1].removesuffix(".") if found else ""
    if not (is_loopback(name) or name in allowed):
        raise ProblemError(
            421,
            "unknown-host",
            "The service does not go by this name",
            f"The request is for the host {', '.join(hosts)!r}.",
            "Use http://localhost or http://127.0.0.1 with the port, or add the name to "
            "GAZECAST_ALLOWED_HOSTS on the server.",
        )


def check_local(scope: Scope) -> None:
    """Raises ProblemError (403) for a connection to an address that other machines reach.

    The settings may say loopback where whoever runs the ASGI application chose another address.
    """
    host, _ = scope.get("server") or ("", None)  # a socket file, or none in tests
    try:
        reachable = not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return
    if reachable:
        raise ProblemError(
            403,
            "keys-required",
            "The service needs keys here",
            "The service has no API keys but is reachable from other machines.",
            "Give it keys with GAZECAST_KEYS or GAZECAST_KEY_FILE, or set GAZECAST_HOST to the "
            "address it listens on, and it makes one.",
        )
