"""A running service to measure, and what to send it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

BOUNDARY = "gazecast-benchmark"

_SERVE = "from gazecast.cli.main import app; app()"


class Server(NamedTuple):
    """The process id and the port on the loopback address."""

    process: int
    port: int


@contextmanager
def serving() -> Iterator[Server]:
    """`gazecast serve` with the settings of the environment, stopped at the end."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "serve", "--host", "127.0.0.1", "--port", "0"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr
        port = int(json.loads(server.stderr.readline())["url"].rpartition(":")[2])
        # Its log is read away, or it would stop at a full pipe.
        reader = threading.Thread(target=shutil.copyfileobj, args=(server.stderr, log))
        reader.start()
        try:
            yield Server(server.pid, port)
        finally:
            server.terminate()
            server.wait()
            reader.join()


def form(file: Path) -> bytes:
    """The body of a request for a prediction."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="image"\r\n\r\n'
    return head.encode() + file.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()


def resident_bytes(process: int) -> int:
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
