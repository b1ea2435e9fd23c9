"""Asks a service for /healthz without pause, from a process of its own, until its input ends; then
prints the longest time in seconds that no answer came.

    python tests/hostile/watch.py PORT
"""

from __future__ import annotations

import http.client
import sys
import threading
import time


def main() -> None:
    port, ended = int(sys.argv[1]), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    longest, answered = 0.0, time.monotonic()
    while not ended.is_set():
        # A connection of its own each time, as probes have.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        now = time.monotonic()
        longest, answered = max(longest, now - answered), now
        time.sleep(0.01)
    print(longest)


if __name__ == "__main__":
    main()
