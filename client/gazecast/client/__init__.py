"""The client of a running service; see `gazecast.client.client` for what it raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gazecast.client.client import (
        Client,
        ClientError,
        OverloadedError,
        ServiceError,
        UnreachableError,
    )

__all__ = ["Client", "ClientError", "OverloadedError", "ServiceError", "UnreachableError"]


def __getattr__(name: str) -> object:
    # The service shares the client's records, and does without httpx2.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gazecast.client import client  # noqa: PLC0415

    return getattr(client, name)
