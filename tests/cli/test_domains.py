"""Commands that predict, with a model that was fine-tuned for a further domain."""

from __future__ import annotations

import pytest
import yaml
from typer.testing import CliRunner

from gazecast.cli.main import app

COMMANDS = ["predict", "compare", "report", "check"]


@pytest.fixture
def run(bright_model, encode_image, tmp_path):
    """Runs a command with the model on two images, into tmp_path/out or tmp_path/out.html."""
    fine_tuned = bright_model(tmp_path / "mine.onnx", "mine", added="kiosk")
    images = [tmp_path / name for name in ("a.png", "b.png")]
    for image in images:
        image.write_bytes(encode_image())

    def run(command, domain, model=fine_tuned):
        if command == "check":
            budget = tmp_path / "budget.yaml"
            budget.write_text(yaml.safe_dump({"domain": domain, "rules": [{"focus": {"min": 0}}]}))
            options = ["--budget", budget]
        else:
            out = tmp_path / ("out.html" if command == "report" else "out")
            options = ["--domain", domain, "--out", out]
        if model is not None:
            options += ["--model", model]
        env = {"COLUMNS": "250", "GITHUB_ACTIONS": None}
        return CliRunner(env=env).invoke(app, [command, *map(str, [*images, *options])])

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_the_domain_is_used(run, tmp_path, command):
    result = run(command, "kiosk")
    assert result.exit_code == 0, result.output
    written = {"predict": "out/a.json", "compare": "out/comparison.json", "report": "out.html"}
    told = (tmp_path / written[command]).read_text() if command in written else result.stdout
    assert "validated on 12 kiosks" in told


@pytest.mark.parametrize("domain", ["billboard", "not a name"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_domain_that_the_model_lacks_is_an_error(run, command, domain):
    result = run(command, domain)
    assert result.exit_code == (2 if command == "check" else 1)
    assert isinstance(result.exception, SystemExit)
    choice = "choose auto or one of web, mobile, poster, photo, kiosk\n"
    assert result.stderr.endswith(f"unknown domain {domain!r}; {choice}")


def test_the_shipped_model_has_no_further_domain(run):
    result = run("predict", "kiosk", model=None)
    assert result.exit_code == 1
    assert result.stderr.endswith("choose auto or one of web, mobile, poster, photo\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_model_that_is_not_there_is_named(run, tmp_path, command):
    result = run(command, "auto", model=tmp_path / "theirs.onnx")
    assert result.exit_code == (2 if command == "check" else 1)
    assert "theirs.onnx is missing" in result.stderr


@pytest.mark.parametrize("command", ["predict", "compare", "report", "figma"])
def test_help_lists_the_domains(command):
    help_text = CliRunner(env={"COLUMNS": "250"}).invoke(app, [command, "--help"]).stdout
    assert "auto, web, mobile, poster, photo, or one that the model was fine-tuned for" in help_text
