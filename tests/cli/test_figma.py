"""`gazecast figma`: addresses, what is asked of Figma, and what comes of its refusals."""

from __future__ import annotations

import json

import httpx2
import pytest
from typer.testing import CliRunner

from gazecast.cli import figma_rest
from gazecast.cli.figma_rest import FigmaClient, FigmaError, FrameAddress, parse_url
from gazecast.cli.main import app

URL = "https://www.figma.com/design/AbC123/Landing-page?node-id=12-34&t=x"
FRAME = FrameAddress("AbC123", "12:34")
STORED = "https://figma-alpha-api.s3.us-west-2.amazonaws.com/images/1-2-3"
TOKEN = "figd_secret"


class Figma:
    """Figma's API and storage. requests: what was sent to them."""

    def __init__(self, picture=b"", *, answers=(), stored=None):
        self.requests = []
        self.waited = []
        self._answers = list(answers)
        self._stored = stored or httpx2.Response(200, content=picture)

    def __call__(self, request):
        self.requests.append(request)
        if request.url.host == "api.figma.com":
            if self._answers:
                return self._answers.pop(0)
            return httpx2.Response(200, json={"err": None, "images": {"12:34": STORED}})
        return self._stored

    def client(self):
        http = httpx2.Client(transport=httpx2.MockTransport(self), follow_redirects=False)
        return FigmaClient(TOKEN, http, sleep=self.waited.append)


def images(**answer):
    return httpx2.Response(200, json={"err": None, "images": {}, **answer})


@pytest.mark.parametrize(
    ("url", "file", "node"),
    [
        (URL, "AbC123", "12:34"),
        ("https://www.figma.com/file/AbC123/Name?node-id=12%3A34", "AbC123", "12:34"),
        ("figma.com/proto/AbC123/Name?page-id=0-1&node-id=12-34", "AbC123", "12:34"),
        ("https://figma.com/board/AbC123?node-id=0-1", "AbC123", "0:1"),
        ("https://www.figma.com/design/AbC123/branch/XyZ9/Name?node-id=1-2", "XyZ9", "1:2"),
        ("https://www.figma.com/file/AbC123/N?node-id=I12-34%3B5-6", "AbC123", "I12:34;5:6"),
        ("https://www.figma.com/file/AbC123/N?node-id=12:34#hash", "AbC123", "12:34"),
    ],
)
def test_addresses(url, file, node):
    assert parse_url(url) == FrameAddress(file, node)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.figma.com/design/AbC123/Name",
        "https://www.figma.com/design/AbC123/Name?node-id=",
        "https://www.figma.com/design/AbC123/Name?node-id=1-2/../../me",
        "https://www.figma.com/design/..?node-id=1-2",
        "https://www.figma.com/community/file/123?node-id=1-2",
        "https://www.figma.com.evil.example/design/AbC123/N?node-id=1-2",
        "https://evil.example/design/AbC123/N?node-id=1-2",
        "ftp://figma.com/design/AbC123/N?node-id=1-2",
        "not a url",
        "https://[figma.com/design/AbC123?node-id=1-2",
        "",
    ],
)
def test_what_is_no_address_of_a_frame(url):
    with pytest.raises(FigmaError, match="Copy link to selection"):
        parse_url(url)


def test_picture_and_what_is_sent_where():
    figma = Figma(b"picture")
    assert figma.client().picture(FRAME, 2) == b"picture"
    api, storage = figma.requests
    assert api.url.path == "/v1/images/AbC123"
    assert dict(api.url.params) == {
        **{"ids": "12:34", "format": "png", "scale": "2"},
        "use_absolute_bounds": "true",
    }
    assert api.headers["X-Figma-Token"] == TOKEN
    assert str(storage.url) == STORED
    assert TOKEN not in str(storage.headers)


def test_rate_limit_is_waited_for_once():
    limit = httpx2.Response(429, headers={"Retry-After": "7"})
    figma = Figma(b"picture", answers=[limit])
    assert figma.client().picture(FRAME) == b"picture"
    assert figma.waited == [7]
    figma = Figma(answers=[limit, limit])
    with pytest.raises(FigmaError, match="rate limit is used up"):
        figma.client().picture(FRAME)


def test_a_long_rate_limit_is_told():
    figma = Figma(answers=[httpx2.Response(429, headers={"Retry-After": "432000"})])
    with pytest.raises(FigmaError, match="wait 5 days"):
        figma.client().picture(FRAME)
    assert figma.waited == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (httpx2.Response(403, json={"err": "Invalid token"}), "does not take this token"),
        (httpx2.Response(404, json={"err": "Not found"}), "knows no such file"),
        (httpx2.Response(500), "status 500"),
        (httpx2.Response(302, headers={"Location": "http://127.0.0.1/"}), "status 302"),
        (images(images={"12:34": None}), "could not render 12:34"),
        (images(), "could not render 12:34"),
        (images(err="Request too large"), "Request too large"),
        (httpx2.Response(200, text="<html>"), "cannot be read"),
        (httpx2.Response(200, json=[1]), "cannot be read"),
    ],
)
def test_refusals(answer, message):
    figma = Figma(answers=[answer])
    with pytest.raises(FigmaError, match=message):
        figma.client().picture(FRAME)
    assert len(figma.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://figma-alpha-api.s3.us-west-2.amazonaws.com/images/1",
        "https://figma-alpha-api.s3.us-west-2.amazonaws.com.evil.example/1",
        "https://figma-evil.s3.us-west-2.amazonaws.com/images/1",
        "https://evilfigma.com/1",
        "https://127.0.0.1/1",
        "https://user@169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[",
    ],
)
def test_pictures_come_from_figma_alone(url):
    figma = Figma(answers=[images(images={"12:34": url})])
    with pytest.raises(FigmaError, match="Nothing was fetched"):
        figma.client().picture(FRAME)
    assert len(figma.requests) == 1


def test_storage_may_not_send_elsewhere():
    figma = Figma(stored=httpx2.Response(302, headers={"Location": "http://127.0.0.1/"}))
    with pytest.raises(FigmaError, match="status 302"):
        figma.client().picture(FRAME)
    assert len(figma.requests) == 2


def test_too_large_a_picture_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(figma_rest, "MAX_BYTES", 1024 * 1024)
    read = []

    def endless():
        while True:
            read.append(1)
            yield bytes(64 * 1024)

    figma = Figma(stored=httpx2.Response(200, content=endless()))
    with pytest.raises(FigmaError, match="more than 1 MiB"):
        figma.client().picture(FRAME)
    assert len(read) < 30


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (httpx2.ReadTimeout("slow"), "did not answer in time"),
        (httpx2.ConnectError("no route"), r"api\.figma\.com cannot be reached"),
    ],
)
def test_no_answer(error, message):
    def fail(_):
        raise error

    client = FigmaClient(TOKEN, httpx2.Client(transport=httpx2.MockTransport(fail)))
    with pytest.raises(FigmaError, match=message):
        client.picture(FRAME)


@pytest.fixture
def run(tmp_path, monkeypatch, fixed_predictor):
    """Runs the command; Figma answers as said."""
    monkeypatch.setattr("gazecast.model.predictor.Predictor", lambda _: fixed_predictor)

    def run(figma, *arguments, env=None):
        plain = httpx2.Client
        transport = httpx2.MockTransport(figma)
        monkeypatch.setattr(httpx2, "Client", lambda **more: plain(transport=transport, **more))
        out = tmp_path / "out"
        environment = {"COLUMNS": "200", "FIGMA_TOKEN": None, **(env or {})}
        result = CliRunner(env=environment).invoke(app, ["figma", *arguments, "--out", str(out)])
        return result, out

    return run


def test_a_domain_that_the_model_lacks_is_told_before_figma_is_asked(run, encode_image):
    figma = Figma(encode_image())
    result, out = run(figma, URL, "--token", TOKEN, "--domain", "billboard")
    assert result.exit_code == 1
    assert "unknown domain 'billboard'; choose auto or one of web, mobile" in result.stderr
    assert figma.requests == []
    assert not out.exists()


def test_a_domain_that_fine_tuning_added(run, kiosk_predictor, fixed_predictor, encode_image):
    fixed_predictor.info = kiosk_predictor.info
    result, out = run(Figma(encode_image()), URL, "--token", TOKEN, "--domain", "kiosk")
    assert result.exit_code == 0, result.output
    report = json.loads((out / "AbC123-12-34.json").read_text())
    assert report["domain"]["name"] == "kiosk"


def test_writes_the_picture_and_its_prediction(run, encode_image):
    picture = encode_image()
    result, out = run(Figma(picture), URL, "--token", TOKEN, "--window", "1s", "--domain", "web")
    assert result.exit_code == 0, result.output
    name = "AbC123-12-34"
    assert sorted(path.name for path in out.iterdir()) == [
        *(f"{name}.density.npy", f"{name}.heatmap.png", f"{name}.json", f"{name}.png")
    ]
    assert (out / f"{name}.png").read_bytes() == picture
    report = json.loads((out / f"{name}.json").read_text())
    assert (report["window"], report["domain"]["requested"]) == ("1s", "web")


def test_token_from_the_environment(run, encode_image):
    figma = Figma(encode_image())
    result, _ = run(figma, URL, env={"FIGMA_TOKEN": TOKEN})
    assert result.exit_code == 0, result.output
    assert figma.requests[0].headers["X-Figma-Token"] == TOKEN


def test_without_a_token_it_says_so(run):
    result, _ = run(Figma(), URL)
    assert result.exit_code == 2
    assert "--token" in result.stderr


def test_failures_are_told_and_leave_no_files(run):
    result, out = run(Figma(answers=[httpx2.Response(403)]), URL, "--token", TOKEN)
    assert result.exit_code == 1
    assert "does not take this token" in result.stderr
    assert TOKEN not in result.output
    assert not out.exists()


def test_a_picture_that_is_none_is_told(run):
    result, _ = run(Figma(b"not a picture"), URL, "--token", TOKEN)
    assert result.exit_code == 1
    assert "0 of 1 predicted" in result.stderr
