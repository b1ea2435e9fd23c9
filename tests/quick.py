"""`pytest --quick`: the tests that need nothing but Python and what `make check` installs.

What a test needs shows when it asks for it. One that imports, itself or through what it tests, a
package that is not installed is skipped, and so is one that starts a process: a browser, Node, a
service of its own. (Processes that the product starts by itself are part of it.) So no list says
which tests these are.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder

import hypothesis
import pytest

_STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}
"""What Python's audit hooks call the start of a process."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="skip the tests that start a process or need a package that is not installed",
    )


_LEFT_OUT = ("torch", "playwright")
"""Taken for not installed: slow to load, and what is tested with them takes longer still."""


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("quick"):
        sys.meta_path.insert(0, _LeftOut())
        # The examples that find something do so among the first, mostly; `make test` tries all.
        hypothesis.settings.register_profile("quick", deadline=None, max_examples=5)
        hypothesis.settings.load_profile("quick")
        config.pluginmanager.register(_Quick())


class _LeftOut(MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        package = name.partition(".")[0]
        if package in _LEFT_OUT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=package)


class _Quick:
    def __init__(self) -> None:
        self._tests = False
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _: object) -> None:
        if self._tests and event in _STARTS and not _by_the_product():
            pytest.skip("it starts a process")

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        raised = report.call.excinfo
        if raised and (package := _uninstalled(raised.value)):
            report.outcome = "skipped"
            report.longrepr = (str(collector.path), 0, f"Skipped: {package} is not installed")
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        with self._skipping():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        with self._skipping():
            return (yield)

    @contextmanager
    def _skipping(self) -> Iterator[None]:
        self._tests = True
        try:
            yield
        except ModuleNotFoundError as error:
            if (package := _uninstalled(error)) is None:
                raise
            pytest.skip(f"{package} is not installed")
        finally:
            self._tests = False


def _by_the_product() -> bool:
    """Whether a module of the product is what starts a process just now."""
    frame = sys._getframe()
    while frame.f_globals["__name__"] in {__name__, "subprocess"} and frame.f_back is not None:
        frame = frame.f_back
    return str(frame.f_globals["__name__"]).startswith("gazecast.")


def _uninstalled(error: BaseException | None) -> str | None:
    """The package, none of ours, whose absence is behind the error."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError):
            package = str(error.name).partition(".")[0]
            return None if package == "gazecast" else package
        error = error.__cause__
    return None
