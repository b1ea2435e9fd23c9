"""How many requests each key may send."""

from __future__ import annotations

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gazecast.serve.problems import ProblemError


def check_rate(text: str) -> str:
    """`text` when it is a rate such as 120/minute. Raises ValueError."""
    try:
        parse(text)
    except ValueError as error:
        raise ValueError("Not a rate: write 120/minute, 5/second or the like, or off.") from error
    return text


class Rates:
    """Counts in this process's memory, over a window that moves with the clock."""

    def __init__(self, rate: str) -> None:
        self._rate = parse(rate)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, name: str) -> None:
        """Counts a request of a key. Raises ProblemError (429), and does not count it, when there
        were too many; Retry-After is when there is room for one again."""
        if self._window.hit(self._rate, name):
            return
        free = self._window.get_window_stats(self._rate, name).reset_time
        wait = max(1, math.ceil(free - time.time()))
        raise ProblemError(
            429,
            "too-many-requests",
            "There are too many requests",
            f"Each key may send {self._rate.amount} requests per "
            f"{self._rate.multiples} {self._rate.GRANULARITY.name}.",
            f"Wait {wait} s, send images as jobs, or raise GAZECAST_RATE_LIMIT on the server.",
            {"Retry-After": str(wait)},
        )
