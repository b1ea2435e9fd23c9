"""What a form may have much of, and what one that has too much of it costs: next to nothing."""

from __future__ import annotations

import http.client
import json
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from gazecast.analysis.bounds import MAX_POINTS, MOST_FOUND
from gazecast.designs.limits import LONGEST_NAME, MAX_REACH_POINTS, Limits
from gazecast.serve.app import create_app
from gazecast.serve.settings import Settings

REGIONS = 60
LIMITS = Limits(REGIONS)
SHORT = 4096
"""Bytes of an answer that repeats nothing at length."""

Post = Callable[..., httpx2.Response]


class Uncalled:
    """A predictor that must not be asked."""

    def __init__(self, predictor):
        self.info = predictor.info

    def warm_up(self):
        pass

    def predict(self, *_):
        raise AssertionError("it was predicted")


@pytest.fixture
def refusing(fixed_predictor):
    with TestClient(create_app(Settings(max_regions=REGIONS), Uncalled(fixed_predictor))) as client:
        yield client


@pytest.fixture
def allowing(fixed_predictor):
    with TestClient(create_app(Settings(max_regions=REGIONS), fixed_predictor)) as client:
        yield client


@pytest.fixture
def post(encode_image) -> Post:
    """Sends a form with what it needs of images; several values of a field as a list."""
    image = encode_image()

    def post(client, path, **fields) -> httpx2.Response:
        files = [
            (name, (None, value))
            for name, values in fields.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        if path == "comparisons":
            files += [("variants", (f"{name}.png", image)) for name in "ab"]
        else:
            files.append(({"predictions": "image", "jobs": "files"}[path], ("a.png", image)))
        return client.post(f"/v1/{path}", files=files)

    return post


def assert_refused(answer, *says: str, status: int = 422) -> dict:
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < SHORT
    problem = answer.json()
    for text in says:
        assert text in problem["detail"] + problem["remedy"]
    return problem


def many(unit: str, size: int) -> str:
    """A JSON list of equal elements, not longer than `size`."""
    return "[" + ",".join([unit] * (size // (len(unit) + 1) - 1)) + "]"


def rectangles(count: int) -> list[dict]:
    place = {"x": 0.1, "y": 0.1, "width": 0.3, "height": 0.3}
    return [{"name": f"r{number}", **place} for number in range(count)]


def polygon(corners: int, name: str = "p") -> dict:
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    points = [[0.5 + 0.4 * math.cos(turn), 0.5 + 0.4 * math.sin(turn)] for turn in turns]
    return {"name": name, "points": points}


def floods(size: int) -> dict[str, tuple[str, str]]:
    """Fields of about `size` bytes that ask for far more, by what they have much of."""
    keys = ",".join(f'"k{number}":1' for number in range(size // 11))
    names = ",".join(f'"n{number}"' for number in range(size // 9))
    return {
        **{f"regions {unit}": ("regions", many(unit, size)) for unit in ("{}", "[]", "1", '""')},
        "corners": ("regions", '[{"name":"a","points":' + many("[0,0]", size - 50) + "}]"),
        "no corners": ("regions", '[{"name":"a","points":' + many("[]", size - 50) + "}]"),
        "keys": ("regions", '[{"points":[],' + keys + "}]"),
        "equal keys": ("regions", "[{" + ",".join(['"a":1'] * (size // 7)) + "}]"),
        "variants": ("regions", "{" + keys.replace(":1", ":[]")[: size // 2] + "}"),
        "depth": ("regions", "[" * (size // 2)),
        "digits": ("regions", '[{"name":"a","x":' + "9" * (size - 50) + "}]"),
        "name": ("regions", json.dumps([{**rectangles(1)[0], "name": "n" * (size - 200)}])),
        "order": ("intended_order", f"[{names}]"),
        "points": ("scroll_reach", many("[1000,0.5]", size)),
        "no points": ("scroll_reach", many("[]", size)),
        "goal": ("goal_region", "g" * size),
        "domain": ("domain", "d" * size),
        "window": ("window", "3" * size),
        "height": ("viewport_height", "1" * size),
        "flag": ("every_window", "t" * size),
    }


OF_COMPARISONS = ("regions", "goal_region", "domain", "window")
FLOODS = [
    (path, what)
    for path in ("predictions", "comparisons", "jobs")
    for what, (field, _) in floods(0).items()
    if path != "comparisons" or field in OF_COMPARISONS
]


@pytest.mark.parametrize("size", [LIMITS.text_bytes - 10, 1_048_000])
@pytest.mark.parametrize(("path", "what"), FLOODS)
def test_floods_are_refused_by_the_name_of_their_field(refusing, post, path, what, size):
    field, text = floods(size)[what]
    problem = assert_refused(post(refusing, path, **{field: text}), repr(field))
    if size > LIMITS.text_bytes:
        assert f"{LIMITS.text_bytes:,} bytes" in problem["detail"]


def test_the_same_field_thrice_is_refused_once(refusing, post):
    assert_refused(post(refusing, "predictions", regions=[many("{}", 99_000)] * 3), "'regions'")


def test_limits_follow_from_how_many_regions_the_operator_allows():
    few, many_more = Limits(0), Limits(10_000)
    assert few.corners == MAX_POINTS  # one polygon is allowed wherever regions are
    assert few.names == MOST_FOUND
    for limit in ("corners", "names", "text_bytes", "brackets"):
        assert getattr(few, limit) < getattr(LIMITS, limit) < getattr(many_more, limit)
    # As much text as names of the longest kind take, in any script, and corners in full length.
    longest = {**rectangles(1)[0], "name": "\N{CJK UNIFIED IDEOGRAPH-5B57}" * 160}
    assert LIMITS.text_bytes > len(json.dumps([longest] * REGIONS))
    assert LIMITS.text_bytes > len(json.dumps([[1 / 3, 1 / 7]] * LIMITS.corners))


@pytest.mark.parametrize("path", ["predictions", "comparisons", "jobs"])
def test_as_many_regions_as_are_allowed(allowing, post, path):
    assert post(allowing, path, regions=json.dumps(rectangles(REGIONS))).is_success
    answer = post(allowing, path, regions=json.dumps(rectangles(REGIONS + 1)))
    problem = assert_refused(answer, f"{REGIONS + 1} regions; {REGIONS}", "GAZECAST_MAX_REGIONS")
    assert problem["type"].endswith(":too-many-regions")


@pytest.mark.parametrize("path", ["predictions", "comparisons", "jobs"])
def test_as_many_corners_in_all_as_are_allowed(allowing, post, path):
    assert LIMITS.corners == 600
    allowed = [polygon(300, "one"), polygon(300, "other")]
    assert post(allowing, path, regions=json.dumps(allowed)).is_success
    answer = post(allowing, path, regions=json.dumps([*allowed, polygon(3, "more")]))
    problem = assert_refused(answer, "'regions'", "603 corners; 600", "GAZECAST_MAX_REGIONS")
    assert problem["type"].endswith(":too-many-corners")


def test_limits_are_of_each_variant(allowing, post):
    each = {name: rectangles(REGIONS) for name in ("a.png", "b.png")}
    assert post(allowing, "comparisons", regions=json.dumps(each)).is_success
    each["b.png"] = rectangles(REGIONS + 1)
    answer = post(allowing, "comparisons", regions=json.dumps(each))
    assert_refused(answer, f"{REGIONS + 1} regions; {REGIONS}")


@pytest.mark.parametrize("path", ["predictions", "jobs"])
def test_as_many_names_in_order_as_regions_may_be(allowing, post, path):
    regions = rectangles(REGIONS)
    names = [region["name"] for region in regions]
    fields = {"regions": json.dumps(regions), "intended_order": json.dumps(names)}
    assert post(allowing, path, **fields).is_success
    too_many = json.dumps(["r"] * (LIMITS.names + 1))
    answer = post(allowing, path, intended_order=too_many)
    assert_refused(
        answer, "'intended_order'", f"{LIMITS.names + 1} names; {LIMITS.names}", "MAX_REGIONS"
    )


def test_as_many_points_of_reach_as_are_allowed(allowing, post):
    curve = [[1000 + depth, 0.5] for depth in range(MAX_REACH_POINTS + 1)]
    assert post(allowing, "predictions", scroll_reach=json.dumps(curve[1:])).is_success
    answer = post(allowing, "predictions", scroll_reach=json.dumps(curve))
    assert_refused(answer, "'scroll_reach'", f"at most {MAX_REACH_POINTS} items")


def test_names_of_the_longest_kind_may_repeat(allowing, post):
    regions = rectangles(2)
    for region in regions:
        region["name"] = "n" * LONGEST_NAME
    second = f"{'n' * LONGEST_NAME} (2)"
    fields = {"intended_order": json.dumps([second]), "goal_region": second}
    answer = post(allowing, "predictions", regions=json.dumps(regions), **fields)
    assert answer.json()["intended_order"]["intended"] == [second]


@pytest.mark.parametrize("path", ["predictions", "comparisons", "jobs"])
def test_what_was_sent_is_not_repeated_at_length(allowing, post, path):
    name = "\N{EURO SIGN}" * 900 + "end"
    assert_refused(post(allowing, path, **{name: "1"}), "\N{EURO SIGN}" * 300)


def test_a_goal_that_is_not_there_is_not_repeated_at_length(allowing, post):
    for path in ("predictions", "comparisons"):
        assert_refused(post(allowing, path, goal_region="\x01" * 208), "region")


def test_names_of_variants_are_not_repeated_at_length(allowing, post):
    answer = post(allowing, "comparisons", regions=json.dumps({"v" * 50_000: []}))
    assert_refused(answer, "vvv")
    wrong = json.dumps({"v" * 50_000: [1]})
    assert_refused(post(allowing, "comparisons", regions=wrong), "'regions'")


def test_headers_are_not_repeated_at_length(allowing, encode_image):
    long = "x/" + "y" * 20_000
    answer = allowing.post("/v1/predictions", content=b"1", headers={"Content-Type": long})
    assert_refused(answer, "Content-Type", status=415)
    answer = allowing.post(
        "/v1/predictions", files={"image": encode_image()}, headers={"Accept": long}
    )
    assert_refused(answer, "Accept", status=406)


@pytest.mark.parametrize("path", ["predictions", "jobs"])
@pytest.mark.parametrize("height", ["1" + "0" * 4000, "1000001", "0"])
def test_a_viewport_has_a_height_that_screens_can_have(refusing, post, path, height):
    assert_refused(post(refusing, path, viewport_height=height), "'viewport_height'")


@pytest.mark.parametrize("path", ["predictions", "jobs"])
def test_a_flag_that_is_none_is_told(refusing, post, path):
    answer = post(refusing, path, every_window="perhaps")
    assert assert_refused(answer, "true or false")["type"].endswith(":invalid-every_window")


def test_files_as_text_are_told(refusing, post):
    assert_refused(post(refusing, "jobs", files="a.png"), "'files'")


@pytest.mark.parametrize("path", ["predictions", "comparisons", "jobs"])
def test_more_fields_than_any_form_has_are_refused(refusing, post, path):
    fields = {f"f{number}": "" for number in range(5000)}
    assert_refused(post(refusing, path, **fields), "at most 16 text fields", status=400)


def test_a_form_that_is_cut_off_is_no_failure(start_server):
    server = start_server()
    host, port = server.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port))
    connection.putrequest("POST", "/v1/predictions")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", "100000")
    connection.endheaders(b'--b\r\nContent-Disposition: form-data; name="regions"\r\n\r\n[')
    connection.close()
    for _ in range(100):
        lines = [line for line in server.log() if line.get("route") == "/v1/predictions"]
        if lines:
            break
        time.sleep(0.05)
    assert [line["status"] < 500 for line in lines] == [True]


@pytest.mark.alone
def test_nothing_is_held_up_by_floods(start_server, encode_image):
    """The longest that /healthz is silent, that a flood takes, and what memory they leave."""
    server = start_server()
    size = Limits(Settings().max_regions).text_bytes
    fields = [field for bytes_ in (size - 10, 1_048_000) for field in floods(bytes_).values()]
    image = encode_image()
    silent, ended = [0.0], threading.Event()

    def watch() -> None:
        with httpx2.Client(base_url=server.url) as client:
            answered = time.monotonic()
            while not ended.is_set():
                assert client.get("/healthz").is_success
                now = time.monotonic()
                silent[0] = max(silent[0], now - answered)
                answered = now
                time.sleep(0.005)

    def peak() -> int:
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024

    httpx2.post(f"{server.url}/v1/predictions", files={"image": image})
    before = peak()
    watching = threading.Thread(target=watch)
    watching.start()
    took = []
    try:
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            for field, text in fields:
                for path, name in (("predictions", "image"), ("jobs", "files")):
                    files = [(field, (None, text)), (name, ("a.png", image))]
                    started = time.monotonic()
                    assert client.post(f"/v1/{path}", files=files).status_code == 422
                    took.append(time.monotonic() - started)
    finally:
        ended.set()
        watching.join()
    assert max(took) < 1
    assert silent[0] < 0.5
    assert peak() < before + 64 * 2**20
