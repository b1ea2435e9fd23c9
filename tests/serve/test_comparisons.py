"""POST /v1/comparisons: verdicts, pictures, regions found and given, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw
from pydantic import TypeAdapter

from gazecast.designs import comparison
from gazecast.designs.records import Comparison
from gazecast.model.picture import Picture, read_picture
from gazecast.model.prediction import DomainDecision
from gazecast.model.vocabulary import DOMAINS, WINDOWS
from gazecast.serve.app import create_app
from gazecast.serve.decoding import PROCESSES
from gazecast.serve.settings import Settings

PATH = "/v1/comparisons"
LEFT = {"name": "left", "x": 0.1, "y": 0.2, "width": 0.25, "height": 0.6}
RIGHT = {"name": "right", "x": 0.65, "y": 0.2, "width": 0.25, "height": 0.6}
BOTH = json.dumps([LEFT, RIGHT])


@pytest.fixture
def predictor(fixed_predictor, monkeypatch):
    """Looks at what is dark, and takes the domain from the first pixel's blue."""
    fixed = type(fixed_predictor).predict

    def predict(image, window="3s", domain="auto"):
        picture = image if isinstance(image, Picture) else read_picture(image)
        prediction = fixed(fixed_predictor, picture, window, domain)
        small = Image.fromarray(picture.rgb[..., 0]).resize((120, 80), Image.Resampling.BOX)
        dark = 270.0 - np.asarray(small)
        density = (dark / dark.sum()).astype(np.float32)
        blue = int(picture.rgb[0, 0, 2])
        probabilities = {"web": blue / 255, "mobile": 1 - blue / 255, "poster": 0.0, "photo": 0.0}
        used = max(DOMAINS, key=probabilities.__getitem__) if domain == "auto" else domain
        asked.append((used, domain))
        return replace(
            prediction,
            densities=dict.fromkeys(WINDOWS, density),
            domain=DomainDecision(used, domain, probabilities, fixed_predictor.info.domains[used]),
            again=partial(predict, picture, window),
        )

    asked = fixed_predictor.asked = []
    monkeypatch.setattr(fixed_predictor, "predict", predict)
    return fixed_predictor


@pytest.fixture
def service(predictor):
    with TestClient(create_app(Settings(max_regions=3), predictor)) as client:
        yield client


def picture(*boxes, size=(480, 320), blue=255) -> bytes:
    """Dark boxes (fractions: x, y, width, height) on white."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for x, y, width, height in boxes:
        corners = (x * size[0], y * size[1], (x + width) * size[0], (y + height) * size[1])
        draw.rectangle(corners, fill=(20, 20, 20))
    image.putpixel((0, 0), (255, 255, blue))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


ON_LEFT = picture((0.15, 0.3, 0.15, 0.4), (0.8, 0.3, 0.03, 0.1))
ON_RIGHT = picture((0.15, 0.3, 0.03, 0.1), (0.7, 0.3, 0.15, 0.4))


def post(service, *files, accept="application/json", **data):
    parts = [("variants", file) for file in files]
    return service.post(PATH, files=parts, data=data, headers={"Accept": accept})


def compared(service, *files, **data):
    answer = post(service, *files, **data)
    assert answer.status_code == 200, answer.text
    TypeAdapter(Comparison).validate_json(answer.content)
    return answer.json()


A, B = ("a.png", ON_LEFT), ("b.png", ON_RIGHT)


def test_the_answer_has_the_agreed_shape(service):
    answer = compared(service, A, B, regions=BOTH, goal_region="right")
    assert answer["verdict"] == "b.png"
    assert answer["probability"] > 0.95
    assert [region["name"] for region in answer["regions"]] == ["left", "right"]
    left, right = answer["regions"]
    assert (left["verdict"], right["verdict"]) == ("a.png", "b.png")
    assert list(right["shares"]) == ["a.png", "b.png"]
    share = right["shares"]["b.png"]
    assert set(share) == {"share", "low", "high"}
    assert 0 < share["low"] < share["share"] < share["high"] < 1


def test_the_answer_says_under_which_conditions_it_holds(service, predictor):
    answer = compared(service, A, B, regions=BOTH, window="1s", domain="poster")
    assert (answer["window"], answer["goal_region"], answer["automatic"]) == ("1s", None, False)
    assert answer["domain"]["name"] == answer["domain"]["requested"] == "poster"
    assert answer["model"]["sha256"] == predictor.info.sha256
    assert (answer["observers"], answer["basis"]) == (11, "made up")
    assert [variant["name"] for variant in answer["variants"]] == ["a.png", "b.png"]
    assert answer["variants"][0]["image"]["sha256"] == read_picture(ON_LEFT).sha256
    assert answer["variants"][0]["unfamiliar"]["warning"] is None
    (apart,) = answer["apart"]
    assert (apart["first"], apart["second"]) == ("a.png", "b.png")
    assert 0 < apart["distance"] < 1
    assert answer["definitions"]
    assert "estimate" in answer["notice"]


def test_without_a_goal_no_variant_is_named(service):
    assert compared(service, A, B, regions=BOTH)["verdict"] == "differs"


def test_the_same_picture_twice_shows_no_difference(service):
    answer = compared(service, A, ("again.png", ON_LEFT), regions=BOTH, goal_region="left")
    assert answer["verdict"] == "no_detectable_difference"


def test_eight_variants(service):
    files = [(f"{number}.png", ON_LEFT) for number in range(7)] + [B]
    answer = compared(service, *files, regions=BOTH, goal_region="right")
    assert answer["verdict"] == "b.png"
    assert len(answer["apart"]) == 28


def test_folders_are_left_out_of_names(service):
    answer = compared(service, ("new/a.png", ON_LEFT), ("C:\\old\\b.png", ON_RIGHT), regions=BOTH)
    assert [variant["name"] for variant in answer["variants"]] == ["a.png", "b.png"]


def test_regions_for_each_variant(service):
    badge = RIGHT | {"name": "badge"}
    polygon = {"name": "left", "points": [[0, 0], [200, 0], [200, 300]], "unit": "px"}
    regions = json.dumps({"a.png": [LEFT], "b.png": [polygon, badge]})
    answer = compared(service, A, B, regions=regions)
    assert [region["name"] for region in answer["regions"]] == ["left"]
    assert answer["unmatched"] == ["badge"]


def test_regions_are_found_and_looked_up_in_a_shifted_version(service):
    boxes = [(0.2, 0.15, 0.3, 0.3), (0.6, 0.55, 0.2, 0.25)]
    moved = [(x + 0.05, y + 0.1, width, height) for x, y, width, height in boxes]
    files = [("a.png", noisy(boxes)), ("b.png", noisy(moved))]
    answer = compared(service, *files)
    assert answer["automatic"] is True
    assert len(answer["regions"]) == 2
    for region in answer["regions"]:
        shares = region["shares"]
        assert shares["a.png"]["share"] > 0.1
        assert shares["b.png"]["share"] == pytest.approx(shares["a.png"]["share"], rel=0.05)


def noisy(boxes):
    """Pictures of noise on a white page."""
    image = Image.new("RGB", (480, 320), "white")
    rng = np.random.default_rng(0)
    for x, y, width, height in boxes:
        size = round(width * 480), round(height * 320)
        pixels = rng.integers(0, 255, (size[1] // 4, size[0] // 4, 3), np.uint8)
        texture = Image.fromarray(pixels).resize(size)
        image.paste(texture, (round(x * 480), round(y * 320)))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_blank_picture_is_compared_by_a_grid(service):
    answer = compared(service, ("a.png", picture()), ("b.png", picture()))
    assert answer["automatic"] is True
    names = [region["name"] for region in answer["regions"]]
    assert (names[0], names[4], names[8]) == ("top left", "middle", "bottom right")


def test_the_domain_is_decided_once_from_the_mean(service, predictor, monkeypatch):
    web, mobile = picture(blue=230), picture(blue=100)
    predictor.asked.clear()
    read: list[bytes] = []
    decode = PROCESSES.read
    monkeypatch.setattr(PROCESSES, "read", lambda content: read.append(content) or decode(content))
    answer = compared(service, ("a.png", mobile), ("b.png", web), ("c.png", web))
    assert answer["domain"]["name"] == "web"
    assert answer["domain"]["requested"] == "auto"
    assert answer["domain"]["probabilities"]["web"] == pytest.approx((100 + 2 * 230) / 3 / 255)
    # The one that was taken for another is predicted again, the others are not. None is read again.
    assert [used for used, _ in predictor.asked] == ["mobile", "web", "web", "web"]
    assert read == [mobile, web, web]


def test_a_desktop_and_a_phone_version_are_not_compared(service):
    files = ("desktop.png", picture(blue=250)), ("phone.png", picture(blue=5))
    answer = post(service, *files)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "urn:gazecast:problem:different-devices"
    assert "desktop.png looks like a web page" in problem["detail"]
    assert post(service, *files, domain="web").status_code == 200  # whoever says so knows better


def test_image_png_is_the_difference(service):
    answer = post(service, A, B, regions=BOTH, accept="image/png")
    assert answer.headers["content-type"] == "image/png"
    shown = Image.open(BytesIO(answer.content))
    assert "not validated on web" in shown.text["Description"]
    assert shown.width == 480
    pixels = np.asarray(shown).astype(int)
    assert pixels[120, 90, 2] > pixels[120, 90, 0]  # violet: less than in the first
    assert pixels[150, 380, 0] > pixels[150, 380, 2]  # orange: more


def test_three_variants_are_two_pictures(service):
    two, three = (
        Image.open(BytesIO(post(service, A, *others, accept="image/png").content))
        for others in ([B], [B, ("c.png", ON_RIGHT)])
    )
    assert three.height == 2 * two.height


def test_large_pictures_are_drawn_smaller(monkeypatch, service):
    monkeypatch.setattr(comparison, "_PIXELS", 10_000)
    shown = Image.open(BytesIO(post(service, A, B, accept="image/png").content))
    assert shown.width == round(480 * (10_000 / (480 * 320)) ** 0.5)


def test_equal_requests_get_equal_bytes(service):
    first, second = (post(service, A, B, regions=BOTH) for _ in range(2))
    assert first.content == second.content


def test_it_counts_as_many_predictions(service, monkeypatch):
    taken = []
    own = comparison.compare_variants

    def noting(*arguments):
        taken.append(service.app.state.service._taken)
        return own(*arguments)

    monkeypatch.setattr(comparison, "compare_variants", noting)
    compared(service, A, B, ("c.png", ON_LEFT))
    assert taken == [3]
    assert service.app.state.service._taken == 0


# ---- What is refused ---------------------------------------------------------------------------


def problem(answer, status, slug):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == f"urn:gazecast:problem:{slug}"
    assert told["remedy"]
    return told


@pytest.mark.parametrize("count", [0, 1, 9])
def test_wrong_number_of_variants(service, count):
    files = [(f"{number}.png", ON_LEFT) for number in range(count)]
    parts = [("variants", file) for file in files] or [("window", (None, "3s"))]
    told = problem(service.post(PATH, files=parts), 422, "invalid-variants")
    assert "2 to 8" in told["remedy"]


def test_variants_of_one_name(service):
    told = problem(post(service, A, ("folder/a.png", ON_RIGHT)), 422, "not-comparable")
    assert "'a.png'" in told["detail"]


def test_a_variant_named_like_a_verdict(service):
    problem(post(service, A, ("differs", ON_RIGHT)), 422, "not-comparable")


@pytest.mark.parametrize(
    ("what", "status", "slug"),
    [
        ("corrupt", 422, "damaged-picture"),
        ("text", 415, "unsupported-format"),
        ("huge", 413, "picture-too-large"),
    ],
)
def test_a_bad_image_is_named(service, bad_images, what, status, slug):
    told = problem(post(service, A, ("b.png", bad_images[what])), status, slug)
    assert told["detail"].startswith("Variant 'b.png': ")


@pytest.mark.parametrize(
    "regions",
    ["{", "1", '{"a.png": 1}', "[1]", '[{"name": "a"}]', '[{"name": "a", "points": [[0, 0]]}]'],
)
def test_wrong_regions(service, regions):
    problem(post(service, A, B, regions=regions), 422, "invalid-regions")


def test_a_region_that_fits_one_variant_only_names_the_other(service):
    wide = picture(size=(600, 320))
    region = [{"name": "a", "x": 500, "y": 10, "width": 50, "height": 50, "unit": "px"}]
    answer = post(service, ("wide.png", wide), B, regions=json.dumps(region))
    told = problem(answer, 422, "invalid-regions")
    assert told["detail"].startswith("Variant 'b.png': Region 'a'")


def test_regions_of_a_variant_that_is_not_there(service):
    told = problem(
        post(service, A, B, regions=json.dumps({"c.png": [LEFT]})), 422, "not-comparable"
    )
    assert "'c.png'" in told["detail"]


def test_an_unknown_goal(service):
    told = problem(post(service, A, B, regions=BOTH, goal_region="foot"), 422, "not-comparable")
    assert "left, right" in told["detail"]


def test_too_many_regions(service):
    regions = json.dumps([LEFT | {"name": str(number)} for number in range(4)])
    problem(post(service, A, B, regions=regions), 422, "too-many-regions")


def test_a_field_of_another_form(service):
    told = problem(post(service, A, B, automatic_regions="true"), 422, "unknown-field")
    assert "goal_region" in told["remedy"]


def test_an_image_field_is_unknown_here(service):
    answer = service.post(PATH, files=[("image", A), ("variants", A), ("variants", B)])
    problem(answer, 422, "unknown-field")


def test_a_body_that_is_no_form(service):
    told = problem(service.post(PATH, json={}), 415, "not-multipart")
    assert "-F variants=@" in told["remedy"]


def test_nothing_offered_is_accepted(service):
    problem(post(service, A, B, accept="application/x-npy"), 406, "not-acceptable")


def test_a_model_without_a_calibration_says_what_to_run(service, predictor, monkeypatch):
    monkeypatch.setattr(predictor, "info", replace(predictor.info, calibration=None))
    told = problem(post(service, A, B), 409, "not-calibrated")
    assert "gazecast calibrate" in told["remedy"]


def test_a_queue_without_room(service):
    service.app.state.service._taken = 10**6
    assert int(post(service, A, B).headers["retry-after"]) > 0
