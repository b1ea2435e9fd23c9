"""The same file and the same question get the same answer at every door."""

from __future__ import annotations

import json
import time
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from gazecast.api import Design, report
from gazecast.cli.main import app
from gazecast.client import Client
from gazecast.designs.options import Options
from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

BUTTON = {"name": "button", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.2}
LOGO = {"name": "logo", "x": 2, "y": 3, "width": 40, "height": 30, "unit": "px"}
ROOF = {"name": "roof", "points": [[0.4, 0.2], [0.7, 0.2], [0.55, 0.4]]}

QUESTIONS = {
    "nothing": {},
    "window and kind": {"window": "5s", "domain": "poster"},
    "regions": {
        "regions": [BUTTON, LOGO, ROOF, BUTTON],
        "automatic_regions": True,
        "goal_region": "button",
        "intended_order": ["logo", "button"],
    },
    "a long page": {"viewport_height": 200, "scroll_reach": [[300, 0.4]]},
    "every window": {"every_window": True},
    "no scores": {"scores": False},
}


@pytest.fixture(scope="module")
def page():
    image = Image.new("RGB", (600, 800), "white")
    draw = ImageDraw.Draw(image)
    draw.text((60, 60), "Two lines\nof a headline", "black", font_size=40)
    draw.rectangle((80, 300, 260, 360), "navy")
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def predictor(fixed_predictor, monkeypatch):
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda *_, **__: fixed_predictor)
    return fixed_predictor


@pytest.fixture
def service(predictor, tmp_path):
    settings = Settings(data_dir=tmp_path / "data", allowed_hosts=["testserver"])
    with TestClient(create_app(settings, predictor)) as http:
        yield http


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def options_of(question):
    """As a command line has them."""
    for name, value in question.items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            yield f"--{option}" if value else f"--no-{option}"
        else:
            yield f"--{option}"
            yield as_text(value)


class Doors:
    """Each answers a question about a page with the text of its JSON."""

    def __init__(self, predictor, service, folder, monkeypatch):
        self.predictor, self.service = predictor, service
        self.folder, self.monkeypatch = folder, monkeypatch

    def file(self, page):
        path = self.folder / "page.png"
        path.write_bytes(page)
        return path

    def api(self, page, question):
        form = {name: as_text(value) for name, value in question.items()}
        return self.service.post("/v1/predictions", files={"image": page}, data=form).text

    def python(self, page, question):
        return report(self.predictor, Design(image=self.file(page), **question)).to_json()

    def client(self, page, question):
        return Client(http=self.service).predict(Design(image=page, **question)).to_json()

    def job(self, page, question):
        client = Client(http=self.service)
        job = client.create_job([self.file(page)], Options(**question))
        deadline = time.monotonic() + 20
        while client.job(job.id).state == "running":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        (line,) = self.service.get(f"/v1/jobs/{job.id}/results").text.splitlines()
        return json.dumps(json.loads(line)["report"])

    def command(self, page, question):
        return self.written("predict", str(self.file(page)), question)

    def figma(self, page, question):
        """A frame whose picture Figma renders as the page."""
        self.monkeypatch.setattr(
            "gazecast.cli.figma_rest.FigmaClient.picture", lambda *_, **__: page
        )
        address = "https://www.figma.com/design/abc/Name?node-id=1-2"
        return self.written("figma", address, question, "--token", "secret")

    def written(self, command, what, question, *further):
        out = self.folder / "out"
        arguments = [command, what, "--out", str(out), *further, *options_of(question)]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        (file,) = Path(out).glob("*.json")
        return file.read_text("utf-8")


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("door", ["python", "client", "job", "command", "figma"])
def test_it_answers_what_the_api_answers(
    predictor, service, page, tmp_path, monkeypatch, door, question
):
    doors = Doors(predictor, service, tmp_path, monkeypatch)
    answer = json.loads(getattr(doors, door)(page, question))
    assert answer["density"]["data"]
    assert answer == json.loads(doors.api(page, question))
