"""Keys and refusals in the OpenAPI schema, which are the same for all routes."""

from __future__ import annotations

from typing import Any

from gazecast.serve.problems import documented
from gazecast.serve.security.guard import OPEN_PATHS

_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same."},
}


def describe(schema: dict[str, Any], keys_required: bool) -> None:
    """Adds to an OpenAPI schema what the guard demands and answers."""
    schema["components"]["securitySchemes"] = _SCHEMES
    with_key: list[dict[str, list[str]]] = [{name: []} for name in _SCHEMES]
    schema["security"] = with_key if keys_required else [{}, *with_key]
    for path, operations in schema["paths"].items():
        refusals = (403, 421) if path in OPEN_PATHS else (401, 403, 421, 429)
        for operation in operations.values():
            if path in OPEN_PATHS:
                operation["security"] = []
            for status, answer in documented(*refusals).items():
                operation["responses"].setdefault(str(status), answer)
