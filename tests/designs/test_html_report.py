"""The report as a page: it stands alone, it is valid, and nothing in it is taken for markup."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gazecast.analysis.regions import Polygon, Region
from gazecast.analysis.scores.contrast import contrast_ratio
from gazecast.designs import html_report
from gazecast.designs.design import Design
from gazecast.designs.errors import ReportError
from gazecast.designs.html_report import Entry
from gazecast.designs.html_report.page import environment
from gazecast.designs.predicted import Predicted, labelled
from gazecast.designs.references import UNFAMILIAR_WARNING
from gazecast.designs.report import describe
from gazecast.model.picture import read_picture
from gazecast.model.vocabulary import NOTICE, WINDOWS

HOSTILE = "<script>alert('x')</script>\"&\x00${title}"
VOID = {"meta", "img", "link", "br"}


@pytest.fixture
def make_entry(fixed_predictor, encode_image):
    def make(name="page.png", regions=(), width=120, height=80, asked=None, **changes):
        picture = read_picture(encode_image(width, height))
        prediction = replace(fixed_predictor.predict(picture), **changes)
        design = Design(image=picture, name=name, **(asked or {}))
        predicted = Predicted(design, picture, labelled(regions), 0, prediction)
        return Entry(name, predicted, describe(predicted))

    return make


HEADLINE = Region("headline", 0.1, 0.2, 0.5, 0.4)
BUTTON = Region("button", 0.7, 0.8, 0.2, 0.1)


class Page(HTMLParser):
    """Elements, their attributes and the text; raises where tags are not balanced."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert len({key for key, _ in attrs}) == len(attrs), "an attribute is given twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]


def test_every_image_has_its_section_and_pictures(make_entry):
    entries = [make_entry("first.png", [HEADLINE]), make_entry("second.png", height=300)]
    text = html_report.html_report(entries)
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert page.all("html") == [{"lang": "en"}]
    assert [each["id"] for each in page.all("section")] == ["image-1", "image-2"]
    assert len(page.all("figure")) == 6
    for image in page.all("img") + page.all("image"):
        source = image.get("src") or image["href"]
        head, _, data = source.partition(",")
        assert head == "data:image/jpeg;base64"
        Image.open(BytesIO(b64decode(data))).verify()
    assert [image["alt"].partition(":")[0] for image in page.all("img")] == [
        f"{kind} map of {name}.png" for name in ("first", "second") for kind in ("Heat", "Focus")
    ]


def test_it_stands_alone(make_entry):
    text = html_report.html_report([make_entry(regions=[HEADLINE])])
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "form", "base"} & {
        name for name, _ in page.elements
    }
    without_pictures = re.sub(r"data:image/jpeg;base64,[A-Za-z0-9+/=]+", "", text)
    assert "http:" not in without_pictures
    assert "https:" not in without_pictures
    assert "url(" not in without_pictures
    assert "@import" not in without_pictures
    (policy,) = (each for each in page.all("meta") if "http-equiv" in each)
    assert policy["content"].startswith("default-src 'none';")


def test_ids_are_unique_and_links_lead_somewhere(make_entry):
    page = Page(html_report.html_report([make_entry(), make_entry("other.png")]))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [each["href"].removeprefix("#") for each in page.all("a")]
    targets += [each["aria-labelledby"] for each in page.all("section")]
    assert targets
    assert set(targets) <= set(ids)


def test_it_is_the_same_each_time(make_entry):
    entry = make_entry(regions=[HEADLINE])
    assert html_report.html_report([entry]) == html_report.html_report([entry])


def test_hostile_names_are_text(make_entry):
    entry = make_entry(HOSTILE, [replace(HEADLINE, name=HOSTILE), BUTTON])
    text = html_report.html_report([entry], goal=HOSTILE)
    page = Page(text)
    assert not page.all("script")
    assert "<script" not in text.lower()
    assert "\x00" not in text
    shown = HOSTILE.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    assert page.text.count(shown) > 4


@given(st.text())
def test_text_never_becomes_markup(text):
    template = environment().from_string("<p title='{{ text }}'>{{ text }}</p>")
    written = template.render(text=text)
    (element,) = Page(written).elements
    shown = Page(written).text
    assert element[1]["title"] == shown
    assert len(shown) == len(text)
    written.encode()


def test_the_numbers_of_the_prediction_are_in_it(make_entry):
    entry = make_entry(regions=[HEADLINE, BUTTON])
    text = Page(html_report.html_report([entry])).text
    report = entry.report
    for region in report.regions:
        assert f"{100 * region.share:.1f} %" in text
        assert f"{100 * region.interval.low:.0f} to {100 * region.interval.high:.0f} %" in text
    assert NOTICE in text
    assert "The model is not validated on web: a bump." in text
    assert report.model.sha256 in text
    assert report.image.sha256 in text
    assert "305 pictures of alexa500" in text
    assert "panel of 11 people" in text


def test_the_findings_are_in_it(make_entry):
    density = np.full((80, 120), 1e-6, np.float32)
    density[20:40, 20:60] = 1.0
    density /= density.sum()
    entry = make_entry(regions=[HEADLINE], densities=dict.fromkeys(WINDOWS, density))
    assert entry.report.findings
    text = Page(html_report.html_report([entry])).text
    for finding in entry.report.findings:
        assert finding.observation in text
        assert finding.suggestion in text


def test_an_unfamiliar_image_has_a_warning(make_entry):
    for unfamiliarity, warned in ((1.5, True), (0.5, False)):
        text = html_report.html_report([make_entry(unfamiliarity=unfamiliarity)])
        assert (UNFAMILIAR_WARNING in text) is warned


def test_the_goal_is_told_what_is_seen_before_it(make_entry):
    regions = [HEADLINE, BUTTON, Region("page", 0, 0, 1, 1)]
    entry = make_entry(regions=regions, asked={"goal_region": "button"})
    page = Page(html_report.html_report([entry], goal="button"))
    assert "come at place 3 of 3 at first glance" in page.text
    assert "Expected before it, apart from what it lies in: headline" in page.text
    assert [each.get("class") for each in page.all("bdi")].count("name") == 1
    rival = "'headline' is predicted to draw at least 20 times the looks of 'button'"
    assert page.text.count(rival) == 1
    assert [each for each in page.all("tr") if each.get("class") == "is-goal"]


def test_an_intended_order_is_told_beside_the_expected_one(make_entry):
    asked = {"intended_order": ["button", "headline"]}
    page = Page(html_report.html_report([make_entry(regions=[HEADLINE, BUTTON], asked=asked)]))
    assert "intended (agreement -1.00, from -1, reversed, to 1, the same)" in page.text
    assert page.text.count("headlinebutton") == page.text.count("buttonheadline") == 1


def test_an_image_without_the_goal_says_so(make_entry):
    entries = [make_entry(regions=[BUTTON]), make_entry("other.png", [HEADLINE])]
    assert "This image has no such region." in html_report.html_report(entries, goal="button")


def test_an_unknown_goal_lists_what_there_is(make_entry):
    with pytest.raises(ReportError, match=r"'foot': name one of these: headline, button"):
        html_report.html_report([make_entry(regions=[HEADLINE, BUTTON])], goal="foot")


def test_a_model_without_a_calibration_shows_no_ranges(make_entry, fixed_predictor):
    model = replace(fixed_predictor.info, calibration=None)
    entry = make_entry(regions=[HEADLINE, BUTTON], model=model)
    text = Page(html_report.html_report([entry], goal="button")).text
    assert "come at place 2 of 2" in text
    assert "Ranges were not measured for this model" in text
    assert "range" not in text
    assert "Seen" not in text


def test_polygons_duplicate_names_and_odd_shapes_work(make_entry):
    triangle = Polygon("button", ((0.1, 0.1), (0.4, 0.1), (0.2, 0.6)))
    for width, height in ((40, 400), (400, 40), (3, 3)):
        entry = make_entry(regions=[triangle, BUTTON], width=width, height=height)
        page = Page(html_report.html_report([entry], goal="button"))
        assert len(page.all("polygon")) == 1


def test_pictures_are_at_most_1400_px_wide(make_entry):
    page = Page(html_report.html_report([make_entry(width=3000, height=200)]))
    (region_picture,) = page.all("image")
    assert (region_picture["width"], region_picture["height"]) == ("1400", "93")


def _colours(block: str) -> dict[str, tuple[int, int, int]]:
    return {
        name: tuple(bytes.fromhex(value))
        for name, value in re.findall(r"--([a-z-]+): #([0-9a-f]{6});", block)
    }


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("ink", "paper"),
        ("ink", "shade"),
        ("muted", "paper"),
        ("muted", "shade"),
        ("accent", "paper"),
        ("warning-ink", "warning-shade"),
    ],
)
def test_its_own_colours_have_contrast(scheme, ink, paper):
    style = resources.files(html_report).joinpath("style.css").read_text(encoding="utf-8")
    colours = _colours(re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme])
    assert contrast_ratio(colours[ink], colours[paper]) >= 4.5


def test_marks_on_the_picture_have_contrast():
    from gazecast.designs.html_report import pictures

    for colour in (pictures._REGION, pictures._HOTSPOT):
        assert contrast_ratio(tuple(bytes.fromhex(colour[1:])), (255, 255, 255)) >= 4.5
