"""What runs here keeps to this machine: no name is looked up, nothing is sent beyond loopback, and
nothing is written unasked, neither by us nor by any library.

The programs are real ones, watched by strace: what libraries in C++ do is not seen from Python.
Connecting is refused to them, so that nothing leaves even where a test fails.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

GAZECAST = (sys.executable, "-c", "from gazecast.cli.main import app; app()")

# Asked for the names of users too; a host's name is then looked up elsewhere, as nobody answers.
_STAYS = re.compile(
    r'AF_NETLINK|"/var/run/nscd/socket"'
    r'|_port=htons\((?!53\)).*(inet_addr\("127\.|inet_pton\(AF_INET6, "::1")'
)


class Watched:
    """A program with an empty HOME and TMPDIR, and no setting but these."""

    def __init__(self, folder: Path, *command: str | Path) -> None:
        self._homes = [folder / "home", folder / "tmp"]
        for home in self._homes:
            home.mkdir(parents=True)
        self._calls = folder / "calls"
        self._calls.touch()
        self.log = folder / "log"
        watch = ("strace", "-f", "--seccomp-bpf", "-qq", "-o", self._calls)
        calls = ("-e", "trace=connect,sendto,sendmsg,sendmmsg")
        refused = ("-e", "inject=connect:error=ENETUNREACH")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*watch, *calls, *refused, *command],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self._homes[0]),
                    "TMPDIR": str(self._homes[1]),
                },
                cwd=folder,
                start_new_session=True,
            )

    def stop(self, how: signal.Signals) -> None:
        # strace itself passes over all but SIGKILL, and ends when the program does.
        os.killpg(self.process.pid, how)
        self.process.wait(60)

    def finished(self) -> Watched:
        assert self.process.wait(300) == 0, self.log.read_text()
        return self

    def files(self) -> set[str]:
        """What there is in HOME and TMPDIR, folders too."""
        return {
            str(path.relative_to(home.parent)) for home in self._homes for path in home.rglob("*")
        }

    def contacts(self) -> list[str]:
        """The calls to an address off this machine, or for a name to look up."""
        calls = self._calls.read_text().splitlines()
        return [call for call in calls if "sa_family=" in call and not _STAYS.search(call)]


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Watched]]:
    """Starts a program to be watched; all are killed in the end."""
    if shutil.which("strace") is None and not os.environ.get("CI"):
        pytest.skip("no strace here: nothing can be watched")
    started = []

    def start(*command: str | Path) -> Watched:
        started.append(Watched(tmp_path_factory.mktemp("watched"), *command))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stop(signal.SIGKILL)


# ---- That it would be seen ----------------------------------------------------------------------


def test_telemetry_would_be_seen(watch):
    watched = watch(sys.executable, "-c", "import onnxruntime, time; time.sleep(120)")
    deadline = time.monotonic() + 100
    while not watched.contacts():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert any(name.startswith("home/") for name in watched.files())
    assert any(name.startswith("tmp/") for name in watched.files())


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("socket.getaddrinfo('name.invalid', 443)", True),
        ("socket.create_connection(('192.0.2.1', 80))", True),
        ("socket.create_connection(('2001:db8::1', 80))", True),
        ("socket.create_connection(('127.0.0.1', 53))", True),  # a resolver may be here
        ("socket.create_connection(('127.0.0.1', 80))", False),
        ("socket.create_connection(('::1', 80))", False),
        ("socket.create_connection(('localhost', 80))", False),
    ],
)
def test_what_leaves_the_machine_would_be_seen(watch, code, seen):
    watched = watch(sys.executable, "-c", f"import socket; {code}")
    assert watched.process.wait(60) == 1  # as connecting is refused
    assert bool(watched.contacts()) == seen


# ---- That there is nothing to see ---------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def service(watch) -> Watched:
    """The real service, started before all else, as it is watched for long."""
    return watch(*GAZECAST, "serve", "--port", "0")


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", EXAMPLES / "landing-page.png", "--out", "maps"),
        ("compare", EXAMPLES / "landing-page.png", EXAMPLES / "landing-page-b.png"),
        ("report", EXAMPLES / "poster.png", "--out", "report.html"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_leaves_nothing_and_calls_nobody(watch, arguments):
    watched = watch(*GAZECAST, *arguments).finished()
    assert watched.files() == set()
    assert watched.contacts() == []


def test_a_prediction_in_python_leaves_nothing_and_calls_nobody(watch):
    code = (
        "import sys, time; from gazecast.model.predictor import Predictor;"
        "Predictor().predict(sys.argv[1]); time.sleep(15)"
    )
    watched = watch(sys.executable, "-c", code, EXAMPLES / "poster.png").finished()
    assert watched.files() == set()
    assert watched.contacts() == []


def test_no_module_calls_anybody_when_it_is_imported(watch):
    code = (
        "import importlib, pkgutil, gazecast\n"
        "for module in pkgutil.walk_packages(gazecast.__path__, 'gazecast.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
    )
    watched = watch(sys.executable, "-c", code).finished()
    # What matplotlib and torch keep, which only training and the accuracy report need.
    kept = ("home/.cache/matplotlib", "home/.config/matplotlib", "tmp/torchinductor_")
    assert {
        name
        for name in watched.files() - {"home/.cache", "home/.config"}
        if not name.startswith(kept)
    } == set()
    assert watched.contacts() == []


def test_the_service_leaves_nothing_and_calls_nobody_for_30_s(service):
    while "\n" not in (log := service.log.read_text()):
        assert service.process.poll() is None, log
        time.sleep(0.1)
    serving = json.loads(log.partition("\n")[0])
    pages = [(EXAMPLES / name).read_bytes() for name in ("landing-page.png", "landing-page-b.png")]
    for path, files in (
        ("/v1/predictions", [("image", pages[0])]),
        (
            "/v1/comparisons",
            [("variants", (f"{n}.png", page)) for n, page in enumerate(pages)],
        ),
    ):
        answer = httpx2.post(f"{serving['url']}{path}", files=files, timeout=60)
        assert answer.status_code == 200, answer.text
    while datetime.now(UTC) - datetime.fromisoformat(serving["timestamp"]) < timedelta(seconds=30):
        time.sleep(0.1)
    assert service.files() == set()
    service.stop(signal.SIGTERM)
    assert service.files() == set()
    assert service.contacts() == []


# ---- That it stays so ---------------------------------------------------------------------------

TELLING = {"onnxruntime", "huggingface_hub"}
"""Libraries that tell their makers of their use unless gazecast.model is imported before them."""


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of each module that is imported, by a statement or by a call."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(name)):
                yield node.lineno, name
            case ast.Call(
                func=ast.Name(id=function) | ast.Attribute(attr=function),
                args=[ast.Constant(value=str(name)), *_],
            ) if function in {"__import__", "import_module", "importorskip"}:
                yield node.lineno, name


def test_gazecast_model_is_imported_before_what_would_tell():
    early = []
    for path in sorted(
        path
        for folder in ROOT.glob("[!.]*/")
        if folder.name not in {"figma-plugin", "out"}
        for path in folder.rglob("*.py")
    ):
        text = path.read_text("utf-8")
        # Within the package itself it always comes first.
        within = path.is_relative_to(ROOT / "model" / "gazecast" / "model")
        if within or not any(name in text for name in TELLING):
            continue
        found = sorted(imports(ast.parse(text)))
        ours = [line for line, name in found if name.startswith("gazecast.model")]
        early += [
            f"{path.relative_to(ROOT)}:{line} imports {name}"
            for line, name in found
            if name.partition(".")[0] in TELLING and not (ours and ours[0] < line)
        ]
    assert not early, "import gazecast.model first"
