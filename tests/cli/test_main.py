"""What all commands share."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import typer
from typer.testing import CliRunner

from gazecast.cli.main import app, needs_train_extra


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


def test_a_missing_training_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    command = typer.Typer()

    @command.command()
    @needs_train_extra
    def train(seed: int = 0):
        import torch

        torch.manual_seed(seed)

    result = CliRunner().invoke(command, ["--seed", "1"])
    assert result.exit_code == 1
    assert "pip install 'gazecast[train]'" in result.output
