"""What every answer tells a browser not to do with it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gazecast.serve.security.guard import OPEN_PATHS

HEADERS = {
    # Answers are data: nothing in them is to run, load, or be shown inside another page.
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # What the user looked at stays between them and the service.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    # No other page gets an answer into its process, or holds on to the window that shows it.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

STUDIO_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    # Designs are shown from the browser's memory; SVGs are drawn from data: addresses.
    "img-src 'self' blob: data:; "
    # Markup cannot be made from text, whatever a file or a region is called.
    "require-trusted-types-for 'script'; trusted-types 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of the web studio's page: its own files, and nothing written into
it."""

REFERENCE_POLICY = STUDIO_POLICY.replace("trusted-types 'none'", "trusted-types default dompurify")
"""That of the API's reference: what Swagger UI draws is markup, cleaned by DOMPurify. Scripts are
still its own files alone."""


class SecurityHeaders:
    """ASGI middleware; a header that a route sets itself stays as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"] in OPEN_PATHS:
                    # A page that is not let in may see that there is a service, not what it says:
                    # so it can tell its user which of both is wrong.
                    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
