"""POST /v1/predictions: what a good request gets."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gazecast.designs import predicted, report
from gazecast.designs.html_report import POLICY
from gazecast.model.picture import read_picture

PATH = "/v1/predictions"


@pytest.fixture
def png(encode_image) -> bytes:
    return encode_image()


@pytest.fixture
def density(fixed_predictor, png):
    return fixed_predictor.predict(png).density


def test_json_answer_says_what_was_asked_and_what_predicted(client, png):
    answer = client.post(
        PATH, files={"image": png}, data={"window": "5s", "domain": "poster"}
    ).json()
    assert answer["window"] == "5s"
    assert answer["domain"]["name"] == answer["domain"]["requested"] == "poster"
    assert answer["domain"]["validation"] == "not validated on poster: a bump"
    assert answer["image"]["width"] == 120
    assert answer["image"]["height"] == 80
    assert answer["image"]["sha256"] == read_picture(png).sha256
    assert answer["model"] == {
        "name": "fixed",
        "version": "0",
        "sha256": "0" * 64,
        "licences": {
            "weights": "none",
            "datasets": [{"name": "made up", "licence": "CC0"}],
        },
    }
    assert answer["definitions"]
    assert "estimate" in answer["notice"]


def test_every_window_is_what_it_is_alone(client, png):
    regions = json.dumps([{"name": "left", "x": 0.0, "y": 0.0, "width": 0.5, "height": 1.0}])

    def ask(**fields):
        data = {"domain": "web", "regions": regions, **fields}
        return client.post(PATH, files={"image": png}, data=data).json()

    together = ask(every_window="true")
    assert list(together["windows"]) == ["1s", "3s", "5s"]
    for window, own in together["windows"].items():
        alone = ask(window=window)
        assert alone["windows"] is None
        assert own == {"density": alone["density"], "hotspots": alone["hotspots"]}
        (left,) = alone["regions"]
        assert together["regions"][0]["by_window"][window] == {
            name: left[name] for name in ("share", "interval", "intensity")
        }


def test_window_and_domain_have_defaults(client, png):
    answer = client.post(PATH, files={"image": png}).json()
    assert answer["window"] == "3s"
    assert answer["domain"]["requested"] == "auto"
    assert answer["regions"] == []


def test_density_in_json_is_the_prediction_within_its_rounding(client, png, density):
    answer = client.post(PATH, files={"image": png}).json()["density"]
    values = np.asarray(Image.open(BytesIO(b64decode(answer["data"]))))
    assert values.shape == (answer["height"], answer["width"]) == density.shape
    assert values.dtype == np.uint16
    np.testing.assert_allclose(values * answer["scale"], density, atol=answer["scale"] * 0.501)
    assert values.sum() * answer["scale"] == pytest.approx(1.0, abs=1e-3)


def test_npy_answer_is_the_prediction_exactly(client, png, density):
    answer = client.post(PATH, files={"image": png}, headers={"Accept": "application/x-npy"})
    assert answer.headers["content-type"] == "application/x-npy"
    array = np.load(BytesIO(answer.content), allow_pickle=False)
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, density)


def test_png_answer_is_an_overlay_that_says_what_it_is(client, png):
    answer = client.post(PATH, files={"image": png}, headers={"Accept": "image/png"})
    assert answer.headers["content-type"] == "image/png"
    overlay = Image.open(BytesIO(answer.content))
    assert overlay.format == "PNG"
    assert "not validated on web" in overlay.text["Description"]


def test_html_answer_is_the_report_of_what_was_asked_for(client, png):
    data = {
        "regions": json.dumps([{"name": "left", "x": 0, "y": 0, "width": 0.5, "height": 1}]),
        "goal_region": "left",
        "window": "1s",
    }
    files = {"image": ("<b>.png", png)}
    answer = client.post(PATH, files=files, data=data, headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h3>Goal: <bdi>left</bdi></h3>" in answer.text
    assert "&lt;b&gt;.png" in answer.text
    assert "in the first second" in answer.text
    # What the page asks for itself, so that it shows in a browser; and still in no frame.
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(POLICY)
    assert policy.endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    "accept", ["application/json", "image/png", "application/x-npy", "text/html"]
)
def test_every_answer_carries_id_and_validation(client, png, accept):
    answer = client.post(PATH, files={"image": png}, headers={"Accept": accept})
    assert answer.headers["gazecast-id"] == client.post(PATH, files={"image": png}).json()["id"]
    assert answer.headers["gazecast-domain"] == "web; not validated on web: a bump"
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_takes_the_usual_formats(client, encode_image, kind):
    assert client.post(PATH, files={"image": encode_image(kind=kind)}).status_code == 200


def test_the_whole_image_gets_all_attention(client, png):
    whole = {"name": "all", "x": 0, "y": 0, "width": 1, "height": 1}
    (region,) = _regions(client, png, whole)
    assert region["share"] == pytest.approx(1.0, abs=1e-5)
    assert region["intensity"] == pytest.approx(1.0, abs=1e-5)


def test_pixels_and_fractions_measure_the_same(client, png):
    fraction = {"name": "a", "x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}
    pixels = {"name": "a", "x": 30, "y": 20, "width": 60, "height": 40, "unit": "px"}
    one, other = _regions(client, png, fraction, pixels)
    assert one == other


def test_a_polygon_measures_as_the_rectangle_it_is(client, png):
    rectangle = {"name": "a", "x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}
    points = [[30, 20], [90, 20], [90, 60], [30, 60]]
    one, other = _regions(client, png, rectangle, {"name": "a", "points": points, "unit": "px"})
    for field in ("x", "y", "width", "height", "share", "intensity", "peak", "rank"):
        assert one[field] == pytest.approx(other[field], abs=1e-6)
    assert one["points"] is None
    assert other["points"] == [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]]
    assert one["contrast"] > 1
    assert other["contrast"] is None


def test_a_region_says_how_sure_it_is_and_who_has_seen_it(client, png):
    region, inside = _regions(
        client,
        png,
        {"name": "on", "x": 0.2, "y": 0.3, "width": 0.2, "height": 0.2},
        {"name": "inside", "x": 0.25, "y": 0.35, "width": 0.1, "height": 0.1},
    )
    interval = region["interval"]
    assert interval["low"] < region["share"] < interval["high"]
    assert interval["observers"] == 11
    assert list(region["seen"]) == ["1s", "3s", "5s"]
    assert 0 < inside["seen"]["1s"] < region["seen"]["1s"] < 1
    assert (region["rank"], inside["rank"]) == (1, 2)
    assert region["peak"] >= inside["intensity"]
    assert region["automatic"] is False


def test_an_uncalibrated_model_says_nothing_of_it(client, png, fixed_predictor, monkeypatch):
    monkeypatch.setattr(fixed_predictor, "info", replace(fixed_predictor.info, calibration=None))
    (region,) = _regions(client, png, {"name": "a", "x": 0, "y": 0, "width": 1, "height": 1})
    assert region["interval"] is None
    assert region["seen"] is None


def test_automatic_regions_come_after_those_given(client, screenshot):
    given = {"name": "given", "x": 0, "y": 0, "width": 0.1, "height": 0.1}
    data = {"automatic_regions": "true", "regions": json.dumps([given])}
    answer = client.post(PATH, files={"image": screenshot}, data=data).json()
    assert [region["automatic"] for region in answer["regions"]] == [False, True, True]
    names = [region["name"] for region in answer["regions"]]
    assert names[0] == "given"
    assert sorted(answer["first_glance_order"]) == sorted(names)
    assert client.post(PATH, files={"image": screenshot}).json()["regions"] == []


@pytest.fixture
def screenshot() -> bytes:
    """Two pictures of noise on white; the first lies on the bump."""
    image = Image.new("RGB", (480, 320), "white")
    pixels = np.random.default_rng(0).integers(0, 255, (24, 36, 3), np.uint8)
    for corner in ((80, 80), (300, 200)):
        image.paste(Image.fromarray(pixels).resize((144, 96)), corner)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_regions_of_one_name_are_told_apart_in_the_order(client, png):
    region = {"name": "a", "x": 0.8, "y": 0.8, "width": 0.1, "height": 0.1}
    regions = json.dumps([region, region | {"x": 0.2, "y": 0.3}])
    answer = client.post(PATH, files={"image": png}, data={"regions": regions}).json()
    assert answer["first_glance_order"] == ["a (2)", "a"]


def test_scores_are_placed_among_pages_of_the_kind(client, png):
    scores = {
        domain: client.post(PATH, files={"image": png}, data={"domain": domain}).json()["scores"]
        for domain in ("web", "mobile", "poster")
    }
    assert 0 < scores["web"]["focus"] < 1
    assert 0 < scores["web"]["half_area"] < 0.5
    assert scores["web"]["clutter"] == scores["poster"]["clutter"]
    assert [scores[domain]["reference_set"] for domain in scores] == ["alexa500", "enrico", None]
    assert set(scores["web"]["percentiles"]) == set(scores["web"]["clutter"])
    assert 0 <= scores["web"]["clarity"] <= 100
    assert scores["poster"]["percentiles"] is None
    assert scores["poster"]["clarity"] is None


def test_findings_come_from_the_numbers(client, png):
    most = {"name": "most", "x": 0.05, "y": 0.1, "width": 0.5, "height": 0.6}
    answer = client.post(PATH, files={"image": png}, data={"regions": json.dumps([most])}).json()
    (found,) = (each for each in answer["findings"] if each["kind"] == "one_region_dominates")
    assert "'most'" in found["observation"]
    assert found["numbers"]["share"] == pytest.approx(answer["regions"][0]["share"], abs=1e-6)
    assert found["suggestion"]


def test_an_unfamiliar_picture_is_warned_of(client, png, fixed_predictor, monkeypatch):
    familiar = client.post(PATH, files={"image": png}).json()
    assert familiar["unfamiliar"] == {"score": 0.5, "limit": 1.0, "warning": None}
    predict = fixed_predictor.predict
    monkeypatch.setattr(
        fixed_predictor,
        "predict",
        lambda *arguments: replace(predict(*arguments), unfamiliarity=1.01),
    )
    answer = client.post(PATH, files={"image": png}).json()
    assert "not to be relied on" in answer["unfamiliar"]["warning"]
    assert answer["findings"][0]["kind"] == "unlike_training_data"


def test_accuracy_is_told_in_one_line(client, png):
    answer = client.post(PATH, files={"image": png}).json()
    assert answer["accuracy"] == "not validated on web: a bump"


@pytest.mark.parametrize("accept", ["image/png", "application/x-npy"])
def test_other_forms_measure_nothing(client, png, accept, monkeypatch):
    monkeypatch.setattr(predicted, "automatic_regions", None)  # would fail
    for name in ("clutter", "score_regions", "findings"):
        monkeypatch.setattr(report, name, None)
    data = {"automatic_regions": "true"}
    answer = client.post(PATH, files={"image": png}, data=data, headers={"Accept": accept})
    assert answer.status_code == 200


def test_a_region_on_the_bump_is_intense(client, png):
    on = {"name": "on", "x": 0.2, "y": 0.3, "width": 0.2, "height": 0.2}
    off = {"name": "off", "x": 0.8, "y": 0.8, "width": 0.2, "height": 0.2}
    first, second = _regions(client, png, on, off)
    assert first["intensity"] > 2
    assert second["intensity"] < 0.2


def test_the_hotspot_is_the_bump(client, png):
    spots = client.post(PATH, files={"image": png}).json()["hotspots"]
    assert spots[0]["x"] == pytest.approx(0.3, abs=0.05)
    assert spots[0]["y"] == pytest.approx(0.4, abs=0.05)


def test_equal_requests_get_equal_bytes(client, png):
    first, second = (client.post(PATH, files={"image": png}) for _ in range(2))
    assert first.content == second.content


@pytest.mark.parametrize(
    "data",
    [
        {"window": "1s"},
        {"domain": "web"},
        {"regions": '[{"name": "a", "x": 0, "y": 0, "width": 1, "height": 1}]'},
        {"regions": '[{"name": "a", "points": [[0, 0], [1, 0], [1, 1], [0, 1]]}]'},
        {"automatic_regions": "true"},
    ],
)
def test_another_parameter_is_another_id(client, png, data):
    plain = client.post(PATH, files={"image": png}).json()["id"]
    assert client.post(PATH, files={"image": png}, data=data).json()["id"] != plain


def _regions(client, png, *regions):
    answer = client.post(PATH, files={"image": png}, data={"regions": json.dumps(regions)})
    return answer.json()["regions"]


# ---- Long pages ----------------------------------------------------------------------------------


def test_a_picture_is_no_long_page_unless_it_is_said_to_be(client, encode_image):
    tall = encode_image(width=100, height=600)
    assert client.post(PATH, files={"image": tall}).json()["long_page"] is None


def test_a_long_page_is_told_with_its_fold_and_its_reach(client, encode_image):
    tall = encode_image(width=100, height=600)
    answer = client.post(
        PATH,
        files={"image": tall},
        data={"viewport_height": "100", "scroll_reach": "[[300, 0.5], [600, 0.1]]"},
    ).json()
    page = answer["long_page"]
    assert page["viewport_height"] == 100
    assert page["screens"] >= 6
    assert page["above_the_fold"] + page["below_the_fold"] == pytest.approx(1)
    assert page["half_reach"] == pytest.approx(300)
    assert answer["density"]["height"] > answer["density"]["width"]
    usual = client.post(PATH, files={"image": tall}, data={"viewport_height": "100"}).json()
    assert usual["id"] != answer["id"]


def test_regions_of_a_long_page_are_parts_of_the_whole(client, encode_image):
    tall = encode_image(width=100, height=600)
    halves = [
        {"name": "top", "x": 0, "y": 0, "width": 1, "height": 0.5},
        {"name": "bottom", "x": 0, "y": 300, "width": 100, "height": 300, "unit": "px"},
    ]
    form = {"viewport_height": "100", "regions": json.dumps(halves)}
    top, bottom = client.post(PATH, files={"image": tall}, data=form).json()["regions"]
    assert top["share"] + bottom["share"] == pytest.approx(1, abs=1e-4)
    assert top["share"] > bottom["share"]


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"viewport_height": "0"}, "invalid-viewport_height"),
        ({"viewport_height": "tall"}, "invalid-viewport_height"),
        ({"scroll_reach": "[[100]]"}, "invalid-scroll_reach"),
        ({"scroll_reach": "[[300, 7]]"}, "invalid-long-page"),
        ({"viewport_height": "1"}, "invalid-long-page"),
    ],
)
def test_what_is_no_long_page_is_refused(client, encode_image, form, kind):
    answer = client.post(PATH, files={"image": encode_image(width=100, height=600)}, data=form)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(kind)


# ---- What should be seen -------------------------------------------------------------------------

NEAR = {"name": "near", "x": 0.2, "y": 0.3, "width": 0.2, "height": 0.2}
FAR = {"name": "far", "x": 0.8, "y": 0.8, "width": 0.2, "height": 0.2}


def ask(client, png, **form):
    return client.post(
        PATH, files={"image": png}, data={"regions": json.dumps([FAR, NEAR]), **form}
    ).json()


def test_without_a_goal_or_an_order_none_is_told(client, png):
    answer = ask(client, png)
    assert answer["intended_order"] is None
    assert answer["first_glance_order"] == ["near", "far"]


def test_the_intended_order_is_set_against_the_expected_one(client, png):
    reversed_ = ask(client, png, intended_order='["far", "near"]', goal_region="far")
    assert reversed_["intended_order"] == {
        "goal_region": "far",
        "intended": ["far", "near"],
        "agreement": -1,
        "outranking": ["near"],
    }
    same = ask(client, png, intended_order='["near", "far"]')
    assert same["intended_order"]["agreement"] == 1
    assert len({reversed_["id"], same["id"], ask(client, png)["id"]}) == 3


def test_a_goal_alone_tells_what_outranks_it(client, png):
    page = {"name": "page", "x": 0, "y": 0, "width": 1, "height": 1}
    regions = json.dumps([FAR, NEAR, page])
    answer = ask(client, png, goal_region="far", regions=regions)
    assert answer["first_glance_order"] == ["page", "near", "far"]
    assert answer["intended_order"]["outranking"] == ["near"]  # the page holds the goal


def test_findings_speak_of_the_goal(client, png):
    kinds = {finding["kind"] for finding in ask(client, png, goal_region="far")["findings"]}
    assert kinds & {"goal_outranked", "goal_hardly_seen", "goal_rivalled"}


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"goal_region": "middle"}, "invalid-goal_region"),
        ({"intended_order": '["far", "middle"]'}, "invalid-intended_order"),
        ({"intended_order": '["far", "far"]'}, "invalid-intended_order"),
        ({"intended_order": '"far"'}, "invalid-intended_order"),
    ],
)
def test_a_goal_that_is_no_region_is_refused(client, png, form, kind):
    answer = ask(client, png, **form)
    assert answer["status"] == 422
    assert answer["type"].endswith(kind)
