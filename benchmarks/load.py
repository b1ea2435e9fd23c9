"""What the service does under load: 16 clients for a minute against one client, in the same run.

    python benchmarks/load.py [--seconds 60] [--clients 16]

Starts `gazecast serve` on the loopback address with the settings of the environment, sends it the
examples, stops it, and prints a table. It fails when the clients together do not get at least
RATIO times the throughput of one, when the server's memory grows by more than GROWTH, or when an
answer is neither a prediction nor a 503 with the seconds to wait.

The cores of a virtual machine may be halves of the same ones, or be at work for others. So the same
run measures what busy loops get on all cores against one: no server can get more out of them.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table
from server import BOUNDARY, Server, form, resident_bytes, serving

RATIO = 1.2
GROWTH = 0.10

_EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.png"))


@dataclass
class Phase:
    """What some clients saw in some seconds."""

    clients: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    memory: list[int] = field(default_factory=list)

    @property
    def throughput(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1]

    @property
    def growth(self) -> float:
        """Of the memory, from its second quarter to its last."""
        quarter = max(1, len(self.memory) // 4)
        return median(self.memory[-quarter:]) / median(self.memory[quarter : 2 * quarter]) - 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60, help="for the many clients")
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    with serving() as server:
        # to warm up
        run_phase(server, options.clients, options.seconds / 12)
        cores = scaling_of_cores()
        one = run_phase(server, 1, options.seconds / 3)
        many = run_phase(server, options.clients, options.seconds)
    show(one, many, cores)
    if many.throughput < RATIO * one.throughput or many.growth > GROWTH:
        sys.exit(1)


def run_phase(server: Server, clients: int, seconds: float) -> Phase:
    """Raises RuntimeError for an answer that is an error."""
    phase = Phase(clients)
    started = time.perf_counter()
    end = started + seconds
    with ThreadPoolExecutor(clients) as threads:
        running = [
            threads.submit(_ask_until, end, server.port, phase, first) for first in range(clients)
        ]
        while time.perf_counter() < end:
            phase.memory.append(resident_bytes(server.process))
            time.sleep(0.5)
    for client in running:
        client.result()
    phase.seconds = time.perf_counter() - started
    return phase


def _ask_until(end: float, port: int, phase: Phase, first: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    bodies = [form(file) for file in _EXAMPLES]
    for body in itertools.islice(itertools.cycle(bodies), first, None):
        sent = time.perf_counter()
        if sent >= end:
            break
        connection.request(
            "POST",
            "/v1/predictions",
            body,
            {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        )
        answer = connection.getresponse()
        content = answer.read()
        if answer.status == 200:
            phase.latencies.append(time.perf_counter() - sent)
        elif answer.status == 503 and int(answer.headers["Retry-After"]) > 0:
            phase.refused += 1
            time.sleep(int(answer.headers["Retry-After"]))
        else:
            raise RuntimeError(f"{answer.status}: {content[:500]!r}")
    connection.close()


def scaling_of_cores(seconds: float = 2.0) -> float:
    """How much more busy loops in as many processes as there are cores do than one alone."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as processes:
        list(processes.map(_loops, [0.1] * cores))  # they take time to start
        (alone,) = processes.map(_loops, [seconds])
        return sum(processes.map(_loops, [seconds] * cores)) / alone


def _loops(seconds: float) -> int:
    end, loops = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        sum(range(10_000))
        loops += 1
    return loops


def show(one: Phase, many: Phase, cores: float) -> None:
    table = Table("clients", "answers/s", "p50", "p99", "503", "memory", "growth")
    for phase in (one, many):
        table.add_row(
            str(phase.clients),
            f"{phase.throughput:.2f}",
            f"{phase.percentile(50) * 1000:.0f} ms",
            f"{phase.percentile(99) * 1000:.0f} ms",
            str(phase.refused),
            f"{phase.memory[-1] / 2**20:.0f} MiB",
            f"{phase.growth:+.1%}",
        )
    console = Console()
    console.print(table)
    console.print(
        f"Throughput of {many.clients} clients: {many.throughput / one.throughput:.2f} x that of "
        f"one (at least {RATIO}). Busy loops on all {os.cpu_count()} cores: {cores:.2f} x one. "
        f"Pictures: {', '.join(file.name for file in _EXAMPLES)}."
    )


if __name__ == "__main__":
    main()
