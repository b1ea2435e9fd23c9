"""Resident memory of a service that predicts one 1366x768 page after the other."""

from __future__ import annotations

import http.client
from pathlib import Path

from server import BOUNDARY, form, resident_bytes, serving

PAGE = Path(__file__).parent.parent / "examples" / "landing-page.png"
REQUESTS = 40


def main() -> None:
    body = form(PAGE)
    with serving() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        for _ in range(REQUESTS):
            connection.request(
                "POST",
                "/v1/predictions",
                body,
                {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
            )
            connection.getresponse().read()
        connection.close()
        resident = resident_bytes(server.process) / 2**20
    print(f"Resident memory after {REQUESTS} predictions of {PAGE.name}: {resident:.0f} MiB")


if __name__ == "__main__":
    main()
