"""What the data report warns of: made on purpose, and not where nothing is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gazecast.data.importing.quality import examine
from gazecast.data.importing.report import data_report
from gazecast.data.stimulus import Fixations, Stimulus

IMAGES, PEOPLE, LOOKS = 16, 12, 10
WIDTH, HEIGHT = 480, 300


@pytest.fixture(scope="module")
def stimuli(tmp_path_factory: pytest.TempPathFactory) -> list[Stimulus]:
    """Each image has four places that all people look at, give or take ten pixels."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(1)
    made = []
    for number in range(IMAGES):
        path = folder / f"{number:02}.png"
        blocks = Image.fromarray(rng.integers(0, 255, (9, 12, 3), dtype=np.uint8))
        blocks.resize((WIDTH, HEIGHT), Image.Resampling.NEAREST).save(path)
        places = rng.uniform((90, 60), (WIDTH - 70, HEIGHT - 50), (4, 2))
        at = places[rng.integers(0, 4, PEOPLE * LOOKS)]
        x, y = (at + rng.normal(0, 10, at.shape)).clip(1, (WIDTH - 1, HEIGHT - 1)).T
        fixations = Fixations(
            x=x,
            y=y,
            onset_ms=np.tile(np.arange(LOOKS) * 300.0, PEOPLE),
            duration_ms=np.full(len(x), 250.0),
            observer=np.repeat([f"P{person}" for person in range(PEOPLE)], LOOKS),
            kind=np.full(len(x), "fixation"),
        )
        made.append(Stimulus(path.name, path, WIDTH, HEIGHT, fixations=fixations))
    # So that somebody looks close to every border.
    corner = made[0].fixations
    assert corner is not None
    corner.x[:3], corner.y[:3] = WIDTH - 2, HEIGHT - 2
    return made


def changed(stimuli, change) -> list[Stimulus]:
    """The stimuli with `change(number, fixations)` for their fixations, those outside left out."""
    return [
        replace(one, fixations=change(number, one.fixations).inside(WIDTH, HEIGHT))
        for number, one in enumerate(stimuli)
    ]


def spread(stimuli) -> list[Stimulus]:
    """With a few points that nobody else has, all over the image."""

    def change(number, points):
        rng = np.random.default_rng(number)
        x, y = points.x.copy(), points.y.copy()
        x[::7] = rng.uniform(0, WIDTH, len(x[::7]))
        y[::7] = rng.uniform(0, HEIGHT, len(y[::7]))
        return replace(points, x=x, y=y)

    return changed(stimuli, change)


def about(warnings, *words: str) -> list[str]:
    return [one for one in warnings if all(word in one for word in words)]


def test_good_data_are_not_warned_of(stimuli):
    quality = examine(spread(stimuli), {})
    assert quality.warnings == ()
    assert quality.kinds == {"fixation": IMAGES * PEOPLE * LOOKS}
    assert [one.name for one in quality.observers] == [f"P{person}" for person in range(PEOPLE)]
    assert {one.images for one in quality.observers} == {IMAGES}
    assert {one.median_ms for one in quality.observers} == {250.0}
    assert quality.agreement is not None
    assert quality.agreement > 0.6


@pytest.mark.parametrize("pixels", [20, -20])
def test_a_constant_offset_is_told_with_person_and_direction(stimuli, pixels):
    def shift(_, points):
        return replace(points, x=points.x + pixels * (points.observer == "P3"))

    quality = examine(changed(spread(stimuli), shift), {})
    (warning,) = quality.warnings
    assert "observer P3 lie" in warning
    assert ("further right" if pixels > 0 else "further left") in warning
    (offsets,) = [one.offsets for one in quality.observers if one.name == "P3"]
    assert offsets is not None
    assert offsets.whole.x * WIDTH == pytest.approx(pixels, abs=WIDTH / 96 + 1)
    assert not offsets.drifts


def test_a_drift_is_told_in_the_order_in_which_images_were_seen(stimuli):
    rng = np.random.default_rng(5)
    order = rng.permutation(IMAGES)
    place = {int(number): when for when, number in enumerate(order)}

    def drift(number, points):
        return replace(points, y=points.y + 2.5 * place[number] * (points.observer == "P7"))

    seen = {"P7": [stimuli[number].name for number in order]}
    (warning,) = examine(changed(spread(stimuli), drift), {}, seen=seen).warnings
    assert "observer P7 drift" in warning
    assert "further down in the second" in warning


def test_points_recorded_at_another_scale_are_told(stimuli):
    def shrink(_, points):
        return replace(points, x=points.x * 0.6, y=points.y * 0.6)

    warnings = examine(changed(spread(stimuli), shrink), {}).warnings
    assert about(warnings, "right of 59% of the images' width", "another scale")
    assert about(warnings, "below 59% of the images' height", "another scale")


def test_many_points_off_the_image_are_told(stimuli):
    kept = IMAGES * PEOPLE * LOOKS
    dropped = {"points beside the image": kept // 2, "rows in a blink": 10 * kept}
    (warning,) = examine(spread(stimuli), dropped).warnings
    assert warning.startswith("33% of the points lie off their image")
    assert "--screen" in warning
    (warning,) = examine(spread(stimuli), {}, off_image={"P1": 0.4, "P2": 0.1}).warnings
    assert warning.startswith("40% of the points of observer P1 lie off the image")


def test_people_who_do_not_agree_are_told(stimuli):
    def scatter(number, points):
        rng = np.random.default_rng(number)
        count = len(points)
        return replace(points, x=rng.uniform(0, WIDTH, count), y=rng.uniform(0, HEIGHT, count))

    (warning,) = examine(changed(stimuli, scatter), {}).warnings
    assert "agree little" in warning


def test_few_people_images_and_fixations_are_told(stimuli):
    def few(number, points):
        return points.where(np.isin(points.observer, ["P0", "P1"])).where(slice(None, None, 6))

    warnings = examine(changed(spread(stimuli)[:4], few), {}).warnings
    assert about(warnings, "2 people: densities of fewer than ten are rough")
    assert about(warnings, "4 images: fewer than ten")
    assert about(warnings, "2.0 fixations a person and image")


def test_an_image_that_few_saw_is_told(stimuli):
    def miss(number, points):
        return points.where(np.isin(points.observer, ["P0", "P1"])) if number == 5 else points

    (warning,) = examine(changed(spread(stimuli), miss), {}).warnings
    assert warning == "Fewer than half as many people as usual (12) looked at 05.png."


def test_versions_of_an_image_are_told(stimuli, tmp_path):
    again = tmp_path / "00-again.jpg"
    with Image.open(stimuli[0].image_path) as image:
        image.convert("RGB").save(again, quality=70)
    copies = [*spread(stimuli), replace(stimuli[0], name=again.name, image_path=again)]
    quality = examine(copies, {})
    assert quality.near_duplicates == (("00.png", "00-again.jpg"),)
    assert about(quality.warnings, "00.png = 00-again.jpg", "stay together")


@pytest.mark.parametrize(("kind", "words"), [("webcam", "webcams"), ("click", "clicks, which")])
def test_weaker_evidence_is_called_so(stimuli, kind, words):
    def of_kind(_, points):
        return replace(points, kind=np.full(len(points), kind))

    quality = examine(changed(spread(stimuli), of_kind), {})
    assert quality.kind == kind
    (warning,) = quality.warnings
    assert words in warning
    assert "weaker evidence" in warning


def test_fixations_are_what_is_looked_at_where_there_are_clicks_too(stimuli):
    def both(_, points):
        kind = np.where(np.arange(len(points)) % 3 == 0, "fixation", "click10")
        return replace(points, kind=kind)

    quality = examine(changed(spread(stimuli), both), {})
    assert quality.kind == "fixation"
    assert quality.kinds["click10"] > quality.kinds["fixation"]
    assert sum(one.fixations for one in quality.images) == quality.kinds["fixation"]


def test_the_report_is_one_file_that_shows_images_counts_and_warnings(stimuli, tmp_path):
    quality = examine(spread(stimuli), {}, off_image={"P1": 0.4})
    # Names are the user's, and must not become markup.
    page = data_report("<b>study</b>", "from a & b", quality, {"rows in a blink": 1234}, ["Note."])
    assert "Data report: &lt;b&gt;study&lt;/b&gt;" in page
    assert "from a &amp; b" in page
    assert page.count('<img src="data:image/jpeg;base64,') == IMAGES + 1
    assert "http" not in page
    for words in (
        "rows in a blink",
        "1,234",
        "Note.",
        "40% of the points of observer P1",
        "05.png",
    ):
        assert words in page


def test_a_report_on_good_data_says_so(stimuli):
    page = data_report("study", "", examine(spread(stimuli), {}), {}, [])
    assert "Nothing conspicuous was found" in page
