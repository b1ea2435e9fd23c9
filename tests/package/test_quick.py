"""`pytest --quick` leaves out what it says, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

TESTS = Path(__file__).parents[1]

MODULES = {
    "test_package.py": """
        import no_such_package
        def test_of_it(): pass
    """,
    "test_our_module.py": """
        import gazecast.no_such_module
        def test_of_it(): pass
    """,
    "test_each.py": """
        import subprocess, sys
        import pytest

        @pytest.fixture(scope="module")
        def started():
            return subprocess.run([sys.executable, "-c", ""])

        def test_imports(): import no_such_package.part
        def test_ours(): import gazecast.no_such_module
        def test_starts(): subprocess.run([sys.executable, "-c", ""])
        def test_uses(started): pass
        def test_uses_again(started): pass
        def test_hides():
            try:
                subprocess.run([sys.executable, "-c", ""])
            except Exception:
                pass
        def test_fails(): assert False
        def test_passes(): pass
    """,
}


@pytest.fixture
def outcomes(tmp_path):
    """Runs MODULES with these arguments: of each test, or module that could not be read, whether it
    was skipped, failed or an error; nothing where it passed."""
    for name, text in MODULES.items():
        lines = text.strip("\n").splitlines()
        (tmp_path / name).write_text("\n".join(line[8:] for line in lines) + "\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def run(*arguments: str) -> dict[str, str | None]:
        report = tmp_path / "report.xml"
        options = ["-q", "-p", "quick", "--continue-on-collection-errors"]
        subprocess.run(
            [sys.executable, "-m", "pytest", *options, "--junit-xml", report, *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(TESTS)},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        return {
            case.get("name"): next((each.tag for each in case), None)
            for case in ElementTree.parse(report).iter("testcase")
        }

    return run


def test_what_is_not_installed_and_what_starts_a_process_is_skipped(outcomes):
    assert outcomes("--quick") == {
        "test_package": "skipped",
        "test_our_module": "error",
        "test_imports": "skipped",
        "test_starts": "skipped",
        "test_uses": "skipped",
        "test_uses_again": "skipped",
        "test_hides": "skipped",
        "test_ours": "failure",
        "test_fails": "failure",
        "test_passes": None,
    }


def test_otherwise_nothing_is(outcomes):
    assert "skipped" not in outcomes().values()
