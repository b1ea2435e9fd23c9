"""One more option of a design is one more field of `Options`: every door has it then."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

FIELD = '''
    made_up: Annotated[
        list[Label], JsonText(), Remedy("Give a JSON list of what nobody has.")
    ] = Field(default_factory=list)
    """Something that nobody has thought of yet."""
'''

PROGRAM = """
import json, sys
import httpx2
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from gazecast.api import Design, OptionError
from gazecast.cli.main import app
from gazecast.client import Client
from gazecast.client.client import _form
from gazecast.designs.options import Options
from gazecast.serve.app import create_app
from gazecast.serve.schemas import JobForm, PredictionForm
from gazecast.serve.settings import Settings

assert "made_up" in PredictionForm.model_fields and "made_up" in JobForm.model_fields
assert Design(image="page.png", made_up=["a"]).made_up == ["a"]
try:
    Design(image="page.png", made_up=3)
except OptionError as error:
    assert "Give a JSON list of what nobody has." in str(error), error
else:
    raise AssertionError("anything goes")

service = create_app(Settings(allowed_hosts=["testserver"]))
for form in ("PredictionForm", "JobForm"):
    described = service.openapi()["components"]["schemas"][form]["properties"]["made_up"]
    assert described["description"] == "Something that nobody has thought of yet.", described

with TestClient(service) as http:
    # The field is known, and asked for what it takes.
    for path, field in (("/v1/predictions", "image"), ("/v1/jobs", "files")):
        answer = http.post(path, files={field: ("a.png", b"x")}, data={"made_up": "3"})
        problem = answer.json()
        assert problem["type"].endswith(":invalid-made_up"), problem
        assert problem["remedy"] == "Give a JSON list of what nobody has.", problem

seen = []
def answering(request):
    seen.append(request.read())
    return httpx2.Response(404)
transport = httpx2.MockTransport(answering)
with Client(http=httpx2.Client(transport=transport, base_url="http://s")) as c:
    for ask in (
        lambda: c.predict(Design(image=b"x", made_up=["wonder"])),
        lambda: c.create_job([], Options(made_up=["wonder"])),
    ):
        try:
            ask()
        except Exception:
            pass
assert len(seen) == 2 and all(b"made_up" in each and b"wonder" in each for each in seen), seen

for command in ("predict", "figma"):
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, [command, "--help"]).stdout
    assert "--made-up" in shown and "Something that nobody has thought of yet." in shown, shown
"""


def test_an_option_that_is_made_up_is_at_every_door(tmp_path):
    house = tmp_path / "gazecast" / "designs"
    shutil.copytree(ROOT / "designs" / "gazecast" / "designs", house)
    options = (house / "options.py").read_text("utf-8")
    before = "    scores: Annotated[bool"
    assert options.count(before) == 1
    (house / "options.py").write_text(options.replace(before, f"{FIELD[1:]}{before}"), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "GAZECAST_DATA_DIR": str(tmp_path / "data"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
