"""docs/python.md does what it says, and `gazecast.api` is what it says it is."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gazecast.api
from gazecast.api import GazecastError

ROOT = Path(__file__).parents[2]
WEB = {"fastapi", "starlette", "sqlalchemy", "prometheus_client"}


def program():
    """The code of docs/python.md, as one program."""
    text = (ROOT / "docs" / "python.md").read_text("utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE))


def test_the_documentation_runs(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "there is no region 'buton': the regions are button" in ran.stdout
    assert {"page.heatmap.png", "report.html", "page.json", "difference.png"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_everything_public_is_there_and_typed():
    for name in gazecast.api.__all__:
        assert getattr(gazecast.api, name) is not None
    # What type checkers see is what there is.
    tree = ast.parse(inspect.getsource(gazecast.api))
    (seen,) = (node for node in tree.body if isinstance(node, ast.If))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(seen)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported | {"__version__"} == set(gazecast.api.__all__)


def test_the_tree_of_errors_is_the_one_drawn():
    errors = [
        value
        for name in gazecast.api.__all__
        if isinstance(value := getattr(gazecast.api, name), type) and issubclass(value, Exception)
    ]
    assert all(issubclass(error, GazecastError) for error in errors)
    above = {-1: Exception}
    drawn = set()
    for marks, name in re.findall(r"^    ((?:[|` ]{1}[- ] )*)(\w+)  ", gazecast.api.__doc__, re.M):
        error = getattr(gazecast.api, name)
        depth = len(marks) // 3
        assert above[depth - 1] in error.__bases__, name
        above[depth] = error
        drawn.add(error)
    assert drawn == set(errors)


@pytest.mark.parametrize(
    "code",
    [
        "import gazecast.api",
        "from gazecast.api import *",
        "from typer.testing import CliRunner; from gazecast.cli.main import app;"
        "from pathlib import Path; import sys;"
        "assert CliRunner().invoke(app, ['predict', sys.argv[1], '--out', 'out']).exit_code == 0",
    ],
    ids=["import", "everything", "gazecast predict"],
)
def test_nothing_of_the_web_is_loaded(tmp_path, code):
    page = ROOT / "examples" / "phone-screen.png"
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)", page],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert not WEB & loaded
    if code == "import gazecast.api":
        assert not {"numpy", "onnxruntime", "PIL"} & loaded
