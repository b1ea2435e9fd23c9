"""What all commands share."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions, requires, version

import pytest
from typer.testing import CliRunner

from gazecast.analysis.regions import RegionError
from gazecast.cli.main import EXTRAS, app


def test_version():
    assert CliRunner().invoke(app, ["--version"]).output == f"gazecast {version('gazecast')}\n"


def test_help_lists_the_commands():
    output = CliRunner().invoke(app, ["--help"]).output
    commands = (
        "predict compare check report figma serve keys train evaluate calibrate export"
        " promote models push pull"
    )
    for command in commands.split():
        assert f" {command} " in output


def test_help_imports_nothing_heavy():
    code = "import sys, gazecast.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "onnxruntime", "fastapi", "torch", "PIL"} & set(done.stdout.split())


@pytest.fixture
def pull(monkeypatch):
    """Runs a command in which an error comes up."""

    def run(error):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr("gazecast.model.hub.pull", fail)
        return CliRunner().invoke(app, ["pull", "owner/name", "--out", "folder"])

    return run


@pytest.mark.parametrize(
    ("module", "extra"), [("torch", "train"), ("polars.datatypes", "import"), ("cv2", "report")]
)
def test_a_missing_package_says_how_to_install_it(pull, module, extra):
    result = pull(ModuleNotFoundError(f"No module named {module!r}", name=module))
    assert result.exit_code == 1
    package = module.partition(".")[0]
    assert result.stderr == f"Error: This needs {package}: pip install 'gazecast[{extra}]'\n"


def test_a_package_that_no_extra_brings_is_a_fault(pull):
    error = ModuleNotFoundError("No module named 'numpy'", name="numpy")
    assert pull(error).exception is error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RegionError("region 'a' is empty: give it an area"), "region 'a' is empty: give it"),
        (FileNotFoundError(2, "No such file", "page.png"), "page.png: No such file"),
    ],
)
def test_what_goes_wrong_in_any_command_is_one_line(pull, error, line):
    result = pull(error)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {line}")
    assert result.stderr.count("\n") == 1


def test_every_extra_brings_what_is_said_to_be_in_it():
    pytest.importorskip("torch")  # the extras are installed together
    for package, extra in EXTRAS.items():
        owners = packages_distributions().get(package, [])
        wanted = [each for each in requires("gazecast") if f"extra == '{extra}'" in each]
        assert any(each.startswith(tuple(owners)) for each in wanted), (package, owners)
